"""
What a command takes that acts in somebody's name: who it is, and the proof; a second officer where two are needed.

A passphrase comes from a prompt that does not show it, or from a file of its owner's alone; never from an argument or
the environment, where other processes see it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from clue_exchange.errors import CommandRefused
from clue_exchange.keys import keystore
from clue_exchange.people.access_entries import Entry
from clue_exchange.people.officers import Officers
from clue_exchange.people.passphrases import Passphrase
from clue_exchange.people.permissions import LocalAct, Officer
from clue_exchange.settings import Settings
from console.people import People

Command = Callable[..., Any]
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

as_option: Callable[[Command], Command] = click.option(
    "--as", "as_login", required=True, metavar="LOGIN", help="The officer who acts. 操作人"
)
optional_as_option: Callable[[Command], Command] = click.option(
    "--as", "as_login", metavar="LOGIN", help="The officer who acts. 操作人"
)
passphrase_option: Callable[[Command], Command] = click.option(
    "--passphrase-file", type=_FILE, help="Of --as; mode 600. Without it you are asked."
)
new_passphrase_option: Callable[[Command], Command] = click.option(
    "--new-passphrase-file", type=_FILE, help="The passphrase that is chosen; mode 600. Without it you are asked twice."
)
SECOND_OPTIONS: tuple[Callable[[Command], Command], ...] = (
    click.option("--second", "second_login", metavar="LOGIN", help="The second officer. 复核人"),
    click.option("--second-passphrase-file", type=_FILE, help="Of --second; mode 600. Without it you are asked."),
)
PROOF_OPTIONS: tuple[Callable[[Command], Command], ...] = (as_option, passphrase_option)


@dataclass(frozen=True, slots=True)
class Proof:
    """
    Who says to act, as the options tell.

    Attributes:
        as_login: None where a command may be called by nobody in particular.
    """

    as_login: str | None
    passphrase_file: Path | None = None
    second_login: str | None = None
    second_passphrase_file: Path | None = None

    @classmethod
    def taken_from(cls, given: dict[str, Any]) -> "Proof":
        """Take the options of this file out of a command's others."""
        return cls(**{name: given.pop(name) for name in cls.__slots__ if name in given})

    def officer(self, officers: Officers) -> Officer | None:
        """
        The proven officer; None where nobody is named.

        Raises:
            NotProven: login and passphrase prove nobody.
            CommandRefused: a passphrase file comes without a login.
        """
        return _proven(officers, self.as_login, self.passphrase_file, "--as")

    def second(self, officers: Officers) -> Officer | None:
        """The second officer, likewise."""
        return _proven(officers, self.second_login, self.second_passphrase_file, "--second")


def prove(proof: Proof, officers: Officers) -> Officer:
    """
    The officer who acts, proven.

    Raises:
        NotProven: login and passphrase prove nobody.
        CommandRefused: nobody is named.
    """
    officer = proof.officer(officers)
    if officer is None:
        raise CommandRefused("say who acts: --as LOGIN")
    return officer


def permit_and_note(people: People, proof: Proof, act: LocalAct) -> Officer:
    """
    Let a proven officer, who is answered, do what concerns the whole agency; permitted or refused, it is logged first.

    Raises:
        NotProven, NotPermitted: nothing may be done.
        CommandRefused: nobody is named.
    """
    officer = prove(proof, people.officers)
    people.log.permit(officer, act)
    people.log.note(Entry.of(officer, act))
    return officer


def proof_options(command: Command) -> Command:
    """Add `--as` and its file to a command; it has to be given."""
    return as_option(passphrase_option(command))


def second_options(command: Command) -> Command:
    """Add `--second` and its file to a command behind which two officers may stand."""
    for option in reversed(SECOND_OPTIONS):
        command = option(command)
    return command


def optional_proof_options(command: Command) -> Command:
    """Add `--as` and its file to a command that does less without."""
    return optional_as_option(passphrase_option(command))


@contextmanager
def opened_people(config: Path) -> Iterator[People]:
    """The accounts and the access log of a configuration's database."""
    with People.opened(Settings.load(config)) as people:
        yield people


def chosen_passphrase(file: Path | None) -> Passphrase:
    """A passphrase that is chosen anew: from a file, or typed twice."""
    if file is not None:
        return read_passphrase(file)
    typed = click.prompt("New passphrase 新口令", hide_input=True, confirmation_prompt="Once more 再输一次", err=True)
    return Passphrase.typed(typed)


def read_passphrase(file: Path) -> Passphrase:
    """
    The first line of a file that nobody else can read.

    Raises:
        KeysUnavailable: empty, or others can read it.
        CommandRefused: not text in UTF-8.
    """
    try:
        return Passphrase.typed(keystore.read_passphrase(file).rstrip("\r"))
    except UnicodeDecodeError:
        raise CommandRefused(f"{file}: is not text in UTF-8") from None


def _proven(officers: Officers, login: str | None, file: Path | None, flag: str) -> Officer | None:
    if login is None:
        if file is not None:
            raise CommandRefused(f"a passphrase file without a login: say whose it is, {flag} LOGIN")
        return None
    if file is not None:
        return officers.prove(login, read_passphrase(file))
    typed = click.prompt(f"Passphrase of {login} 口令", hide_input=True, err=True)
    return officers.prove(login, Passphrase.typed(typed))
