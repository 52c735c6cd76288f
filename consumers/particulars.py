"""
Opening the particulars of one person of a clue, for one person's eyes, after the access log says so.
"""

from uuid import UUID

from clue_exchange.access_log import OpeningPermit
from clue_exchange.errors import CommandRefused, KeysUnavailable
from clue_exchange.keys.keyring import KeyRing
from clue_exchange.ledger import Ledger
from clue_exchange.people.access_entries import Subject
from clue_exchange.store import Transaction
from consumers.opening import open_part
from consumers.receive import stored_event
from schemas.event import PersonKey
from schemas.particulars import Particulars


def open_particulars(
    transaction: Transaction,
    ledger: Ledger,
    keyring: KeyRing,
    clue_id: UUID,
    person: PersonKey,
    permit: OpeningPermit,
) -> Particulars:
    """
    What both sides have told of this person, the newest statement of each field, void events left out.

    Raises:
        NotPermitted: the permit is for somebody else, or its time is over.
        CommandRefused: she is not of this clue, she withdrew her consent, or she is erased.
        KeysUnavailable: her key is not here.
    """
    permit.require(Subject(clue_id=clue_id, person=person))
    folded = ledger.fold(transaction, clue_id)
    added_by, number = person
    if person not in folded.view.persons:
        raise CommandRefused(f"clue {clue_id} has no person {added_by}:{number}")
    if person in folded.view.consent_withdrawn:
        raise CommandRefused("she withdrew her consent: her particulars are masked, and her data are processed no more")
    if any(person == asked for asked, _ in folded.view.erasure_asked):
        raise CommandRefused("she is erased: nothing of what was told can be opened")
    told: dict[str, object] = {}
    for topic, value in ledger.applied_records(transaction, clue_id):
        addressed = stored_event(topic, value)
        for each in addressed.envelope.particulars:
            if each.person.key == person:
                key = keyring.open_keys(transaction, [each.part.key_id]).get(each.part.key_id)
                if key is None:
                    raise KeysUnavailable(f"the key of person {added_by}:{number} of clue {clue_id} is not here")
                opened = open_part(addressed.envelope, person, each.part, key)
                told |= {name: said for name, said in opened.model_dump().items() if said is not None}
    if not told:
        raise CommandRefused(f"nothing was told of person {added_by}:{number} of clue {clue_id}")
    return Particulars.read(told)
