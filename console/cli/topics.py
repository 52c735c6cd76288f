"""`clue-exchange topics`: make an agency's topics, and see whether they are still what they should be."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.filesize import decimal

from clue_exchange.doors.kafka_security import KafkaSecurity
from clue_exchange.errors import ExchangeError
from clue_exchange.kafka_records import DescribedTopic, DiskUse, TopicSpec
from clue_exchange.settings import Settings
from clue_exchange.topic_admin import TopicAdmin
from clue_exchange.topics import Drift, drift, ensure_topics, specs_for
from console.cli.agencies import checked
from console.cli.recognise import recognise
from console.cli.security import FILE, security_options
from console.cli.tables import Shown, show_list

Command = Callable[..., Any]
BOOTSTRAP = "127.0.0.1:9092"
DAY_MS = 24 * 60 * 60 * 1_000


def broker_options(command: Command) -> Command:
    """Add the options that both commands take."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Machine-readable."),
        click.option("--replicas", type=click.IntRange(1), default=3, show_default=True, help="1 on a single broker."),
        click.option("--agency", "agencies", multiple=True, callback=checked, metavar="ROLE-REGION"),
        click.option("--bootstrap", metavar="HOST:PORT[,...]", help=f"Default: {BOOTSTRAP}, or the configuration's."),
    ):
        command = option(command)
    return security_options(command)


class ChecksByDefault(click.Group):
    """`topics` with options alone is `topics check`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in (*self.commands, *ctx.help_option_names):
            args = ["check", *args]
        return super().parse_args(ctx, args)


@click.group(cls=ChecksByDefault)
def topics() -> None:
    """The topics of an agency: five, each with one writer and one partition. Kafka 主题"""


@topics.command()
@broker_options
def create(
    bootstrap: str | None, security: KafkaSecurity | None, agencies: Sequence[str], replicas: int, as_json: bool
) -> None:
    """Make the topics that are missing; those that exist are left as they are."""
    whose = _named(agencies)
    with _administering(bootstrap or BOOTSTRAP, security) as admin:
        made = ensure_topics(admin, whose, replicas)
    if as_json:
        click.echo(json.dumps({"created": made}))
    else:
        click.echo("\n".join(f"created {name}" for name in made) or "all topics were there already")


@topics.command()
@click.option("--config", type=FILE, help="An agency's configuration: its topics, by its own way to Kafka.")
@broker_options
@click.pass_context
def check(
    context: click.Context,
    /,
    config: Path | None,
    bootstrap: str | None,
    security: KafkaSecurity | None,
    agencies: Sequence[str],
    replicas: int,
    as_json: bool,
) -> None:
    """
    Compare the topics with what they should be, and say how large they are; exit 1 when they differ. 核对主题

    What a topic should be stands first, and what it is, where that differs, after the sign ≠. Sizes are shown to whom
    the cluster may be described: an administrator.
    """
    if config is not None:
        settings = Settings.load(config)
        bootstrap, security = bootstrap or settings.bootstrap, security or settings.security
        agencies = agencies or (settings.agency,)
    specs = [spec for agency in _named(agencies) for spec in specs_for(agency, replicas)]
    with _administering(bootstrap or BOOTSTRAP, security) as admin:
        found = Found.by(admin, specs)
    if as_json:
        click.echo(json.dumps(found.as_json()))
    else:
        _show(found)
    context.exit(1 if found.drift else 0)


@dataclass(frozen=True, slots=True)
class Found:
    """
    The topics as they should be, and as they are.

    Attributes:
        disks: None where they may not be seen.
    """

    specs: Sequence[TopicSpec]
    described: dict[str, DescribedTopic]
    disks: DiskUse | None

    @classmethod
    def by(cls, admin: TopicAdmin, specs: Sequence[TopicSpec]) -> "Found":
        """Ask the broker; changes nothing."""
        return cls(specs, admin.describe([spec.name for spec in specs]), admin.disk_use())

    @property
    def drift(self) -> list[Drift]:
        return [each for spec in self.specs for each in drift(spec, self.described.get(spec.name))]

    def size(self, topic: str) -> int | None:
        return None if self.disks is None else self.disks.topic_bytes.get(topic)

    def as_json(self) -> dict[str, Any]:
        return {
            "topics": [
                {"topic": spec.name, "exists": spec.name in self.described, "bytes": self.size(spec.name)}
                for spec in self.specs
            ],
            "free_bytes": None if self.disks is None else self.disks.free_bytes,
            "drift": [asdict(each) for each in self.drift],
        }


def _named(agencies: Sequence[str]) -> Sequence[str]:
    if not agencies:
        raise click.UsageError("say whose topics: --agency, or of `check` --config")
    return agencies


topics.add_command(recognise)


@contextmanager
def _administering(bootstrap: str, security: KafkaSecurity | None) -> Iterator[TopicAdmin]:
    try:
        with TopicAdmin(bootstrap, security=security) as admin:
            yield admin
    except ExchangeError as error:
        raise click.ClickException(str(error)) from error


def _show(found: Found) -> None:
    differing = {(each.topic, each.setting): each for each in found.drift}

    def cells(setting: str, wanted: Callable[[TopicSpec], str]) -> list[str]:
        return [_compared(spec, setting, wanted(spec), differing) for spec in found.specs]

    columns = [
        Shown("topic 主题", [spec.name for spec in found.specs], is_id=True),
        Shown("partitions\n分区", cells("partitions", lambda spec: str(spec.partitions))),
        Shown("replicas\n副本", cells("replicas", lambda spec: str(spec.replicas))),
        Shown("in sync\n同步", cells("in sync", lambda spec: _in_sync(found.described.get(spec.name)))),
        Shown("min ISR", cells("min.insync.replicas", lambda spec: spec.configs["min.insync.replicas"])),
        Shown("kept\n保留", cells("retention.ms", _kept)),
        Shown("size\n大小", [_size(found.size(spec.name)) for spec in found.specs], rank=1),
    ]
    show_list(Console(), columns)
    shown = {"partitions", "replicas", "in sync", "min.insync.replicas", "retention.ms"}
    for each in found.drift:
        if each.setting not in shown:
            click.echo(f"{each.topic}: {each.setting} {each.wanted} ≠ {each.found or 'nothing'}")
    free = "" if found.disks is None else f"; {decimal(found.disks.free_bytes)} free on the fullest broker 剩余空间"
    click.echo(("differs 有差异" if found.drift else "all topics are what they should be 一致") + free)


def _compared(spec: TopicSpec, setting: str, wanted: str, differing: dict[tuple[str, str], Drift]) -> str:
    if (spec.name, "exists") in differing:
        return "missing 缺失"
    each = differing.get((spec.name, setting))
    return wanted if each is None else f"{each.wanted} ≠ {each.found or 'nothing'}"


def _in_sync(described: DescribedTopic | None) -> str:
    return "" if described is None else str(described.in_sync)


def _kept(spec: TopicSpec) -> str:
    """How long records are kept: for good, by key, or for days."""
    if spec.configs["cleanup.policy"] == "compact":
        return "by key 按键"
    kept_ms = int(spec.configs["retention.ms"])
    return "for good 永久" if kept_ms < 0 else f"{kept_ms // DAY_MS} days 天"


def _size(size: int | None) -> str:
    return "?" if size is None else decimal(size)
