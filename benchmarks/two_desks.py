"""
The demonstration's stories at two desks, without its waiting: one step of all clues, then the other side takes it in.

The events are real: folded, sealed, signed, numbered and taken in as in the demonstration. Only many commands share a
transaction, and the records go from outbox to outbox by hand.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.outbox import OutboxRecord
from clue_exchange.signed_events import SignedEvent
from clue_exchange.store import Transaction
from console.demo.officers import courses
from console.demo.stories import ACCEPT, STORIES, WITHDRAW, Step
from console.wiring import Agency
from producers.desk import NOTHING_TOLD, Told
from schemas.clue_events import ClueShared, ClueTransferred, NewClue
from schemas.codes import Role
from schemas.particulars import Particulars

F, P = Role.federation, Role.procuratorate
CLUES_AT_A_TIME = 400
SHARED_OF_TEN = 3
"""As in the demonstration: 37 of 127 clues are shared by the procuratorate."""

_OPENING = {
    "officer": "officer-1",
    "categories": ["W2"],
    "urgent": False,
    "legal_basis": "statutory_duty",
    "found_on": date(2022, 3, 5),
    "persons": [{"number": 1, "role": "applicant", "age_band": "from_18_to_59", "id_number": "well_formed"}],
}
OPENINGS: Mapping[Role, NewClue] = {
    F: ClueTransferred.read({**_OPENING, "source": "S2"}),
    P: ClueShared.read({**_OPENING, "source": "S7"}),
}


@dataclass(slots=True)
class Course:
    """A clue, who opens it, and the steps that it takes after that."""

    opened_by: Role
    steps: Sequence[Step]
    clue_id: UUID


@dataclass(slots=True)
class TwoDesks:
    """
    Both agencies, on databases of their own.

    Attributes:
        signed: what each has issued.
    """

    agencies: Mapping[Role, Agency]
    signed: dict[Role, list[SignedEvent]] = field(default_factory=lambda: {role: [] for role in Role})
    _given: dict[str, int] = field(default_factory=dict)

    def play(self, by: Role, events: int) -> None:
        """Play the stories, some hundred clues at a time, until this side has issued so many events."""
        while len(self.signed[by]) < events:
            self._play(mixed(self.agencies[F], CLUES_AT_A_TIME))

    def _play(self, clues: Sequence[Course]) -> None:
        for round_ in range(1 + max(len(clue.steps) for clue in clues)):
            for role in Role:
                acting = [clue for clue in clues if (step_of(clue, round_) or (None,))[0] is role]
                with self.agencies[role].store.transaction() as transaction:
                    for clue in acting:
                        self.signed[role].append(self._act(transaction, role, clue, round_))
            for role in Role:
                self._hand_over(role)

    def _act(self, transaction: Transaction, role: Role, clue: Course, round_: int) -> SignedEvent:
        agency = self.agencies[role]
        if round_ == 0:
            told: Told = {(role, 1): told_of(len(self.signed[role]))}
            return agency.desk()._issue_in(transaction, clue.clue_id, OPENINGS[role], told)
        view = agency.ledger.fold(transaction, clue.clue_id).view
        event = clue.steps[round_ - 1].facts_for(view)
        return agency.desk()._issue_in(transaction, clue.clue_id, event, NOTHING_TOLD)

    def _hand_over(self, sender: Role) -> None:
        """Give the other side what this side has said since the last time."""
        agency, other = self.agencies[sender], self.agencies[sender.other]
        with agency.store.reading() as transaction:
            said = list(self._unsaid(agency.outbox.pending(transaction, 1_000_000)))
        with other.store.transaction() as transaction:
            taken = other.batches().take_in(transaction, said)
        assert not taken.dead_letters

    def _unsaid(self, records: Sequence[OutboxRecord]) -> Iterator[ReceivedRecord]:
        for record in records:
            if record.number > self._given.get(record.topic, 0):
                self._given[record.topic] = record.number
                yield ReceivedRecord(record.topic, 0, record.number - 1, record.key, record.value, record.headers, 0)


def step_of(clue: Course, round_: int) -> tuple[Role] | None:
    """Who acts on this clue in this round; nobody where its course is over."""
    if round_ == 0:
        return (clue.opened_by,)
    return (clue.steps[round_ - 1].by,) if round_ <= len(clue.steps) else None


def mixed(agency: Agency, clues: int) -> list[Course]:
    """So many clues with the demonstration's courses; a shared one is accepted already."""
    shared = clues * SHARED_OF_TEN // 10
    accepted = [story for story in STORIES if story.steps[:1] == (ACCEPT,)]
    new_id = agency.tools.new_id
    opened = [Course(F, story.steps, new_id()) for story in courses(clues - shared, STORIES)]
    for story in courses(shared, accepted):
        opened.append(Course(P, [step for step in story.steps[1:] if step is not WITHDRAW], new_id()))
    return opened


def told_of(number: int) -> Particulars:
    """What a register's row tells of a woman who does not exist."""
    return Particulars(
        name=f"甲某{number}",
        id_number=f"9990071979011{number % 100_000:05d}",
        phone=f"1990000{number % 10_000:04d}",
        address="河口县城关镇和平路1号",
        narrative="来电人称多年来被丈夫殴打,已离家,无收入,带一未成年子女,请求帮助。" * 3,
    )
