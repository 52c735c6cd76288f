"""
An independent recount of every figure: from exported events alone, with nothing of the product imported.

It reads rows of the event table (tests/recount_reading.py) and counts in its own way, slowly and plainly. The tests of
figures compare what it finds with what the product says, line by line, on both sides.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from tests.recount_duties import IsWorkday, Lines, Terms, recount_duties
from tests.recount_reading import FEDERATION_ACTS, Found, Happened, Row, clues_of

RESPONSIBLE = {"R1": "sender", "R2": "sender", "R3": "sender", "T1": "rule", "T2": "receiver", "T3": "rule"}
WITHDRAWN_BY = {"V1": "person", "V2": "sender", "V3": "sender"}
REFUSED_BY = {"D1": "rule", "D3": "rule", "D9": "sender", "D10": "sender", "other": ""}
VERDICTS = ("ClueDeclined", "ClueRedirected", "AidDecided")


def recount(rows: Iterable[Row], first: date, last: date, is_workday: IsWorkday, terms: Terms) -> Lines:
    """The figures of a period, by names such as `K1 all` or `K3 category W2`; what is nothing is left out."""
    clues = clues_of(rows, last)
    cohort = [clue for clue in clues if first <= clue.opening.day <= last]
    return only_numbers(
        {
            **_persons_and_money(clues, first, last),
            **_cohort(cohort),
            **_times(clues, first, last, is_workday),
            **_reasons(clues, first, last),
            **_aid(clues, first, last),
            **_visits(clues, first, last),
            **recount_duties(clues, first, last, is_workday, terms),
        }
    )


def only_numbers(lines: Lines) -> Lines:
    """Without zeros, without what has no value, and without lines that tell of nothing."""
    told: Lines = {name: {column: n for column, n in line.items() if n} for name, line in lines.items()}
    return {name: line for name, line in told.items() if line.keys() - {"all"}}


def _persons_and_money(clues: Sequence[Found], first: date, last: date) -> Lines:
    first_granted, persons, decided, paid = Counter[str](), Counter[str](), Counter[str](), Counter[str]()
    for clue in clues:
        met, now = set(), set()
        groups = [group for group in clue.groups if group.partition(" ")[0] in ("all", "origin", "category")]
        for day, award in clue.awards:
            who = (award["person"]["added_by"], award["person"]["number"])
            is_now = first <= day <= last
            first_granted.update(groups if is_now and who not in met else ())
            persons.update(groups if is_now and who not in now else ())
            decided.update(dict.fromkeys(groups, award["amount_fen"] * is_now))
            met.add(who)
            now |= {who} if is_now else set()
        amounts = {award["number"]: award["amount_fen"] for _, award in clue.awards}
        for payment in clue.of("FundsPaid"):
            sum_paid = sum(amounts[number] for number in payment.facts["awards"])
            paid.update(dict.fromkeys(groups, sum_paid * (first <= payment.day <= last)))
    return {
        "K1 all": {"from_federation": first_granted["origin federation"], "persons": first_granted["all"]},
        **{
            f"K8 {group}": {
                "persons": persons[group],
                "decided_fen": decided[group],
                "paid_fen": paid[group],
                "per_person_fen": decided[group] // persons[group] if persons[group] else None,
            }
            for group in {*persons, *decided, *paid}
        },
    }


def _cohort(cohort: Sequence[Found]) -> Lines:
    found: Lines = {}
    for group in sorted({group for clue in cohort for group in clue.groups}):
        its = [clue for clue in cohort if group in clue.groups]
        settled = sum(_has_outcome(clue) for clue in its)
        aided = sum(bool(clue.awards) for clue in its)
        found[f"K2 {group}"] = {
            "clues": len(its),
            "open": len(its) - settled,
            "with_outcome": settled,
            "aided": aided,
        }
        found[f"K3 {group}"] = {"clues": len(its), "all": len(cohort)}
        found[f"F1 {group}"] = {
            "opened": len(its),
            "accepted": sum(any(e.after.state == "accepted" for e in c.events) or bool(c.awards) for c in its),
            "applied": sum(bool(clue.of("ApplicationFiled")) for clue in its),
            "granted": aided,
            "paid": sum(bool(clue.of("FundsPaid")) for clue in its),
            "closed": sum(bool(clue.of("CaseClosed")) for clue in its),
            "acknowledged": sum(bool(clue.of("FeedbackAcknowledged")) for clue in its),
        }
    return found


def _has_outcome(clue: Found) -> bool:
    """The last event that settles or unsettles the clue says it."""
    settled = bool(clue.awards)
    for event in clue.events if not settled else ():
        if event.type in {*VERDICTS, "ClueWithdrawn", "CaseClosed"}:
            settled = True
        elif event.type in {"ClueDisputed", "ClueAccepted", "ClueReturned"}:
            settled = False
    return settled


def _reached(clue: Found, stage: str) -> Happened | None:
    if stage == "payment":
        return next((e for e in clue.of("FundsPaid") if not e.after.unpaid), None)
    types = {
        "acceptance": ("ClueAccepted",),
        "application": ("ApplicationFiled",),
        "decision": ("AidDecided",),
        "feedback": ("CaseClosed", "ClueDeclined"),
    }
    return next(iter(clue.of(*types[stage])), None)


def _times(clues: Sequence[Found], first: date, last: date, is_workday: IsWorkday) -> Lines:
    found: Lines = {}
    for stage in ("acceptance", "application", "decision", "payment", "feedback"):
        gross, net = [], []
        for clue in clues:
            reached = _reached(clue, stage)
            if reached is not None and first <= reached.day <= last:
                span = (reached.day - clue.opening.day).days
                days = [day for n in range(1, span + 1) if is_workday(day := clue.opening.day + timedelta(days=n))]
                gross.append(len(days))
                net.append(sum(not _federation_had_it(clue, day) for day in days))
        for name, values in (("gross", sorted(gross)), ("net", sorted(net))):
            n = len(values)
            found[f"K4 {stage} {name}"] = {
                "n": n,
                "median": values[(n + 1) // 2 - 1] if n else None,
                "p90": values[(9 * n + 9) // 10 - 1] if n else None,
                "max": values[-1] if n else None,
            }
    return found


def _federation_had_it(clue: Found, day: date) -> bool:
    """Whether it had the turn after the last event before this day."""
    return [event.after.state for event in clue.events if event.day < day][-1] in FEDERATION_ACTS


def _reasons(clues: Sequence[Found], first: date, last: date) -> Lines:
    counts: dict[str, Counter[str]] = {}
    for clue in clues:
        for index, event in enumerate(clue.events):
            for name in _given(event) if first <= event.day <= last else ():
                count = counts.setdefault(f"K6 {name}", Counter())
                count["count"] += 1
                if event.type in VERDICTS:
                    disputed, overturned = _contradicted(clue.events[index + 1 :])
                    count["disputed"] += disputed
                    count["overturned"] += overturned
    return {name: dict(count) for name, count in counts.items()}


def _given(event: Happened) -> list[str]:
    facts = event.facts
    match event.type:
        case "ClueReturned":
            names = [f"returned {reason} {RESPONSIBLE.get(reason, '')}" for reason in set(facts["reasons"])]
        case "ClueDeclined":
            names = [f"declined {facts['reason']} {facts['responsible']}"]
        case "ClueRedirected":
            names = [f"redirected {facts['reason']} {RESPONSIBLE.get(facts['reason'], '')}"]
        case "ClueWithdrawn":
            names = [f"withdrawn {facts['reason']} {WITHDRAWN_BY.get(facts['reason'], '')}"]
        case "AidDecided":
            refused = [each["refusal"] for each in facts["decisions"] if each["refusal"]]
            names = [f"refused {reason} {REFUSED_BY.get(reason, 'person')}" for reason in refused]
        case _:
            names = []
    return [name.strip() for name in names]


def _contradicted(later: Sequence[Happened]) -> tuple[bool, bool]:
    """Until the next verdict: was there a dispute, and was the clue taken up after it."""
    types = [event.type for event in later]
    types = types[: next((place for place, each in enumerate(types) if each in VERDICTS), len(types))]
    if "ClueDisputed" not in types:
        return False, False
    return True, "ClueAccepted" in types[types.index("ClueDisputed") :]


def _aid(clues: Sequence[Found], first: date, last: date) -> Lines:
    found: dict[str, Counter[str]] = {}
    for clue in clues:
        answers = {event.facts["branch"]: event.facts["answer"] for event in clue.of("AidAnswered")}
        for asked in clue.of("AidRequested"):
            for line in ("K7 all", f"K7 aid {asked.facts['kind']}") if first <= asked.day <= last else ():
                found.setdefault(line, Counter()).update(("requested", answers.get(asked.event_id, "open")))
    return {line: dict(count) for line, count in found.items()}


def _visits(clues: Sequence[Found], first: date, last: date) -> Lines:
    whole, scales = Counter[str](), Counter[str]()
    for clue in clues:
        visits = clue.of("FollowUpRecorded")
        met = {event.facts["plan"] for event in visits if event.facts["scale"] != "not_met"}
        for plan in clue.of("FollowUpPlanned"):
            if str(first) <= str(plan.facts["planned_for"]) <= str(last):
                whole["planned"] += 1
                whole["held_as_planned"] += plan.event_id in met
        for visit in visits:
            if first <= visit.day <= last:
                whole["visits"] += 1
                whole["new_needs"] += visit.facts["new_clue"] is not None
                scales[f"K9 scale {visit.facts['scale']}"] += 1
    return {"K9 all": dict(whole), **{line: {"visits": count} for line, count in scales.items()}}
