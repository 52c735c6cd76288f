"""
Reading the counties' `figures` topics: each record proven and strict, or set aside with its reason.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from clue_exchange.errors import BrokerUnavailable
from clue_exchange.kafka_clients import JournalConsumer
from clue_exchange.kafka_records import ReceivedRecord
from clue_exchange.keys.keystore import signing_key_id
from clue_exchange.signing import BadSignature, PublicKey, Verifier
from clue_exchange.topics import RECORD_CAP_BYTES, owner_of, topic_name
from schemas.agreement import Party
from schemas.catalog import Family
from schemas.envelope import Record
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
    keys = [_key(party) for party in parties]
    received = list(_read_to_end({key.topic: 0 for key in keys}, connect))
    verifier, records, aside = Verifier(keys), [], []
    for record in received:
        try:
            records.append(CountyRecord(owner_of(record.topic), prove(record, verifier)))
        except BadSignature:
            aside.append(SetAside(record.topic, record.offset, "bad_signature"))
        except ContractError as error:
            aside.append(SetAside(record.topic, record.offset, type(error).__name__))
    return once_a_month(records, aside)


def prove(record: ReceivedRecord, verifier: Verifier) -> FiguresPublished:
    """
    The figures of a record.

    Raises:
        BadSignature: the agency did not sign it for this place.
        ContractError: not the one spelling, or a count under five.
    """
    if record.value is None or len(record.value) > RECORD_CAP_BYTES:
        raise BadSignature
    outer = Record.from_value(record.value)
    verifier.verify(record.topic, outer.number, outer.body, outer.key_id, outer.signature)
    return FiguresPublished.from_body(outer.body)


def once_a_month(records: Iterable[CountyRecord], aside: Sequence[SetAside]) -> Taken:
    """The first record of an agency and month counts; the same once more is nothing, another one is set aside."""
    first: dict[tuple[str, str], CountyRecord] = {}
    others = list(aside)
    for record in records:
        kept = first.setdefault((record.agency, record.figures.month), record)
        if kept.figures != record.figures:
            others.append(SetAside(topic_name(record.agency, Family.FIGURES), -1, "published_again"))
    return Taken(list(first.values()), others)


def _key(party: Party) -> PublicKey:
    topic, public = topic_name(party.agency, Family.FIGURES), party.signing_key_bytes
    return PublicKey(signing_key_id(public), topic, public, first=1)


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
