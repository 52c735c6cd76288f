"""
Rows 1 and 9: a process that dies in the middle of what belongs together leaves none of it.
"""

import json
import os
import subprocess
import sys

import pytest

from clue_exchange.crash_points import VARIABLE
from clue_exchange.kafka_clients import JournalProducer
from clue_exchange.kafka_records import OutgoingRecord
from schemas.codes import Role
from tests.desks import TRANSFER, Desk
from tests.faults.county import County
from tests.faults.histories import rows_of
from tests.faults.nodes import dies_at

pytestmark = [pytest.mark.broker, pytest.mark.slow]

F, P = Role.federation, Role.procuratorate
SAVED = ("event", "clue", "outbox", "journal_counter", "data_key", "person_index")
JUNK = b"\xc3\x01junk"


def test_row_1_a_command_that_dies_before_its_commit_has_saved_nothing(here: County) -> None:
    """Row 1: rows before = after, no id was told to the person, and the same command works the next time."""
    agency = here.agencies[F]
    desk = Desk.of(agency, here.folder)
    words = [*TRANSFER, *desk.by("zhao"), "--particulars", "-", "--config", str(here.nodes[F].config), "--json"]
    told = json.dumps({"federation:1": {"name": "欧阳金丝雀", "narrative": "来电人称被丈夫殴打。"}})
    queries = {table: f"SELECT * FROM {table}" for table in SAVED}

    def transfer(**environment: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "console", *words]
        inherited = {**os.environ, **environment}
        return subprocess.run(command, input=told, capture_output=True, text=True, env=inherited, check=False)

    before = rows_of(agency.settings.database, queries)
    died = transfer(**{VARIABLE: "command.before_commit"})

    assert (died.returncode, died.stdout) == (-9, ""), died.stderr
    assert rows_of(agency.settings.database, queries) == before
    again = transfer()
    assert again.returncode == 0, again.stderr


def test_row_9_a_receiver_that_dies_while_it_writes_a_dead_letter_writes_each_once(here: County, rounds: int) -> None:
    """Row 9: the letter, its note in the topic and the position commit together (I6)."""
    here.nodes[F].start_ready()
    topic = here.topic(F)
    for _ in range(rounds):
        with JournalProducer(here.bootstrap) as producer:
            producer.send_all([OutgoingRecord(topic, b"key", JUNK)], 60)
        here.transfer()
        here.nodes[P].start(dies_at("loop.in_dead_letter"))
        assert here.nodes[P].wait_for_end() == -9
        assert here.side(P).tables["dead_letter"] == []
        here.wait_until(lambda: here.has_relayed(F))

    here.require_nothing_lost()

    assert len(here.side(P).tables["dead_letter"]) == rounds
    assert len(here.log_of(here.topic(P, "dead-letter"))) == rounds


def test_row_9_a_receiver_that_dies_while_it_writes_a_receipt_acknowledges_nothing(here: County, rounds: int) -> None:
    """Row 9: a receipt and what it acknowledges commit together; no receipt says more than the ledger holds (I6)."""
    here.nodes[F].start_ready()
    for _ in range(rounds):
        here.transfer()
        here.nodes[P].start(dies_at("loop.in_receipt"))
        assert here.nodes[P].wait_for_end() == -9
        assert here.side(P).events == {}

    verdict = here.require_nothing_lost()

    assert verdict.total("applied") == rounds
