"""
What the node opens by itself, to check it, and what it never opens: rows 66 and 67.
"""

from clue_exchange.people.access_entries import NODE
from schemas.clue_events import ClueSupplemented, ErasureRequested
from tests.builders import an_event
from tests.forge import WRITTEN, Forge, Judged
from tests.two_sides import rows


def test_h066_the_nodes_own_opening_is_in_the_access_log(forge: Forge) -> None:
    """One entry a person that is opened to be checked, before it is done; none for an event that waits."""
    waits = forge.judged(forge.record(forge.envelope()))
    with forge.sides.procuratorate.store.reading() as transaction:
        none = rows(transaction, "SELECT count(*) FROM access_log")
    forge.deliver_keys()
    forge.transferred()

    with forge.sides.procuratorate.store.reading() as transaction:
        entries = rows(transaction, "SELECT officer, act, purpose, person FROM access_log")
    assert (waits, none) == (Judged("waiting"), [(0,)])
    assert entries == [(NODE, "validate", "validation", "federation:1")] * 2


def test_h067_particulars_of_an_erased_person_are_placed_and_never_opened(forge: Forge) -> None:
    """Her key is dead here: nothing of it can be read, and the case goes on."""
    clue_id, opening = forge.transferred()
    late = forge.envelope(an_event(ClueSupplemented), WRITTEN, clue_id=clue_id, previous=opening)
    agency = forge.sides.procuratorate
    agency.procuratorate().request_erasure(clue_id, an_event(ErasureRequested))
    before = openings(forge)

    assert forge.judged(forge.record(late)) == Judged("applied")
    assert openings(forge) == before


def openings(forge: Forge) -> int:
    """How many entries of the node's own opening there are."""
    with forge.sides.procuratorate.store.reading() as transaction:
        ((count,),) = rows(transaction, "SELECT count(*) FROM access_log WHERE act = 'validate'")
    return int(str(count))
