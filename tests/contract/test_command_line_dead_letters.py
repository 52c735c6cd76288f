"""
`clue-exchange dead-letters` and `go-on`: listed, shown, replayed and dismissed by proven officers.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from clue_exchange import journal_stops
from clue_exchange.journals import Stop
from schemas.codes import Role
from tests.desks import Desk, both_desks
from tests.people import OFFICER, OPERATOR, SUPERVISOR, a_new_officer, proven
from tests.two_sides import FEDERATION, TwoSides

CLUES = f"{FEDERATION}.clues"
PLACE = f"{CLUES}:0"


@pytest.fixture
def desk(sides: TwoSides, tmp_path: Path) -> Desk:
    """The procuratorate's command line, with an operator; one of the federation's records came under a spoofed key."""
    _, desk = both_desks(sides, tmp_path)
    people = sides.procuratorate.people
    supervisor = proven(people, SUPERVISOR)
    with people.store.transaction() as transaction:
        people.officers.add(transaction, a_new_officer(OPERATOR), supervisor)
    sides.transfer()
    (record,) = sides.events_of(Role.federation)
    sides.give(Role.procuratorate, [*sides.keys_of(Role.federation), replace(record, key=b"spoofed")])
    return desk


def two(desk: Desk) -> tuple[str, ...]:
    return *desk.by(SUPERVISOR), *desk.by(OPERATOR, "second")


def test_it_is_listed_with_the_reason_and_needs_a_person(desk: Desk) -> None:
    """Place, reason in both languages; exit 1. Nothing of its content."""
    listed = desk.run("dead-letters", expected=1, columns=200)
    same = desk.run("dead-letters", "list", *desk.by(OPERATOR), expected=1, columns=200)

    assert listed.output == same.output
    assert PLACE in listed.output
    assert "key_mismatch" in listed.output
    assert "spoofed" not in listed.output


def test_it_is_shown_to_a_proven_officer_without_its_bytes(desk: Desk) -> None:
    """Reason, hash and size; the bytes in hex where they are asked for. Each look is in the access log."""
    shown = desk.run("dead-letters", "show", PLACE, *desk.by(OPERATOR)).output
    told = desk.json("dead-letters", "show", PLACE, "--bytes", *desk.by(OPERATOR))
    desk.run("dead-letters", "show", PLACE, expected=2)
    desk.run("dead-letters", "show", f"{CLUES}:{2**63}", *desk.by(OPERATOR), expected=2)
    refused = desk.run("dead-letters", "show", PLACE, *desk.by(OFFICER), expected=1).output

    assert "记录键不符" in shown
    assert len(bytes.fromhex(told["bytes"])) == told["size"]
    assert told["bytes"] not in shown + refused
    log = desk.run("access-log", "show", *desk.by(SUPERVISOR), "--json").output
    assert log.count("see-dead-letters") == 3


def test_a_trial_is_told_and_two_officers_really_do_it(sides: TwoSides, desk: Desk) -> None:
    """One proven officer learns what would happen; it happens with a second one, once."""
    tried = desk.run("dead-letters", "replay", PLACE, *desk.by(OPERATOR))
    alone = desk.run("dead-letters", "replay", PLACE, "--really", *desk.by(OPERATOR), expected=1)
    with sides.procuratorate.store.reading() as transaction:
        untouched = sides.procuratorate.dead_letters.listed(transaction)[0].resolution
    done = desk.run("dead-letters", "replay", PLACE, "--really", *two(desk))
    again = desk.json("dead-letters", "replay", PLACE, "--really", *two(desk))

    assert "applied" in tried.output
    assert "--really" in tried.output
    assert "--second" in alone.output
    assert untouched is None
    assert "applied" in done.output
    assert again["became"] == "held"
    assert "已重放" in desk.run("dead-letters", columns=200).output


def test_what_nobody_can_take_in_is_dismissed_by_a_person(sides: TwoSides, desk: Desk) -> None:
    """It stays listed and needs nobody any more."""
    (record,) = sides.events_of(Role.federation)
    sides.give(Role.procuratorate, [replace(record, value=b"junk", offset=1)])
    stays = desk.run("dead-letters", "replay", f"{CLUES}:1", *desk.by(OPERATOR), expected=1)
    for offset in (0, 1):
        desk.run("dead-letters", "dismiss", f"{CLUES}:{offset}", *desk.by(OPERATOR))

    assert "stays a dead letter" in stays.output
    assert [each["resolution"] for each in desk.json("dead-letters")] == ["dismissed", "dismissed"]


@pytest.mark.parametrize("place", ["junk", f"{CLUES}:", f"{CLUES}:99", "nobody.clues:0"])
def test_a_place_without_a_dead_letter_is_one_clear_line(desk: Desk, place: str) -> None:
    """Neither a stack trace nor a guess."""
    shown = desk.run("dead-letters", "show", place, *desk.by(OPERATOR), expected=1 if ":" in place[:-1] else 2)

    assert "Traceback" not in shown.output


def test_a_stopped_journal_goes_on_by_a_proven_operator(sides: TwoSides, desk: Desk) -> None:
    """`lag` says why it is stopped; the act is in the access log."""
    with sides.procuratorate.store.transaction() as transaction:
        journal_stops.stop(transaction, CLUES, Stop.POISON_CAP, 1, sides.clock())
    desk.run("go-on", "clues", expected=2)
    desk.run("go-on", "clues", *desk.by(OFFICER), expected=1)
    desk.run("go-on", "clues", *desk.by(OPERATOR))
    again = desk.run("go-on", "clues", *desk.by(OPERATOR), expected=1)

    assert "not stopped" in again.output
    with sides.procuratorate.store.reading() as transaction:
        assert journal_stops.stopped(transaction) == {}
    assert '"go-on"' in desk.run("access-log", "show", *desk.by(SUPERVISOR), "--json").output
