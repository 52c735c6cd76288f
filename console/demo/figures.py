"""
What the demonstration measured, from both ledgers and the logs of both nodes; nothing is taken from the script.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from clue_exchange.store import Transaction
from console.demo.officers import unacknowledged
from console.demo.scenario import Played
from console.wiring import Agency
from consumers import worklist
from schemas.codes import Role
from schemas.fold import Fold
from schemas.guards import Act
from schemas.lifecycle import judge
from schemas.view import ClueView, State

T = TypeVar("T")


Logs: TypeAlias = Mapping[Role, Iterable[dict[str, Any]]]


def figures(agencies: Mapping[Role, Agency], logs: Logs, played: Played) -> dict[str, Any]:
    """What `demo --json` writes, but for the seconds."""
    folds = _per_agency(agencies, _folds)
    ours, theirs = folds[Role.federation], folds[Role.procuratorate]
    by_state = _per_agency(agencies, lambda _, transaction: worklist.by_state(transaction))
    outcomes = _per_agency(agencies, lambda _, transaction: worklist.outcomes(transaction))
    own = _per_agency(agencies, lambda agency, tx: worklist.recorded_at(tx, agency.settings.agency))
    letters = _per_agency(agencies, lambda agency, transaction: agency.dead_letters.count(transaction))
    taken = [each for role in Role for each in handovers(own[role], logs[role.other]).values()]
    down, up = played.outage
    return {
        "states_reached": sorted({state for folded in ours.values() for state in _states(folded)}),
        "rows_read": sum(each.taken + each.repeated + len(each.refused) for each in played.reports),
        "rows_refused": sum(len(each.refused) for each in played.reports),
        "candidates": sum(each.awaiting for each in played.reports),
        "clues": {role: dict(sorted(by_state[role].items())) for role in Role},
        "transferred": sum(folded.view.origin is Role.federation for folded in theirs.values()),
        "events_published": sum(map(len, own.values())),
        "events_applied": {role: outcomes[role]["applied"] for role in Role},
        "void": {role: outcomes[role]["void"] for role in Role},
        "void_scripted": played.void,
        "waiting": {role: outcomes[role]["waiting"] for role in Role},
        "dead_letters": sum(letters.values()),
        "unacknowledged": _per_agency(agencies, unacknowledged),
        "views_equal": {i: f.digest for i, f in ours.items()} == {i: f.digest for i, f in theirs.items()},
        "handover_ms": percentiles([ms for sent, ms in taken if not down <= sent <= up]),
        "handover_across_outage_ms": percentiles([ms for sent, ms in taken if down <= sent <= up]),
    }


def shortfalls(measured: Mapping[str, Any]) -> list[str]:
    """What the demonstration did not show, each in one sentence; empty where all went well."""
    unreached = sorted({str(state) for state in State} - set(measured["states_reached"]))
    void = sorted({*measured["void"].values(), measured["void_scripted"]})
    waiting, letters = sum(measured["waiting"].values()), measured["dead_letters"]
    unnamed = sum(measured["unacknowledged"].values())
    judged = (
        (measured["views_equal"], "the two sides do not see the same: this must never happen; please report it"),
        (len(void) == 1, f"void events differ from the {measured['void_scripted']} of the script: {void}"),
        (waiting == 0, f"{waiting} events wait for others that did not come: see `clue-exchange waiting`"),
        (letters == 0, f"{letters} dead letters: see `clue-exchange dead-letters`"),
        (unnamed == 0, f"{unnamed} events were not acknowledged: see `clue-exchange receipts`"),
        (not unreached, f"no clue reached: {', '.join(unreached)}"),
    )
    return [sentence for is_so, sentence in judged if not is_so]


def percentiles(milliseconds: Sequence[float]) -> dict[str, float]:
    """p50, p95 and p99 by nearest rank; empty where there is nothing."""
    ranked = sorted(milliseconds)
    return {f"p{p}": round(ranked[max(0, -(-len(ranked) * p // 100) - 1)], 1) for p in (50, 95, 99) if ranked}


def _states(folded: Fold) -> set[State]:
    """Every state that the clue went through, by judging its applied events again."""
    view, reached = ClueView(), {State.unopened}
    for placed in folded.placed:
        if placed.void is None:
            view = judge(view, Act(placed.event.event, placed.event.event_id, placed.event.by)).view
            reached.add(view.state)
    return reached


def handovers(
    recorded: Mapping[UUID, datetime], receivers_log: Iterable[dict[str, Any]]
) -> dict[UUID, tuple[datetime, float]]:
    """
    For each event: when its sender recorded it, and the milliseconds until it was visible at the receiver.

    The sender's moment is taken just before its commit; the receiver's is its log line of the first arrival, just after
    its own commit.
    """
    arrived: dict[UUID, tuple[datetime, float]] = {}
    for line in receivers_log:
        if line["event"] != "record.placed":
            continue
        event_id = UUID(line["event_id"])
        sent = recorded.get(event_id)
        if sent is not None and event_id not in arrived:
            arrived[event_id] = sent, (datetime.fromisoformat(line["timestamp"]) - sent).total_seconds() * 1000
    return arrived


def _per_agency(agencies: Mapping[Role, Agency], look: Callable[[Agency, Transaction], T]) -> dict[Role, T]:
    answers = {}
    for role, agency in agencies.items():
        with agency.store.reading() as transaction:
            answers[role] = look(agency, transaction)
    return answers


def _folds(agency: Agency, transaction: Transaction) -> dict[UUID, Fold]:
    return {row.clue_id: agency.ledger.fold(transaction, row.clue_id) for row in worklist.clues(transaction)}
