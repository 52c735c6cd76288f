"""
Reconciliation: the question, its answer and the last word, compared and healed on both sides.

Each record makes this side say one thing at most, and the last word nothing: docs/decisions/0016-reconciliation.md.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from clue_exchange import reconciliations
from clue_exchange.clock import Clock
from clue_exchange.holdings import Holding, by_day, holdings, numbers_of, of_days
from clue_exchange.journals import go_on_at
from clue_exchange.outbox import Outbox
from clue_exchange.reconciliations import Difference, Kind, Round
from clue_exchange.store import Transaction
from clue_exchange.topics import topic_name
from schemas.catalog import EVENT_FAMILIES, Family
from schemas.codes import Role
from schemas.envelope import role_of
from schemas.receipt import NumberRange
from schemas.reconciliation import (
    CLUES_CAP,
    ClueHolding,
    ClueHoldings,
    DayDigests,
    ReconcileStep,
    nothing_held,
)


@dataclass(frozen=True, slots=True)
class Compared:
    """What a round came to here: told to the log after the commit."""

    round: UUID
    clues: int = 0
    differing: int = 0
    sent_again: int = 0


class Reconciliation:
    """What one agency asks, answers and heals."""

    def __init__(self, agency: str, counterpart: str, outbox: Outbox, clock: Clock) -> None:
        self._agency = agency
        self._role = role_of(agency)
        self._counterpart = counterpart
        self._topic = topic_name(agency, Family.RECEIPTS)
        self._own = [topic_name(agency, family) for family in EVENT_FAMILIES]
        self._outbox = outbox
        self._clock = clock

    def ask(self, transaction: Transaction, round_id: UUID) -> None:
        """Begin a round: say what is held, day by day."""
        reconciliations.begin(transaction, Round(round_id, self._agency, self._clock()))
        days = by_day(holdings(transaction).values())
        self._say(transaction, DayDigests(recipient=self._counterpart, round=round_id, days=days))

    def take(self, transaction: Transaction, said: DayDigests | ClueHoldings) -> Compared:
        """Answer a question; compare what an answer or a last word lists, and send again what the other side lacks."""
        if isinstance(said, DayDigests):
            return self._answer(transaction, said)
        known = reconciliations.read(transaction, said.round)
        asked_by = self._agency if said.step is ReconcileStep.answer else self._counterpart
        if known is None or known.asked_by != asked_by or known.answered_at is not None:
            return Compared(said.round)  # a round that is not ours, or over: nothing is said any more
        return self._compare(transaction, known, said)

    def _answer(self, transaction: Transaction, asked: DayDigests) -> Compared:
        if reconciliations.read(transaction, asked.round) is not None:
            return Compared(asked.round)
        found = holdings(transaction)
        first = asked.days[0].day if asked.days else date.min
        theirs = {each.day: each for each in asked.days}
        mine = {each.day: each for each in by_day(found.values(), first)}
        days = sorted(day for day in theirs.keys() | mine.keys() if theirs.get(day) != mine.get(day))
        clue_ids = sorted(of_days(found, days, first))
        up_to = clue_ids[CLUES_CAP - 1] if len(clue_ids) > CLUES_CAP else None
        now = self._clock()
        answered_at = None if days else now  # where all is equal there is no last word
        begun = Round(asked.round, self._counterpart, now, answered_at, len(days), is_whole=up_to is None)
        reconciliations.begin(transaction, begun)
        clues = tuple(found[clue_id].clue for clue_id in clue_ids[:CLUES_CAP])
        answer = {"round": asked.round, "days": tuple(days), "up_to": up_to, "clues": clues}
        self._say(transaction, ClueHoldings(recipient=self._counterpart, step=ReconcileStep.answer, **answer))
        return Compared(asked.round, len(clues))

    def _compare(self, transaction: Transaction, known: Round, said: ClueHoldings) -> Compared:
        found = holdings(transaction)
        theirs = {clue.clue_id: clue for clue in said.clues}
        clue_ids = {*theirs, *self._listed_here(found, said)}
        here = {clue_id: _of(found, clue_id) for clue_id in clue_ids}
        differing = sorted(clue_id for clue_id in clue_ids if here[clue_id] != theirs.get(clue_id))
        differences = [
            self._heal(transaction, here[clue_id], theirs.get(clue_id) or nothing_held(clue_id))
            for clue_id in differing
        ]
        if any(Kind.own_lacking_here in each.kinds for each in differences):
            for topic in self._own:  # the next start of the node reads all of it back
                go_on_at(transaction, topic, 0, self._clock())
        if said.step is ReconcileStep.answer and differing:
            last = tuple(here[clue_id] for clue_id in differing[:CLUES_CAP])
            word = ClueHoldings(recipient=self._counterpart, round=said.round, step=ReconcileStep.last_word, clues=last)
            self._say(transaction, word)
        days = known.days or len(said.days)
        is_whole = known.is_whole and said.up_to is None and len(differing) <= CLUES_CAP
        settled = replace(known, answered_at=self._clock(), days=days, clues=len(clue_ids), is_whole=is_whole)
        reconciliations.settle(transaction, settled, differences)
        sent_again = sum(each.sent_again for each in differences)
        return Compared(said.round, len(clue_ids), len(differing), sent_again)

    @staticmethod
    def _listed_here(found: Mapping[UUID, Holding], said: ClueHoldings) -> Collection[UUID]:
        """The clues here of the days that an answer lists, as far as it goes."""
        first = min((each.day for each in by_day(found.values())), default=date.min)
        mine = of_days(found, said.days, first)
        return mine if said.up_to is None else {clue_id for clue_id in mine if clue_id <= said.up_to}

    def _heal(self, transaction: Transaction, here: ClueHolding, there: ClueHolding) -> Difference:
        """Say how the two differ; queue our own events once more where theirs of them are others."""
        own, other = self._role, self._role.other
        kinds, sent_again = [], 0
        if here.of(own) != there.of(own):
            kinds.append(Kind.lacking_there if here.of(own).events >= there.of(own).events else Kind.own_lacking_here)
            for topic, number in numbers_of(transaction, here.clue_id, self._agency):
                again = NumberRange(first=number, last=number)
                sent_again += self._outbox.send_again(transaction, topic, [again])
        if here.of(other) != there.of(other):
            kinds.append(Kind.lacking_here if here.of(other).events <= there.of(other).events else Kind.lacking_there)
        if not kinds:
            kinds.append(Kind.view_differs)
        return Difference(here.clue_id, _counts(here), _counts(there), tuple(dict.fromkeys(kinds)), sent_again)

    def _say(self, transaction: Transaction, said: DayDigests | ClueHoldings) -> None:
        self._outbox.append(transaction, self._topic, self._counterpart.encode(), said.to_body(), {})


def _of(found: Mapping[UUID, Holding], clue_id: UUID) -> ClueHolding:
    holding = found.get(clue_id)
    return nothing_held(clue_id) if holding is None else holding.clue


def _counts(clue: ClueHolding) -> dict[str, int]:
    return {role.value: clue.of(role).events for role in Role}
