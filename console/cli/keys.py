"""
`clue-exchange keys`: this agency's own keys: made, listed, exchanged for new ones, revoked. Nothing private is shown.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from clue_exchange.errors import CommandRefused
from clue_exchange.keys import keystore, public_key_file
from clue_exchange.keys.ceremony import party_for
from clue_exchange.keys.key_list import KeyList, KeyUse, ListedKey, fingerprint
from clue_exchange.keys.keystore import KeyFile, PrivateKeys
from clue_exchange.keys.receiving_rotation import ReceivingRotation
from clue_exchange.keys.rotation import KeyRotation
from clue_exchange.people.passphrases import Passphrase
from clue_exchange.people.permissions import LocalAct
from console.cli.agencies import checked
from console.cli.options import config_option, json_option, opened
from console.cli.proving import Proof, permit_and_note, proof_options
from console.wiring import Agency
from producers.key_relay import KeyRelay

CHINESE_USES = {
    KeyUse.signs: "signs 签名中",
    KeyUse.valid: "valid 有效",
    KeyUse.unsent: "announced, not sent 待送达",
    KeyUse.unannounced: "not announced 未公布: keys rotate",
    KeyUse.revoked: "revoked 已吊销",
    KeyUse.receives: "receives 接收",
    KeyUse.opens: "opens what was wrapped before 仍可解开旧件",
    KeyUse.to_announce: "to announce 待公布: restart the node",
    KeyUse.retired: "retired 已停用",
    KeyUse.elsewhere: "not in this key file 不在密钥文件中: keys retire --lost",
}
SENT = {
    True: "Kafka has it: the other side learns it now 已送达",
    False: "Kafka does not answer: it waits in the outbox, for the node or for the next such command 待送达",
}
RESTART = "restart the node, so that it signs with the new key too 请重启节点"


@click.group()
def keys() -> None:
    """This agency's own keys. 密钥"""


@keys.command()
@click.option("--agency", required=True, callback=checked, metavar="ROLE-REGION", help="Such as federation-110101.")
@click.option("--folder", type=click.Path(file_okay=False, path_type=Path), required=True, help="Where they will be.")
@click.option(
    "--passphrase-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="What will open them, in its first line; mode 600.",
)
@json_option
def new(agency: str, folder: Path, passphrase_file: Path, as_json: bool) -> None:
    """Make private keys, and a file of the public ones for the other side; overwrites nothing."""
    private, public = folder / keystore.FILE_NAME, folder / public_key_file.FILE_NAME
    for path in (private, public):
        if path.exists():
            raise CommandRefused(f"{path}: is there already; nothing was written")
    Passphrase.typed(keystore.read_passphrase(passphrase_file)).require_strength(agency)
    made = PrivateKeys.generate()
    KeyFile(folder, passphrase_file).write(made)
    public_key_file.write_public_keys(public, party_for(agency, made))
    prints = {"signing": fingerprint(made.signing[-1].public), "receiving": fingerprint(made.receiving[-1].public)}
    if as_json:
        click.echo(
            json.dumps({"agency": agency, "private": str(private), "public": str(public), "fingerprints": prints})
        )
        return
    click.echo(f"private keys 私钥: {private} (keep a copy in a safe 请另存保险柜)")
    click.echo(f"public keys 公钥: {public} (give it to the other side 交给对方)")
    click.echo("compare by telephone 请电话核对:")
    click.echo(f"  签名 signing    {prints['signing']}\n  接收 receiving  {prints['receiving']}")


@keys.command("list")
@config_option
@json_option
def list_keys(config: Path, as_json: bool) -> None:
    """List the keys by which both parties are known here, and what each is good for."""
    with opened(config) as agency, agency.store.reading() as transaction:
        whose = KeyList(agency.settings.agency, agency.settings.counterpart, agency.outbox)
        rows = whose.listed(transaction, agency.keys)
    if as_json:
        click.echo(json.dumps([asdict(row) for row in rows]))
    else:
        Console().print(_table(rows))


@keys.command()
@click.option("--receiving", "kind", flag_value="receiving", help="The key that data keys are wrapped for.")
@config_option
@proof_options
@json_option
def rotate(kind: str | None, config: Path, as_json: bool, **given: Any) -> None:
    """
    Make a new signing key and announce it, signed with the old one; both are believed until the old is revoked. With
    --receiving a new receiving key, which the node announces when it begins with it.
    """
    if kind == "receiving":
        _rotate_receiving(config, as_json, given)
        return
    with _rotating(config, given) as (agency, rotation, relay):
        rotated = rotation.rotate(KeyFile(agency.settings.keys, agency.settings.passphrase_file))
        in_kafka = relay.send()
    print_ = fingerprint(rotated.key.public)
    if as_json:
        told = {"key_id": rotated.key.key_id, "announced_by": rotated.signed_by, "fingerprint": print_}
        click.echo(json.dumps({**told, "first": dict(rotated.first_numbers), "in_kafka": in_kafka}))
        return
    click.echo(f"{rotated.key.key_id} is announced, signed with {rotated.signed_by} 新密钥已公布")
    click.echo(f"  {print_}\n  signs from 起始编号: {_numbers(rotated.first_numbers)}")
    click.echo(SENT[in_kafka])
    click.echo(RESTART)


@keys.command()
@click.argument("key_id", metavar="KEY_ID")
@click.option("--lost", "way", flag_value="lost", help="It is not in the key file any more: have all wrapped anew.")
@config_option
@proof_options
def retire(key_id: str, way: str | None, config: Path, **given: Any) -> None:
    """Destroy an old receiving key, once nothing is wrapped for it alone: what old logs hold for it stays closed."""
    with opened(config) as agency:
        permit_and_note(agency.people, Proof.taken_from(given), LocalAct.rotate_keys)
        rotation = ReceivingRotation(agency.settings.agency, agency.store, agency.outbox)
        act = rotation.give_up if way == "lost" else rotation.retire
        act(KeyFile(agency.settings.keys, agency.settings.passphrase_file), key_id)
    click.echo(f"{key_id} is retired 已停用: restart the node, so that it forgets it too 请重启节点")


@keys.command()
@click.argument("key_id", metavar="KEY_ID")
@config_option
@proof_options
@json_option
def revoke(key_id: str, config: Path, as_json: bool, **given: Any) -> None:
    """Tell the other side that a signing key signs nothing any more; what it signed before still verifies."""
    with _rotating(config, given) as (agency, rotation, relay):
        relay.send()  # the announcement of the other key: no node may be there to do it
        last = rotation.revoke(key_id, agency.keys)
        in_kafka = relay.send()
    if as_json:
        click.echo(json.dumps({"key_id": key_id, "last": dict(last), "in_kafka": in_kafka}))
        return
    click.echo(f"{key_id} is revoked 已吊销\n  signed up to 最后编号: {_numbers(last)}")
    click.echo(SENT[in_kafka])
    click.echo(RESTART)


def _rotate_receiving(config: Path, as_json: bool, given: dict[str, Any]) -> None:
    with opened(config) as agency:
        permit_and_note(agency.people, Proof.taken_from(given), LocalAct.rotate_keys)
        rotation = ReceivingRotation(agency.settings.agency, agency.store, agency.outbox)
        made = rotation.make(KeyFile(agency.settings.keys, agency.settings.passphrase_file))
    if as_json:
        click.echo(json.dumps({"key_id": made.key_id, "fingerprint": fingerprint(made.public)}))
        return
    click.echo(f"{made.key_id} is made 已生成\n  {fingerprint(made.public)}")
    click.echo("restart the node: it announces it, and both sides wrap for it 请重启节点,由其公布")


@contextmanager
def _rotating(config: Path, given: dict[str, Any]) -> Iterator[tuple[Agency, KeyRotation, KeyRelay]]:
    with opened(config) as agency:
        permit_and_note(agency.people, Proof.taken_from(given), LocalAct.rotate_keys)
        relay = agency.key_relay()
        relay.begin_behind_kafka()
        yield agency, KeyRotation(agency.settings.agency, agency.store, agency.outbox), relay


def _numbers(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{topic} {number}" for topic, number in sorted(numbers.items()))


def _table(rows: Sequence[ListedKey]) -> Table:
    table = Table("agency 机关", "key id 编号", "kind 种类", "state 状态", "numbers 起止", "fingerprint 指纹")
    for row in rows:
        spans = [f"{topic.rpartition('.')[2]} {first}–{last or ''}" for topic, (first, last) in row.numbers.items()]
        table.add_row(row.owner, row.key_id, row.kind, CHINESE_USES[row.use], "\n".join(spans), row.fingerprint)
    return table
