"""`eligibility`: the checklist at both desks."""

import json
from pathlib import Path

from schemas.clue_events import ClueAccepted, ClueTransferred
from tests.builders import an_event
from tests.desks import both_desks
from tests.people import OFFICER
from tests.two_sides import HER_PARTICULARS, TwoSides


def test_both_desks_show_the_same_list_and_that_a_person_decides(sides: TwoSides, tmp_path: Path) -> None:
    """Conditions in Chinese and English, what each side found, what usually follows; nothing is decided."""
    said = [{"criterion": "N1", "finding": "given"}, {"criterion": "E2", "finding": "given"}]
    transfer = an_event(ClueTransferred, checklist=said)
    clue_id = sides.federation.federation().transfer(transfer, HER_PARTICULARS).envelope.clue_id
    sides.exchange()
    contradicted = [{"criterion": "N1", "finding": "contradicted"}]
    sides.procuratorate.procuratorate().accept(clue_id, an_event(ClueAccepted, checklist=contradicted))
    sides.exchange()
    federation, procuratorate = both_desks(sides, tmp_path)
    words = ("eligibility", str(clue_id))
    shown = federation.look(*words, columns=200).output
    listed = federation.seen(*words)
    first = listed["conditions"][0]

    assert procuratorate.seen(*words) == listed
    assert (first["criterion"], first["standing"], first["usually"]) == ("N1", "contradicted", "T1")
    assert (listed["situation_is_given"], listed["beneficiaries"]) == (True, {"federation:1": False})
    for part in ("检察机关正在办理的案件", "contradicted 有矛盾", "尚未决定", "This list decides nothing"):
        assert part in shown


def test_a_checklist_is_told_on_the_command_line(sides: TwoSides, tmp_path: Path) -> None:
    """With the act that it belongs to, as JSON; `--help` says what the codes mean."""
    clue_id = str(sides.transfer().envelope.clue_id)
    sides.exchange()
    _, procuratorate = both_desks(sides, tmp_path)
    said = json.dumps([{"criterion": "X6", "finding": "given"}])
    procuratorate.run("accept", clue_id, "--handler", "officer-9", "--checklist", said, *procuratorate.by(OFFICER))

    assert procuratorate.seen("eligibility", clue_id)["exclusions"] == ["X6"]
