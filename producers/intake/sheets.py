"""
From a path to its sheets: csv or xlsx, told by extension and content together.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from producers.intake.cells import Sheet
from producers.intake.csv_sheet import open_csv
from producers.intake.errors import FileRefused
from producers.intake.reasons import Reason
from producers.intake.xlsx_sheet import XlsxBook

_BINARY_STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")


@contextmanager
def open_sheets(path: Path) -> Iterator[Sequence[Sheet]]:
    """
    The sheets of a register file, open as long as the block runs.

    Raises:
        FileRefused: cannot be opened, or is not what its extension says.
    """
    extension = path.suffix.lower()
    if extension == ".csv":
        _refuse_binary(path)
        yield (open_csv(path),)
    elif extension == ".xlsx":
        book = XlsxBook(path)
        try:
            yield book.sheets
        finally:
            book.close()
    else:
        raise FileRefused(Reason.wrong_extension)


def _refuse_binary(path: Path) -> None:
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise FileRefused(Reason.file_unreadable, detail=type(error).__name__) from None
    if start in _BINARY_STARTS:
        raise FileRefused(Reason.wrong_extension)
