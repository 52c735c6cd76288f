"""Every error of the client library has a fate."""

from collections.abc import Iterator

import pytest
from kafka import errors
from kafka.errors import KafkaError

from clue_exchange.errors import BrokerRefused, BrokerUnavailable, ExchangeError
from clue_exchange.kafka_clients import translate
from clue_exchange.kafka_fates import FATES, OUT_OF_RANGE, REFUSED, UNAVAILABLE, Fate, fate_of


def library_errors(base: type[KafkaError] = KafkaError) -> Iterator[type[KafkaError]]:
    """The library's error classes, wherever it defines them."""
    for cls in base.__subclasses__():
        if cls.__module__.startswith("kafka."):
            yield cls
            yield from library_errors(cls)


def test_every_error_of_the_library_has_a_fate() -> None:
    """When the library grows an error, decide in kafka_fates.py what it means for us."""
    assert {cls.__name__ for cls in library_errors()} - set(FATES) == set()


def test_no_fate_is_for_an_error_that_is_gone() -> None:
    """A table with dead rows hides a renamed class."""
    assert set(FATES) - {cls.__name__ for cls in library_errors()} == {"KafkaError"}


def test_no_error_has_two_fates() -> None:
    """The later row would win unseen."""
    names = f"{UNAVAILABLE} {OUT_OF_RANGE} {REFUSED}".split()

    assert len(names) == len(set(names))


def test_error_code_newer_than_the_library_stops_nothing_for_good() -> None:
    """The library makes a class at run time for it, under the unknown server error."""
    newer = errors.for_code(9_999)  # type: ignore[no-untyped-call]  # their stub

    assert fate_of(newer()) is Fate.UNAVAILABLE


@pytest.mark.parametrize(
    ("error", "ours"),
    [
        (errors.KafkaTimeoutError("slow"), BrokerUnavailable),
        (errors.NotEnoughReplicasError(), BrokerUnavailable),
        (errors.TopicAuthorizationFailedError(), BrokerRefused),
        (errors.MessageSizeTooLargeError(), BrokerRefused),
        (errors.UnknownTopicOrPartitionError(), BrokerRefused),
    ],
)
def test_translation_follows_the_table(error: KafkaError, ours: type[ExchangeError]) -> None:
    """Only what may succeed later is transient."""
    assert type(translate(error)) is ours
