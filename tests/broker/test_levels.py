"""
Figures on their way up, on a real Kafka: published by a county, read by a city; and what the city may not read.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner

from clue_exchange.agreement_file import write_agreement
from clue_exchange.doors.access_admin import AccessAdmin
from clue_exchange.doors.acls import acls_of_level
from clue_exchange.errors import BrokerRefused
from clue_exchange.kafka_clients import JournalConsumer
from clue_exchange.kafka_records import OutgoingRecord
from clue_exchange.keys.ceremony import party_for
from clue_exchange.keys.public_key_file import write_public_keys
from clue_exchange.logs import Log
from clue_exchange.topic_admin import TopicAdmin
from clue_exchange.topics import ensure_topics, topic_name
from console.cli import main
from console.restoring import read_back
from console.wiring import Agency
from schemas.catalog import Family
from schemas.clue_events import ClueTransferred
from schemas.codes import Role
from tests.builders import an_event
from tests.desks import Desk
from tests.doors import FEDERATION, PROCURATORATE, Doors, as_options
from tests.kafka_steps import relay_once
from tests.key_steps import restarted, rotate, rotation
from tests.people import OFFICER, SUPERVISOR
from tests.two_sides import HER_PARTICULARS, SetClock, TwoSides, a_ceremony, settings_for

pytestmark = pytest.mark.broker

MARCH = ("--month", "2026-03")
CITY = "city-110000"


@pytest.fixture
def counties(bootstrap: str, tmp_path: Path) -> Iterator[list[TwoSides]]:
    """Two counties, with seven and three clues in March; it is April."""
    found = []
    for clues in (7, 3):
        region = f"{uuid4().int % 1_000_000:06d}"
        folder = tmp_path / region
        folder.mkdir()
        names = {role: f"{role}-{region}" for role in Role}
        with TopicAdmin(bootstrap) as admin:
            ensure_topics(admin, names.values(), replicas=1)
        settings = {r: settings_for(r, folder, f"sqlite:///{folder}/{r}.db", bootstrap, names) for r in Role}
        sides = TwoSides.of(settings, SetClock())
        sides.write_files(folder)
        for _ in range(clues):
            sides.transfer()
        sides.clock.forward(days=35)
        found.append(sides)
    yield found
    for sides in found:
        sides.close()


def a_city(counties: list[TwoSides], folder: Path) -> Path:
    """Its configuration, with the public keys of the counties' federations."""
    files = []
    for sides in counties:
        agency = sides.federation.settings.agency
        write_public_keys(folder / f"{agency}.yaml", party_for(agency, sides.ceremony.keys[Role.federation]))
        files.append(f"{agency}.yaml")
    config = folder / "city.toml"
    bootstrap = counties[0].federation.settings.bootstrap
    config.write_text(f'name = "{CITY}"\nbootstrap = "{bootstrap}"\ncounties = {json.dumps(files)}\n', "utf-8")
    return config


def read(config: Path, expected: int) -> Any:
    done = CliRunner().invoke(main, ["figures", "read", "--config", str(config), *MARCH, "--json"])
    assert done.exit_code == expected, done.output
    return json.loads(done.stdout)


def published_by(sides: TwoSides, folder: Path, log: Log) -> None:
    """The supervisor publishes, the relay sends."""
    desk = Desk.of(sides.federation, folder)
    desk.run("figures", "publish", *MARCH, *desk.by(SUPERVISOR))
    with sides.federation.producer() as producer:
        relay_once(sides.federation, producer, log)


def test_a_city_adds_up_what_its_counties_published(counties: list[TwoSides], tmp_path: Path, log: Log) -> None:
    """Seven and three: the three are withheld, the sum has bounds; before that the silent ones are named."""
    config = a_city(counties, tmp_path)
    busy, quiet = counties
    published_by(busy, tmp_path, log)

    assert list(read(config, expected=1)["silent"]) == [quiet.federation.settings.agency.partition("-")[2]]
    published_by(quiet, tmp_path, log)
    found = read(config, expected=0)

    assert sorted(county["counts"]["clues"] or 0 for county in found["counties"]) == [0, 7]
    assert found["sums"]["clues"] == {"low": 7, "high": None}
    assert found["silent"] == {}
    shown = CliRunner().invoke(main, ["figures", "read", "--config", str(config), *MARCH]).output
    assert "7 …" in shown


def test_a_month_leaves_once_by_a_supervisor_when_it_is_over(counties: list[TwoSides], tmp_path: Path) -> None:
    """Two versions of a month would tell what lies between them."""
    desk = Desk.of(counties[0].federation, tmp_path)

    assert "does not include" in desk.run("figures", "publish", *MARCH, *desk.by(OFFICER), expected=1).output
    later = ("--month", "2999-01")
    assert "not over" in desk.run("figures", "publish", *later, *desk.by(SUPERVISOR), expected=1).output
    assert desk.json("figures", "publish", *MARCH, *desk.by(SUPERVISOR))["number"] == 1
    assert desk.json("figures", "publish", *MARCH, *desk.by(SUPERVISOR))["number"] == 1
    counties[0].clock.forward(days=-30)
    for _ in range(5):
        counties[0].transfer()
    assert desk.json("statistics", "--published", *MARCH, *desk.by(SUPERVISOR))["counts"]["clues"] == 7
    again = desk.run("figures", "publish", *MARCH, *desk.by(SUPERVISOR), expected=1).output
    assert "published once" in " ".join(again.split())


def test_an_agency_restored_from_before_it_published_publishes_the_month_no_second_time(
    counties: list[TwoSides], tmp_path: Path, log: Log
) -> None:
    """Kafka is asked first: the same figures are nothing new, others are refused; the city counts the month once."""
    config, (county, _) = a_city(counties[:1], tmp_path), counties
    settings = county.federation.settings
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(settings.database.removeprefix("sqlite:///"))) as source:
        source.execute("VACUUM INTO ?", (str(copy),))
    published_by(county, tmp_path, log)

    restored = settings.model_copy(update={"database": f"sqlite:///{copy}"})
    back = Agency.assemble(restored, county.ceremony.keys[Role.federation], county.ceremony.signed, county.clock)
    with closing(back):
        desk = Desk.of(back, tmp_path)
        assert desk.json("figures", "publish", *MARCH, *desk.by(SUPERVISOR))["number"] == 1
        read_back(back, log).run()
        county.clock.forward(days=-30)
        for _ in range(6):
            back.federation().transfer(an_event(ClueTransferred), HER_PARTICULARS)
        other = desk.run("figures", "publish", *MARCH, *desk.by(SUPERVISOR), expected=1).output
        assert "have left already, and were others" in " ".join(other.split())
        with back.producer() as producer:
            relay_once(back, producer, log)

    found = read(config, expected=0)
    assert (found["sums"]["clues"], found["set_aside"]) == ({"low": 7, "high": 7}, [])


def test_a_record_that_the_county_did_not_sign_is_set_aside(counties: list[TwoSides], tmp_path: Path, log: Log) -> None:
    """A record of the neighbour, put into the wrong topic; and bytes that are no record."""
    config = a_city(counties, tmp_path)
    for sides in counties:
        published_by(sides, tmp_path, log)
    topics = [topic_name(sides.federation.settings.agency, Family.FIGURES) for sides in counties]
    with counties[0].federation.store.reading() as transaction:
        value = transaction.exec_driver_sql("SELECT value FROM outbox WHERE topic LIKE '%figures'").scalar_one()
    with counties[1].federation.producer() as producer:
        producer.send_all([OutgoingRecord(topics[1], b"2026-03", each, ()) for each in (value, b"junk")], 60)

    found = read(config, expected=1)

    assert [each["reason"] for each in found["set_aside"]] == ["bad_signature", "NotFramed"]
    assert len(found["counties"]) == 2


def test_a_city_follows_the_keys_of_a_county(counties: list[TwoSides], tmp_path: Path, log: Log) -> None:
    """By the key that was compared once: the county rotates, revokes the old key, and publishes with the new one."""
    config = a_city(counties, tmp_path)
    busy, other = counties
    published_by(other, tmp_path, log)
    rotate(busy.federation)
    with busy.federation.producer() as producer:
        relay_once(busy.federation, producer, log)
    old = busy.ceremony.keys[Role.federation].signing[0]
    busy = restarted(busy)
    rotation(busy.federation).revoke(old.key_id, busy.federation.keys)
    published_by(busy, tmp_path, log)

    found = read(config, expected=0)

    assert sorted(county["counts"]["clues"] or 0 for county in found["counties"]) == [0, 7]
    assert found["set_aside"] == []


def test_a_city_may_read_figures_and_no_other_topic(doors: Doors, tmp_path: Path) -> None:
    """`acl apply --level` gives it that once; the clues of its counties are not there for it."""
    agreement, config = tmp_path / "agreement.yaml", tmp_path / "city.toml"
    ceremony = a_ceremony({Role.federation: FEDERATION, Role.procuratorate: PROCURATORATE})
    write_agreement(agreement, ceremony.signed)
    write_public_keys(tmp_path / "keys.yaml", ceremony.signed.agreement.federation)
    security, wanted = doors.security(CITY), acls_of_level(CITY, [FEDERATION, PROCURATORATE])
    paths = "".join(
        f'{name} = "{path}"\n' for name, path in security.model_dump(mode="json", exclude_none=True).items()
    )
    about = f'name = "{CITY}"\nbootstrap = "{doors.bootstrap}"\ncounties = ["keys.yaml"]\n'
    config.write_text(f"{about}[security]\n{paths}", "utf-8")
    whose = ["--level", CITY, "--agreement", str(agreement), "--bootstrap", doors.bootstrap]
    words = ["acl", "apply", *whose, *as_options(doors.local.administrator), "--json"]
    try:
        added = [json.loads(CliRunner().invoke(main, words).stdout)["added"] for _ in range(2)]

        assert added == [sorted(map(str, wanted)), []]
        assert read(config, expected=1)["silent"] == {"110101": None}
        clues = topic_name(FEDERATION, Family.CLUES)
        with pytest.raises(BrokerRefused):
            JournalConsumer(doors.bootstrap, {clues: 0}, group_id=CITY, security=security)
    finally:
        with AccessAdmin(doors.bootstrap, security=doors.local.superuser) as access:
            access.revoke(wanted)
