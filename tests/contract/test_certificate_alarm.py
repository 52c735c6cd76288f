"""
A node says in its log how many days its certificate still lasts, before Kafka closes its door. On SQLite, PostgreSQL.
"""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import pytest

from clue_exchange.doors.certificates import Authority
from clue_exchange.doors.kafka_security import KafkaSecurity
from clue_exchange.logs import json_log
from producers.housekeeping import Housekeeping
from tests.two_sides import FEDERATION, TwoSides

LASTS_DAYS = 20
Said: TypeAlias = Callable[[float], list[tuple[str, str, int]]]


@pytest.fixture
def authority(sides: TwoSides, tmp_path: Path) -> Authority:
    """Whoever certifies agencies, by the clock of both sides."""
    return Authority.open(tmp_path / "clients", sides.clock)


@pytest.fixture
def security(authority: Authority) -> KafkaSecurity:
    """The federation shows a certificate that lasts twenty days from now."""
    files = authority.issue_client(FEDERATION, LASTS_DAYS)
    return KafkaSecurity(ca=authority.certificate, certificate=files.certificate, key=files.key)


def housekeeping(sides: TwoSides, security: KafkaSecurity | None, log: io.StringIO) -> Housekeeping:
    agency = sides.federation
    settings = agency.settings.model_copy(update={"security": security})
    return replace(agency, settings=settings).housekeeping(json_log(log))


@pytest.fixture
def said(sides: TwoSides, security: KafkaSecurity) -> Said:
    """What one look says after so many days more: event, level, days."""

    def look(days: float) -> list[tuple[str, str, int]]:
        sides.clock.forward(days=days)
        log = io.StringIO()
        housekeeping(sides, security, log).look_at_certificate()
        lines = [json.loads(line) for line in log.getvalue().splitlines()]
        assert all(line.keys() == {"event", "level", "days", "timestamp"} for line in lines)
        return [(line["event"], line["level"], line["days"]) for line in lines]

    return look


def test_a_certificate_that_ends_within_fourteen_days_is_told_by_its_days(said: Said) -> None:
    """Quiet before, then a warning at each look, an error once it has ended; never a file or a name."""
    assert said(LASTS_DAYS - 14) == []
    assert said(0.1) == [("certificate.expires", "warning", 13)]
    assert said(13.5) == [("certificate.expires", "warning", 0)]
    assert said(0.5) == [("certificate.expires", "error", -1)]


def test_a_renewed_certificate_is_quiet_again(said: Said, authority: Authority) -> None:
    """Each look reads the file as it is."""
    before = said(LASTS_DAYS - 1)
    authority.issue_client(FEDERATION)

    assert before == [("certificate.expires", "warning", 1)]
    assert said(0) == []


def test_a_certificate_that_cannot_be_read_stops_nothing(sides: TwoSides, security: KafkaSecurity) -> None:
    """It may be in the middle of being renewed: the look says so, and is tried again an hour later."""
    assert security.certificate is not None
    security.certificate.write_text("half a certificate", encoding="utf-8")
    log = io.StringIO()

    housekeeping(sides, security, log).look_at_certificate()

    said = json.loads(log.getvalue())
    assert (said["event"], said["level"], said["error"]) == ("housekeeping.retried", "warning", "SettingsInvalid")


def test_a_node_without_a_certificate_has_none_to_look_at(sides: TwoSides) -> None:
    """It comes with a password, or to a broker of its own machine."""
    log = io.StringIO()

    housekeeping(sides, None, log).look_at_certificate()

    assert log.getvalue() == ""
