"""
Small file systems of their own for what the tests fill up; as root.
"""

import contextlib
import errno
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.looking_again import comes_true

FILLER, ONE_MORE = "filler", "one-more"
FILLED_SECONDS = 60


def run(*command: str) -> None:
    subprocess.run(command, check=True)


@contextlib.contextmanager
def mounted(folders: Sequence[Path], size: str) -> Iterator[None]:
    """Within the block each folder is a file system of this size."""
    with contextlib.ExitStack() as mounts:
        for folder in folders:
            folder.mkdir(parents=True, exist_ok=True)
            run("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder))
            mounts.callback(run, "umount", "--lazy", str(folder))
        yield


def fill(folder: Path) -> None:
    """Leave no byte free, nor what its users let go of meanwhile: a broker that dies of it drops whole files."""
    assert comes_true(lambda: _takes_no_more(folder), FILLED_SECONDS)


def _takes_no_more(folder: Path) -> bool:
    with (folder / FILLER).open("ab", buffering=0) as filler:
        for size in (1 << 20, 1 << 12, 1):
            with contextlib.suppress(OSError):
                while True:
                    filler.write(b"\0" * size)
    try:
        (folder / ONE_MORE).write_bytes(b"\0" * 8192)
    except OSError as error:
        return error.errno == errno.ENOSPC
    return False


def make_room(folder: Path) -> None:
    """Delete what filled it."""
    for name in (FILLER, ONE_MORE):
        (folder / name).unlink(missing_ok=True)
