"""
A mapping that was saved is used by itself the next time, and the clerk is told; on SQLite and on PostgreSQL.
"""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from clue_exchange.errors import CommandRefused
from clue_exchange.store import Store
from producers.intake import FileRefused, RegisterMapping, Taken, bundled_mappings, load_mapping, read_register
from producers.intake.mapping import SavedMapping
from producers.saved_mappings import remove, save, saved, saved_as
from tests.desks import both_desks
from tests.people import OFFICER
from tests.registers import TODAY, a_csv
from tests.two_sides import TwoSides

MAPPING = """
name = "{name}"
role = "federation"
[[tables]]
name = "乡镇台账"
source = "S3"
optional = ["name"]
ignored = ["备注"]
[tables.columns]
received_on = ["走访日期"]
narrative = ["{narrative}"]
name = ["妇女"]
"""
HEADER = ("走访日期", "情况", "备注")
ROWS = (("2022-03-05", "丈夫打人。", ""), ("2022-03-06", "路灯坏了。", "已报修"))
NOW = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


def mapping_file(folder: Path, name: str = "town", narrative: str = "情况") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(MAPPING.format(name=name, narrative=narrative), encoding="utf-8")
    return path


def kept(store: Store, *mappings: RegisterMapping) -> tuple[SavedMapping, ...]:
    """Save these; all that are saved then."""
    with store.transaction() as transaction:
        for mapping in mappings:
            save(transaction, mapping, "officer-1", NOW)
    with store.reading() as transaction:
        return saved(transaction)


def test_what_was_saved_is_read_again_with_who_saved_it(store: Store, tmp_path: Path) -> None:
    """Whole, and the later one counts under the same name."""
    mapping, later = load_mapping(mapping_file(tmp_path)), load_mapping(mapping_file(tmp_path, narrative="诉求"))

    (first,) = kept(store, mapping)
    (second,) = kept(store, later)

    assert first == SavedMapping(**dict(mapping), saved_by="officer-1", saved_at=NOW)
    assert second == SavedMapping(**dict(later), saved_by="officer-1", saved_at=NOW)


def test_a_name_that_is_not_there_or_not_free_is_refused(store: Store, tmp_path: Path) -> None:
    """Nothing takes the place of a mapping of the program; nothing is shown or removed that was not saved."""
    with store.transaction() as transaction:
        with pytest.raises(CommandRefused, match="comes with the program"):
            save(transaction, load_mapping(mapping_file(tmp_path, "federation-2022")), "officer-1", NOW)
        with pytest.raises(CommandRefused, match="no mapping is saved as town"):
            saved_as(transaction, "town")
        with pytest.raises(CommandRefused, match="no mapping is saved as town"):
            remove(transaction, "town")


def test_where_a_saved_mapping_explains_a_header_no_other_is_asked(store: Store, tmp_path: Path) -> None:
    """Also where one of the program would fit as well; of two saved ones none is chosen, until one is removed."""
    register = a_csv(tmp_path / "register.csv", *ROWS, header=HEADER)
    rivals = load_mapping(mapping_file(tmp_path, "rival")), *bundled_mappings()
    ours = kept(store, load_mapping(mapping_file(tmp_path)))
    taken = [row for row in read_register(register, (*rivals, *ours), TODAY) if isinstance(row, Taken)]
    both = kept(store, load_mapping(mapping_file(tmp_path, "village")))
    with pytest.raises(FileRefused, match="mapping_ambiguous"):
        list(read_register(register, both, TODAY))
    with store.transaction() as transaction:
        remove(transaction, "village")

    assert len(taken) == len(ROWS)
    assert kept(store) == ours


def test_the_clerk_is_told_when_a_mapping_is_saved_and_when_it_is_used(sides: TwoSides, tmp_path: Path) -> None:
    """Refused without it, saved once a file was read by it, then used by itself, with the day and who saved it."""
    desk = both_desks(sides, tmp_path)[0]
    may, by = str(a_csv(tmp_path / "may.csv", *ROWS, header=HEADER)), desk.by(OFFICER)
    wrong = str(mapping_file(tmp_path, "wrong", narrative="诉求"))
    desk.run("intake", may, *by, "--mapping", wrong, "--save-mapping", expected=1)
    first = desk.run("intake", may, *by, "--mapping", str(mapping_file(tmp_path)), "--save-mapping")
    again = desk.run("intake", may, *by, "--json", str(tmp_path / "report.json"))
    report = (tmp_path / "report.json").read_text(encoding="utf-8")

    assert "mapping saved as town" in first.output
    assert "今后遇到同样的表头自动使用" in first.output
    assert "saved mapping used 已按保存的列对应导入: town (" in again.output
    assert '"saved_mappings": [\n    "town"\n  ]' in report
    assert [row["name"] for row in desk.json("mappings")] == ["town", *(each.name for each in bundled_mappings())]
    assert "情况" in desk.run("mappings", "show", "town").output
