"""
`clue-exchange verify-journal` on a real Kafka: what was written, deleted and slipped in.
"""

from pathlib import Path

import pytest

from clue_exchange.kafka_records import OutgoingRecord
from clue_exchange.logs import Log
from tests.desks import Desk
from tests.kafka_steps import DEADLINE_SECONDS, delete_records, journals, relay_once
from tests.two_sides import TwoSides

pytestmark = pytest.mark.broker


def test_a_journal_holds_until_somebody_touches_it(on_kafka: TwoSides, log: Log, tmp_path: Path) -> None:
    """As it was written: exit 0, for its owner and for the reader. A foreign record and a deleted one are named."""
    federation, clues = on_kafka.federation, journals(on_kafka.federation)[0]
    on_kafka.write_files(tmp_path)
    ours, theirs = Desk.of(federation, tmp_path), Desk.of(on_kafka.procuratorate, tmp_path)
    for _ in range(3):
        on_kafka.transfer()
    with federation.producer() as producer:
        relay_once(federation, producer, log)
        whole = [ours.run("verify-journal", "clues", "--own"), theirs.run("verify-journal", "clues")]
        producer.send_all([OutgoingRecord(clues, b"key", b"junk")], DEADLINE_SECONDS)
    delete_records(federation.settings.bootstrap, clues, before=1)

    touched = ours.run("verify-journal", "clues", "--own", expected=1, columns=200).output

    assert all("all there, all signed" in each.output for each in whole)
    assert "number 1," in touched
    assert f"{clues}:3 " in touched
