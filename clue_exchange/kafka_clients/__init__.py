"""
The one package that imports the Kafka client (kafka-python 3.0.12): docs/decisions/0003. `TopicAdmin` is beside it.

Its errors leave it as `DoorClosed`, or, by the table in `kafka_fates`, as `BrokerUnavailable`, `BrokerRefused` or
`PositionOutOfRange`. Connecting is given up after `patience_ms`. No client here may be used by two threads at a time.
"""

from clue_exchange.connected import Connected
from clue_exchange.kafka_clients.connecting import KafkaAdminClient, connect, for_code, kafka_admin, translated
from clue_exchange.kafka_clients.consumer import JournalConsumer
from clue_exchange.kafka_clients.producer import JournalProducer
from clue_exchange.kafka_fates import translate
from clue_exchange.kafka_records import Acknowledgement, OutgoingRecord, ReceivedRecord

__all__ = [  # the library's own names are for topic_admin and access_admin, so that no other file imports the library
    "Acknowledgement", "Connected", "JournalConsumer", "JournalProducer", "KafkaAdminClient", "OutgoingRecord",
    "ReceivedRecord", "connect", "for_code", "kafka_admin", "translate", "translated",
]  # fmt: skip
