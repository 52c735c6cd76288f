"""The labelled texts from which screening learns, by their authors, and the lessons that were written to teach."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from openpyxl import load_workbook

from producers.screening import Label
from producers.screening.learning import LabelledText

ROOT = Path(__file__).parent.parent
SAMPLES, OWN_TEXTS = ROOT / "examples" / "data", ROOT / "tests" / "unit" / "data"
INDEPENDENT = ("a", "b", "G", "H", "K", "M")

Row = dict[str, str]


def by_author() -> dict[str, list[LabelledText]]:
    """
    All labelled texts but the lessons; docs/screening.md says who saw what, and when.

    `labelled` and `registers` are the samples, `own` and `later` were written in this project, a and b by two authors
    who knew neither rules nor weights, G to M by four more. Each was measured before it was learned from.
    """
    authors = {
        "labelled": labelled(),
        "registers": registers(),
        "own": [_text(row) for row in _rows(OWN_TEXTS / "screening_own.csv")],
        "later": later(),
    }
    for name in ("authors", "last"):
        for row in _rows(OWN_TEXTS / f"screening_{name}.csv"):
            authors.setdefault(row["id"][0].lower(), []).append(_text(row))
    for row in _rows(OWN_TEXTS / "screening_blind.csv"):
        authors.setdefault(row["author"], []).append(_text(row))
    return authors


def labelled() -> list[LabelledText]:
    """The 160 labelled complaints of the samples."""
    return [_text(row) for row in _rows(SAMPLES / "complaints-labelled.csv")]


def later() -> list[LabelledText]:
    """Texts that this project wrote after its first rules."""
    return [_text(row) for row in _rows(OWN_TEXTS / "screening_later.csv")]


def registers() -> list[LabelledText]:
    """The two sample registers, with the labels of screening_register_labels.csv."""
    labels = {row["id"]: row for row in _rows(OWN_TEXTS / "screening_register_labels.csv")}
    return [_text({**labels[case], "narrative": narrative}) for case, narrative in _register_rows()]


def lessons() -> list[LabelledText]:
    """Short texts written to teach, many after errors on a and b, none after errors on G to M: never measured."""
    return [_text(row) for name in ("phrases", "taught") for row in _rows(OWN_TEXTS / f"screening_{name}.csv")]


def newest_lessons() -> list[LabelledText]:
    """Lessons written after the errors on the independent authors had been read."""
    return [_text(row) for row in _rows(OWN_TEXTS / "screening_taught_newest.csv")]


def unseen() -> list[LabelledText]:
    """Texts of two authors who knew neither rules nor weights, after the last change; nothing learns from them."""
    return [_text(row) for row in _rows(OWN_TEXTS / "screening_unseen.csv")]


def _register_rows() -> list[tuple[str, str]]:
    content = (SAMPLES / "complaints-2022-federation.csv").read_bytes().decode("gb18030")
    rows = [(row[0], row[8]) for row in list(csv.reader(io.StringIO(content)))[2:] if len(row) > 8 and row[0].strip()]
    for sheet in load_workbook(SAMPLES / "hotline-12309.xlsx"):
        cells = [list(map(str, row)) for row in sheet.iter_rows(values_only=True)]
        rows += [(row[0], row[7]) for row in cells if row[0].startswith(("RX", "WS"))]
    return rows


def _rows(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _text(row: Row) -> LabelledText:
    labels = frozenset(map(Label, filter(None, row["labels"].split("|"))))
    return LabelledText(row["narrative"], labels, row["urgent"] == "yes")
