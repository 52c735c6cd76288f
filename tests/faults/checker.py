"""
The checker: from the histories of a run to one line a journal, and the names of what does not balance.

    sent = applied + void + waiting + dead-lettered + in flight

Names as in Jepsen's Kafka checker, so that readers can compare: `lost-write` (acknowledged, not in the log), `unseen`
(in the log, behind the reader, without a trace; `poll-skip` says that its reader passed it), `duplicate` (an event
took effect twice), `inconsistent-offsets` (two records under one number), `aborted-read` (in the log, not in the ledger
of its sender), `nonmonotonic-poll` (a position went back). Ours: `phantom`, `order`, `views-differ`, `missing`,
`numbers`, `not-proven`, `false-receipt` (acknowledged, not held), `rejections-differ` (rejected without a dead letter,
untold to its sender, never rejected by its receiver, or in effect all the same), `in-flight` (after the drain).
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.faults.histories import JOURNALS, Histories, Log, Side, count_by_hash
from tests.faults.plain_records import Event, decode, hash_of, read_record
from tests.faults.verdict import LOST, Journal, Verdict


def check(histories: Histories, positions: Iterable[Mapping[str, int]] = ()) -> Verdict:
    """
    Judge a run that was healed and drained.

    `positions` are looks at the receivers' positions while it ran, in their order.
    """
    failures: Counter[str] = Counter()
    journals = []
    for sender, receiver in histories.ways():
        for family in JOURNALS:
            topic = f"{sender.agency}.{family}"
            journals.append(_balance(sender, receiver, histories.logs[topic], failures))
            failures += _faults_of_the_log(sender, histories.logs[topic])
        failures += _phantoms(sender, receiver)
        failures += _doubled(receiver)
        chains, rejected = _chains(receiver), receiver.rejections().keys()
        failures["order"] += sum(_out_of_order(chain, rejected) for chain in chains.values())
        failures["rejections-differ"] += _different_rejections(sender, receiver)
        failures["not-proven"] += _not_proven(receiver)
        failures["false-receipt"] += _false_receipts(receiver, histories.logs[f"{receiver.agency}.receipts"])
    for name in (*LOST, "missing"):
        failures[name] += sum(journal.fates[name] for journal in journals)
    failures["in-flight"] += sum(journal.fates["in_flight"] for journal in journals)
    failures["views-differ"] += _different_views(*histories.sides)
    failures["nonmonotonic-poll"] += _steps_back(positions)
    return Verdict(journals, +failures)


def _balance(sender: Side, receiver: Side, log: Log, failures: Counter[str]) -> Journal:
    """Where each event of a journal is now."""
    sent = [event for found in sender.events.values() for event in found if event.topic == log.topic]
    counted = count_by_hash(log)
    journal = Journal(log.topic, len(sent), log_duplicates=sum(counted.values()) - len(counted))
    offsets, position = log.offsets(), receiver.positions().get(log.topic, 0)
    acknowledged = {row["number"] for row in sender.tables["outbox"] if row["topic"] == log.topic and row["sent_at"]}
    parked = {(row["topic"], row["sha256"]) for row in receiver.tables["dead_letter"]}
    for event in sent:
        at = offsets.get(event.hash, [])
        if event.hash in receiver.events:
            journal.fates[str(receiver.events[event.hash][0].outcome)] += 1
        elif (event.topic, sha256(event.record).digest()) in parked:
            journal.fates["dead_lettered"] += 1
        elif event.number not in acknowledged or any(offset >= position for offset in at):
            journal.fates["in_flight"] += 1
        elif at:
            journal.fates["unseen"] += 1
            failures["poll-skip"] += 1
        else:
            journal.fates["missing" if receiver.misses(event.topic, event.number) else "lost-write"] += 1
    if sorted(event.number for event in sent) != list(range(1, len(sent) + 1)):
        failures["numbers"] += 1
    return journal


def _faults_of_the_log(sender: Side, log: Log) -> Counter[str]:
    """Records that their sender never committed, and two records under one number."""
    by_number: dict[int, set[str]] = defaultdict(set)
    for value in log.records.values():
        if (record := read_record(value)) is not None:
            by_number[record["number"]].add(hash_of(record))
    written = set().union(*by_number.values()) if by_number else set()
    return Counter(
        {
            "aborted-read": len(written - sender.events.keys()),
            "inconsistent-offsets": sum(len(hashes) > 1 for hashes in by_number.values()),
        }
    )


def _phantoms(sender: Side, receiver: Side) -> Counter[str]:
    """Events that the receiver holds and their sender does not."""
    of_sender = {h for h, found in receiver.events.items() if found[0].sender == sender.agency}
    return Counter({"phantom": len(of_sender - sender.events.keys())})


def _doubled(side: Side) -> Counter[str]:
    """Events that changed a view twice: by two rows, by two in one place, or as their node told it."""
    events = [event for found in side.events.values() for event in found]
    of_id = Counter(event.event_id for event in events)
    places = Counter((event.clue_id, event.place) for event in events if event.place is not None)
    doubled = {event_id for event_id, count in of_id.items() if count > 1} | _told_twice(side)
    return Counter({"duplicate": len(doubled) + sum(count > 1 for count in places.values())})


def _told_twice(side: Side) -> set[str]:
    """
    Events that were told as applied before, in a batch that told nothing else of their clues.

    One that another overtook is told again as well; then the batch tells of that other one too.
    """
    clue_of = {event.event_id: event.clue_id for found in side.events.values() for event in found}
    last: dict[str, str] = {}
    twice: set[str] = set()
    for batch in side.told:
        is_news = {clue_of.get(event_id) for event_id, outcome in batch if last.get(event_id) != outcome}
        twice |= {event_id for event_id, _ in batch if clue_of.get(event_id) not in is_news}
        last.update(batch)
    return twice


def _chains(side: Side) -> dict[str, list[Event]]:
    """The placed events of each clue, in the order in which they took effect."""
    chains: dict[str, list[Event]] = defaultdict(list)
    for event in (event for found in side.events.values() for event in found if event.place is not None):
        chains[event.clue_id].append(event)
    return {clue: sorted(chain, key=lambda event: event.place or 0) for clue, chain in chains.items()}


def _out_of_order(chain: Sequence[Event], rejected: Collection[str]) -> int:
    """
    How many events of a clue took effect before one that they name, or not right after their sender's last one.

    What builds on a rejected event has a place and no effect, and its sender goes on from before it.
    """
    last: dict[str, str] = {}
    placed: set[str] = set()
    adrift: set[str] = set()
    wrong = 0
    for place, event in enumerate(chain):
        builds_on_rejected = event.outcome == "void" and (event.previous in rejected or event.previous in adrift)
        fits = event.place == place and (builds_on_rejected or event.previous == last.get(event.sender))
        wrong += not (fits and (event.seen is None or event.seen in placed))
        if builds_on_rejected:
            adrift.add(event.hash)
        else:
            last[event.sender] = event.hash
        placed.add(event.hash)
    return wrong


def _false_receipts(side: Side, log: Log) -> int:
    """Receipts that acknowledge a number which this side does not hold: they were told before it was durable."""
    held: dict[str, set[int]] = defaultdict(set)
    for event in (event for found in side.events.values() for event in found):
        held[event.topic].add(event.number)
    for letter in side.tables["dead_letter"]:
        held[letter["topic"]].add(letter["number"])
    told = {row["value"] for row in side.tables["outbox"] if row["topic"] == log.topic} | set(log.records.values())
    wrong = 0
    for record in filter(None, map(read_record, told)):
        journals = decode(record["body"])["journals"]
        wrong += any(not held[each["topic"]].issuperset(range(1, each["held_up_to"] + 1)) for each in journals)
    return wrong


def _different_rejections(sender: Side, receiver: Side) -> int:
    """Rejections that were not told, or made up; those without a dead letter; rejected events that have effect."""
    told = {h: reason for h, reason in sender.rejections().items() if h in sender.events}
    own = {h for h, found in receiver.events.items() if found[0].sender == receiver.agency}
    made = {h: reason for h, reason in receiver.rejections().items() if h not in own}
    parked = {(row["topic"], row["number"]) for row in receiver.tables["dead_letter"]}
    places = {row["hash"].hex(): (row["topic"], row["number"]) for row in receiver.tables["rejection"]}
    in_effect = {h for h in made if any(event.outcome != "void" for event in receiver.events.get(h, ()))}
    return len({h for h, _ in told.items() ^ made.items()} | {h for h in made if places[h] not in parked} | in_effect)


def _different_views(one: Side, other: Side) -> int:
    """
    Clues whose rows, requests for aid, or places of events differ between the two sides.

    A rejected event belongs to neither view, nor does a clue of which one side holds nothing else.
    """
    differing = set()
    rejected = one.rejections().keys() | other.rejections().keys()
    events = [[e for found in side.events.values() for e in found if e.hash not in rejected] for side in (one, other)]
    opened = {event.clue_id for found in events for event in found}
    for name in ("clue", "aid_branch"):
        rows = [{tuple(sorted(row.items())) for row in side.tables[name]} for side in (one, other)]
        differing |= {dict(row)["clue_id"] for row in rows[0] ^ rows[1]}
    places = [{(e.clue_id, e.hash, e.outcome, e.place, e.void) for e in found} for found in events]
    return len((differing & opened) | {clue for clue, *_ in places[0] ^ places[1]})


def _not_proven(side: Side) -> int:
    """Events of either party whose signature does not hold by the keys that this side knows."""
    keys = {(row["topic"], row["key_id"]): row for row in side.tables["public_key"]}
    wrong = 0
    for event in (event for found in side.events.values() for event in found):
        record = read_record(event.record) or {}
        key = keys.get((event.topic, record["key_id"]))
        signed = b"\0".join(
            (b"clue-exchange record v1", event.topic.encode(), str(event.number).encode(), record["body"])
        )
        if key is None or not key["first"] <= event.number <= (key["last"] or event.number):
            wrong += 1
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key["public"]).verify(record["signature"], signed)
        except InvalidSignature:
            wrong += 1
    return wrong


def _steps_back(positions: Iterable[Mapping[str, int]]) -> int:
    """How often a position was seen behind where it had been."""
    furthest: dict[str, int] = {}
    steps = 0
    for looked in positions:
        for topic, offset in looked.items():
            steps += offset < furthest.get(topic, 0)
            furthest[topic] = offset
    return steps
