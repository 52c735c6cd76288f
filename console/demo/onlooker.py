"""
Who looks at a demonstration: one account at each agency, since nobody looks without one.
"""

import secrets
from pathlib import Path

from clue_exchange.people.officers import NewOfficer
from clue_exchange.people.passphrases import Passphrase
from clue_exchange.people.permissions import OfficerRole
from console.people import People

ONLOOKER = "onlooker"
_RANDOM_BYTES = 18


def appoint(people: People, file: Path) -> None:
    """Make the account of a supervisor, whose fresh passphrase stands in this file and nowhere else."""
    text = secrets.token_urlsafe(_RANDOM_BYTES)
    file.touch(mode=0o600)
    file.write_text(f"{text}\n", encoding="utf-8")
    with people.store.transaction() as transaction:
        new = NewOfficer(ONLOOKER, "观摩人", OfficerRole.supervisor, Passphrase.typed(text))
        people.officers.add(transaction, new, None)
