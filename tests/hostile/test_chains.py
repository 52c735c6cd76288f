"""
Events that are well made and do not fit: chain, lifecycle, agreement, journal. Rows 31 and 70 to 81.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from clue_exchange.errors import CommandRefused
from consumers import worklist
from schemas.clue_events import (
    ClueAccepted,
    ClueDisputed,
    ClueShared,
    ClueSupplemented,
    ClueTransferred,
    ClueWithdrawn,
    ErasureRequested,
)
from schemas.codes import Role
from schemas.envelope import Record
from schemas.event import PersonKey
from schemas.fold import FORKED, MISLINKED
from schemas.guards import TELLS_OF_A_STRANGER
from tests.builders import an_event
from tests.forge import CLUES, HER, NOBODY, WRITTEN, Forge, Judged
from tests.two_sides import HER_PARTICULARS

F, P = Role.federation, Role.procuratorate
SECOND_PERSON: PersonKey = (F, 2)


def placed(forge: Forge, clue_id: UUID) -> list[str | None]:
    return forge.view(clue_id)[1]


def linked(link: str, named: bytes) -> dict[str, Any]:
    """A change of an envelope: what it names."""
    return {link: named}


@pytest.mark.parametrize("link", ["previous", "seen"])
def test_h070_what_names_an_event_that_is_not_here_waits(forge: Forge, link: str) -> None:
    """Signed and kept; other clues go on."""
    record = forge.record(forge.envelope(**linked(link, bytes(32))))
    forge.deliver_keys()

    assert forge.judged(record) == Judged("waiting")
    forge.transferred()


@pytest.mark.parametrize("link", ["previous", "seen"])
@pytest.mark.parametrize("is_late", [False, True], ids=["known", "known_later"])
def test_h071_what_names_an_event_of_another_clue_is_void_once_that_is_known(
    forge: Forge, link: str, is_late: bool
) -> None:
    """It would wait for ever: that event never takes its place in this clue."""
    of_other, clue_id = forge.envelope(), uuid4()
    other = forge.record(of_other)
    envelope = forge.envelope(clue_id=clue_id, **linked(link, Record.from_value(other.value or b"").body_hash))
    hostile = forge.record(envelope)
    forge.deliver_keys()

    before, after = (hostile, other) if is_late else (other, hostile)
    first = forge.judged(before)
    forge.judged(forge.at_next(after))
    for record, made in ((hostile, envelope), (other, of_other)):  # in one order, whichever the other side had
        forge.hold(record, made, an_event(ClueTransferred))

    assert first == Judged("waiting" if is_late else "applied")
    assert placed(forge, clue_id) == [MISLINKED]
    assert len(forge.sides.digests(clue_id)) == 1


def test_h071_in_one_batch_too(forge: Forge) -> None:
    """Whatever arrives together, in whichever order."""
    other, clue_id = forge.record(forge.envelope()), uuid4()
    hostile = forge.record(forge.envelope(clue_id=clue_id, seen=Record.from_value(other.value or b"").body_hash))
    forge.deliver_keys()

    taken = forge.sides.give(P, [hostile, other])

    assert sorted(each.outcome for each in taken.placements) == ["applied", "void"]


@pytest.mark.parametrize("link", ["previous", "seen"])
def test_h071_links_to_the_wrong_party_are_void(forge: Forge, link: str) -> None:
    """`seen` its own event, or `previous` the other party's."""
    clue_id, opening = forge.transferred()
    ours = forge.sides.procuratorate.procuratorate().accept(clue_id, an_event(ClueAccepted)).hash
    links = (
        linked("previous", ours) if link == "previous" else {**linked("previous", opening), **linked("seen", opening)}
    )

    assert forge.judged(forge.record(forge.envelope(an_event(ClueSupplemented), NOBODY, clue_id=clue_id, **links)))
    assert placed(forge, clue_id)[-1] == MISLINKED


def test_h072_a_fork_is_void_and_freezes_the_clue(forge: Forge) -> None:
    """Two events of one sender in the same place; people must settle it."""
    clue_id, opening = forge.transferred()
    branches = [
        forge.envelope(event, NOBODY, clue_id=clue_id, previous=opening)
        for event in (an_event(ClueSupplemented), an_event(ClueWithdrawn))
    ]

    outcomes = [forge.judged(forge.record(each)).what for each in branches]

    assert outcomes == ["applied", "void"]
    assert forge.view(clue_id) == ("transferred", [None, FORKED, FORKED])
    with pytest.raises(CommandRefused, match="frozen"):
        forge.sides.procuratorate.procuratorate().accept(clue_id, an_event(ClueAccepted))


def test_h073_what_the_lifecycle_does_not_allow_is_void(forge: Forge) -> None:
    """Out of state, or by the wrong party; kept and shown, never applied."""
    clue_id, opening = forge.transferred()
    disputed = forge.record(forge.envelope(an_event(ClueDisputed), NOBODY, clue_id=clue_id, previous=opening))
    accepted = Record.from_value(disputed.value or b"").body_hash
    wrong_party = forge.record(
        forge.envelope(an_event(ClueAccepted), NOBODY, clue_id=clue_id, previous=accepted), topic=CLUES
    )

    assert [forge.judged(each).what for each in (disputed, wrong_party)] == ["void", "void"]
    assert forge.view(clue_id)[0] == "transferred"


def test_h031_what_needs_two_officers_is_void_by_one_alone(forge: Forge) -> None:
    """Two different persons must stand behind it, as behind a decline; the receiver asks for them too."""
    clue_id, opening = forge.transferred()
    alone = {"officer": "officer-1", "second": "officer-1", "ground": "consent_withdrawn"}
    fields = {**alone, "persons": [{"added_by": "federation", "number": 1}]}

    asked = forge.envelope(ErasureRequested.read(fields), NOBODY, clue_id=clue_id, previous=opening)

    assert forge.judged(forge.record(asked)) == Judged("void")


def test_h074_of_two_openings_of_one_clue_the_second_is_void(forge: Forge) -> None:
    """Both parties may open a clue under the same id by a fault; one of them stands, the same on both sides."""
    event = an_event(ClueShared)
    clue = forge.sides.procuratorate.procuratorate().share(event, {(P, 1): HER_PARTICULARS[HER]}).envelope.clue_id
    record = forge.record(forge.envelope(clue_id=clue))
    forge.deliver_keys()

    assert forge.judged(record) == Judged("void")
    assert forge.view(clue)[0] == "accepted"


def test_particulars_of_a_person_that_the_clue_does_not_have_are_void(forge: Forge) -> None:
    """At the opening, and later; the sender's own desk refuses it before."""
    told = {**WRITTEN, SECOND_PERSON: WRITTEN[HER]}
    opening = forge.record(forge.envelope(told=told))
    clue_id, first = forge.transferred()
    later = forge.record(forge.envelope(an_event(ClueSupplemented), told, clue_id=clue_id, previous=first))
    forge.deliver_keys()

    assert [forge.judged(forge.at_next(each)) for each in (opening, later)] == [Judged("void")] * 2
    assert placed(forge, clue_id) == [None, TELLS_OF_A_STRANGER]


def test_h027_a_clock_that_is_ahead_is_flagged_and_changes_no_order(forge: Forge) -> None:
    """More than ten minutes; who looks at the clue sees it."""
    ahead = forge.sides.clock() + timedelta(minutes=11)
    envelope = forge.envelope(occurred_at=ahead)
    record = forge.record(envelope)
    forge.deliver_keys()
    forge.judged(record)
    forge.sides.procuratorate.procuratorate().accept(envelope.clue_id, an_event(ClueAccepted))

    with forge.sides.procuratorate.store.reading() as transaction:
        chain = worklist.chain(transaction, envelope.clue_id)

    assert [(each.event_type, each.is_ahead) for each in chain] == [
        (ClueTransferred.__name__, True),
        (ClueAccepted.__name__, False),
    ]
