"""
What the documents name is there: the files that they link to, the tests and benchmarks that they speak of, the codes.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from console.duty_words import CHINESE_DUTIES
from console.words import MEANINGS
from schemas.duty import Duty

ROOMS = ("schemas", "clue_exchange", "producers", "consumers", "console", "benchmarks", "tests")
DOCUMENTS = [Path("README.md"), *sorted(Path("docs").rglob("*.md"))]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
PYTHON_FILE = re.compile(r"\b(?:tests|benchmarks)/[\w/]+\.py\b")


def docstrings() -> Iterator[tuple[str, str]]:
    """The docstrings of all files, classes and functions, each with its file."""
    for path in (path for room in ROOMS for path in sorted(Path(room).rglob("*.py"))):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                yield str(path), ast.get_docstring(node) or ""


def spoken_of() -> Iterator[tuple[str, str]]:
    """Every test or benchmark file that a document or a docstring names, and where."""
    texts = [*((str(path), path.read_text(encoding="utf-8")) for path in DOCUMENTS), *docstrings()]
    for where, text in texts:
        for name in PYTHON_FILE.findall(text):
            yield where, name


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_relative_link_leads_to_a_file(document: Path) -> None:
    """From the folder of the document; an address with a scheme is not followed."""
    links = LINK.findall(document.read_text(encoding="utf-8"))
    relative = [link.partition("#")[0] for link in links if "://" not in link and not link.startswith(("#", "mailto:"))]

    assert [link for link in relative if not (document.parent / link).exists()] == []


def test_every_test_and_benchmark_that_is_spoken_of_exists() -> None:
    """A proof that is named can be looked at."""
    assert [f"{where}: {name}" for where, name in spoken_of() if not Path(name).is_file()] == []


def test_the_glossary_has_every_code_with_its_meaning() -> None:
    """In the words that the command line uses, in the table of the code's list."""
    glossary = Path("docs/glossary.md").read_text(encoding="utf-8")
    lines = {
        f"| {codes.__name__} | {code} | {meaning.zh} | {meaning.en} |"
        for codes, meanings in MEANINGS.items()
        for code, meaning in meanings.items()
    }

    assert sorted(lines - set(glossary.splitlines())) == []


def test_the_readme_names_what_a_new_event_type_needs() -> None:
    """What tests/house demands of one stands in the list of steps: the glossary too."""
    readme = Path("README.md").read_text(encoding="utf-8")
    steps = readme.partition("## To add an event type")[2].partition("\n## ")[0]
    wanted = ("schemas/avro/", "schemas/catalog.py", "schemas/lifecycle.py", "producers/desk.py", "docs/glossary.md")

    assert [name for name in (*wanted, "console/words.py", "tests/builders.py") if name not in steps] == []


def test_every_duty_is_in_the_duties_document_with_its_chinese_name() -> None:
    """What a clock is called on a screen is explained there."""
    text = Path("docs/duties.md").read_text(encoding="utf-8")

    assert [duty for duty in Duty if f"| {duty} | {CHINESE_DUTIES[duty]} |" not in text] == []
