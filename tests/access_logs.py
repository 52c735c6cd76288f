"""
An access log for tests: a few entries of every kind, and a look at whether all its links hold.
"""

from uuid import UUID

from clue_exchange.people import access_evidence
from clue_exchange.people.access_entries import Entry, Finding, Head, Subject
from clue_exchange.people.permissions import LocalAct, Officer, OfficerRole, Purpose, Refusal
from console.people import People
from schemas.codes import Role

HER = Subject(UUID(int=7), person=(Role.federation, 1))
OFFICER = Officer("officer-1", OfficerRole.officer)
ENTRIES = (
    Entry.of(OFFICER, LocalAct.open_particulars, purpose=Purpose.handling, subject=HER),
    Entry.of(OFFICER, LocalAct.search, hits=3),
    Entry.of(OFFICER, "decline", subject=Subject(UUID(int=7)), other="officer-2", refused=Refusal.second_role),
    Entry(None, None, LocalAct.prove, refused=Refusal.not_proven),
    Entry.of_node(Subject(candidate_id=UUID(int=9))),
)


def verified(people: People, noted: Head | None = None) -> Finding:
    with people.store.reading() as transaction:
        return access_evidence.verify(transaction, noted)


def first_bad(people: People, noted: Head | None = None) -> int | None:
    broken = verified(people, noted).broken
    return None if broken is None else broken.number


def head_of(people: People) -> Head:
    with people.store.reading() as transaction:
        return access_evidence.head(transaction)
