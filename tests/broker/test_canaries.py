"""
Nobody's words outside the vault: what both registers say is searched, byte by byte, in all that a demonstration leaves,
and in all that the command line then says of it.

Databases with their write-ahead logs, the nodes' logs, the broker's log segments and its own logs, configurations,
standard output and standard error: in UTF-8, in both UTF-16 and in GB18030.
"""

import csv
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from console.cli import main
from console.demo.onlooker import ONLOOKER
from tests.canaries import ENCODINGS, HER_NAME, REGISTERS, leaks

pytestmark = [pytest.mark.broker, pytest.mark.slow]

REGISTER = Path("examples/data/complaints-2022-federation.csv")
EVERY = 12
"""One row in so many is a canary."""
NARRATIVE_PIECE = slice(8, 24)


def canaries() -> Iterator[str]:
    """Names, numbers, telephones, addresses and a piece of the narrative, of rows from all over the register."""
    lines = REGISTER.read_text(encoding="gb18030").splitlines(keepends=True)[1:]
    for row in list(csv.DictReader(lines))[::EVERY]:
        yield from (
            value
            for value in (row["姓名"], row["身份证号"], row["联系电话"], (row["诉求内容"] or "")[NARRATIVE_PIECE])
            if value and len(value) > 2 and "\n" not in value
        )


def test_no_word_of_the_registers_is_anywhere_in_clear(demo_folder: Path) -> None:
    """Sealed in topics and tables, absent from logs and output; a third of these rows has become clues."""
    words = set(canaries())

    assert len(words) > 50
    assert (demo_folder / "stdout.txt").stat().st_size > 1_000
    assert leaks(demo_folder, words) == []


LOOKS = [
    ("clues",),
    ("clue", "CLUE"),
    ("candidates", "--all"),
    ("worklist", "--all"),
    ("waiting",),
    ("erasures",),
    ("access-log", "show"),
    ("export", "CLUE", "--output", "PACK"),
]
FIGURES = [("dead-letters",), ("lag",), ("receipts",)]


@pytest.mark.parametrize("words", [*LOOKS, *FIGURES], ids=lambda words: words[0])
def test_no_word_of_the_registers_is_in_what_a_command_says(
    demo_folder: Path, tmp_path: Path, words: tuple[str, ...]
) -> None:
    """Facts alone: lists, one clue, figures, the access log, the evidence pack, and what goes to standard error."""
    county = demo_folder / "county"
    proof = ["--as", ONLOOKER, "--passphrase-file", str(county / "federation-110101.passphrase")]
    config = ["--config", str(county / "federation-110101.toml")]
    known = CliRunner().invoke(main, ["clues", *config, *proof]).stdout.split()
    clue_id = next(word for word in known if word.count("-") == 4)
    given = [{"CLUE": clue_id, "PACK": str(tmp_path / "pack.zip")}.get(word, word) for word in words]
    said = CliRunner().invoke(main, [*given, *config, *(proof if words in LOOKS else [])])
    (tmp_path / "stdout.txt").write_text(said.stdout, encoding="utf-8")
    (tmp_path / "stderr.txt").write_text(said.stderr, encoding="utf-8")

    assert said.exit_code in (0, 1), said.output
    assert said.stdout
    assert leaks(tmp_path, set(canaries())) == []


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_search_finds_a_planted_leak(encoding: str) -> None:
    """A search that finds nothing must be able to find something; what is left out is registers, by their names."""
    with tempfile.TemporaryDirectory() as name:  # not in pytest's folder: that is searched when the last test is done
        folder = Path(name)
        for word, file in ((next(canaries()), "some.log"), (HER_NAME, "agency.db-wal")):
            (folder / file).write_bytes(b"\x00\x01" + word.encode(encoding) + b"\xff")
        (folder / f"register{REGISTERS[0]}").write_bytes(HER_NAME.encode(encoding))
        found = leaks(folder, {next(canaries()), HER_NAME})

    assert found == [f"agency.db-wal ({encoding})", f"some.log ({encoding})"]
