"""
Reading the counties' `figures` topics: each record proven and strict, or set aside with its reason.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from clue_exchange.errors import BrokerUnavailable
from clue_exchange.kafka_clients import JournalConsumer
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.signing import BadSignature
from clue_exchange.topics import topic_name
from consumers.levels.county_journal import CountyJournal, NumberReused
from schemas.agreement import Party
from schemas.catalog import Family
from schemas.errors import ContractError
from schemas.figures_record import FiguresPublished

POLL_TIMEOUT_MS = 500
MAX_POLLS = 1_000

Connect = Callable[[Mapping[str, int]], JournalConsumer]


@dataclass(frozen=True, slots=True)
class CountyRecord:
    """What an agency published of a month."""

    agency: str
    figures: FiguresPublished


@dataclass(frozen=True, slots=True)
class SetAside:
    """A record that counts for nothing, and why; never its bytes."""

    topic: str
    offset: int
    reason: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What stands in the topics."""

    records: Sequence[CountyRecord]
    set_aside: Sequence[SetAside]


def read_counties(parties: Iterable[Party], connect: Connect) -> Taken:
    """
    Read the topics of these agencies from their beginning to where they end now.

    Raises:
        BrokerUnavailable: a topic could not be read to its end.
        BrokerRefused: there is no such topic, or no right to read it.
    """
    journals = {journal.topic: journal for journal in map(CountyJournal, parties)}
    records, aside = [], []
    for received in _read_to_end(dict.fromkeys(journals, 0), connect):
        try:
            journals[received.topic].take(received)
        except BadSignature:
            aside.append(SetAside(received.topic, received.offset, "bad_signature"))
        except NumberReused:
            aside.append(SetAside(received.topic, received.offset, "number_reused"))
        except ContractError as error:
            aside.append(SetAside(received.topic, received.offset, type(error).__name__))
    for journal in journals.values():
        for published, is_proven in journal.published():
            if is_proven:
                records.append(CountyRecord(journal.agency, published.figures))
            else:
                aside.append(SetAside(journal.topic, published.offset, "key_revoked"))
    return once_a_month(records, aside)


def once_a_month(records: Iterable[CountyRecord], aside: Sequence[SetAside]) -> Taken:
    """The first record of an agency and month counts; the same once more is nothing, another one is set aside."""
    first: dict[tuple[str, str], CountyRecord] = {}
    others = list(aside)
    for record in records:
        kept = first.setdefault((record.agency, record.figures.month), record)
        if kept.figures != record.figures:
            others.append(SetAside(topic_name(record.agency, Family.FIGURES), -1, "published_again"))
    return Taken(list(first.values()), others)


def _read_to_end(topics: Mapping[str, int], connect: Connect) -> Iterable[ReceivedRecord]:
    with connect(topics) as consumer:
        at, ends = dict(topics), consumer.end_offsets(topics)
        for _ in range(MAX_POLLS):
            if all(at[topic] >= end for topic, end in ends.items()):
                return
            for record in consumer.poll(POLL_TIMEOUT_MS):
                at[record.topic] = record.next_offset
                yield record
    raise BrokerUnavailable("the figures could not be read to their end")
