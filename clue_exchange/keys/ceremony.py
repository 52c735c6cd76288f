"""
The key ceremony in one process: both parties' keys and the agreement that both sign.

For the demonstration, local clusters and tests. Real parties do each step in their own house: see docs/security.md.
"""

import base64
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from clue_exchange.agreement_file import write_agreement
from clue_exchange.agreements import SignedAgreement
from clue_exchange.keys.keystore import PrivateKeys, write_keys
from schemas.agreement import Agreement, Party
from schemas.agreement_terms import level_of
from schemas.codes import Role

VALID_FOR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What a ceremony leaves: the private keys of each party, and the agreement that both signed."""

    keys: Mapping[Role, PrivateKeys] = field(repr=False)
    signed: SignedAgreement


def party_for(agency: str, keys: PrivateKeys) -> Party:
    """What the agreement says of an agency: its name and its public keys."""
    signing, receiving = keys.signing[-1].public, keys.receiving[-1].public
    return Party(
        agency=agency,
        signing_key=base64.b64encode(signing).decode("ascii"),
        receiving_key=base64.b64encode(receiving).decode("ascii"),
    )


def hold_ceremony(names: Mapping[Role, str], keys: Mapping[Role, PrivateKeys], begins: date) -> Ceremony:
    """An agreement between the two, version 1, for a year, signed by both."""
    parties = {role: party_for(names[role], keys[role]) for role in Role}
    region = names[Role.federation].partition("-")[2]
    agreement = Agreement(
        version=1,
        region=region,
        level=level_of(region),
        federation=parties[Role.federation],
        procuratorate=parties[Role.procuratorate],
        valid_from=begins,
        valid_until=begins + VALID_FOR,
    )
    signed = SignedAgreement(agreement, {})
    for role in Role:
        signed = signed.signed_by(parties[role], keys[role].signing[-1])
    return Ceremony(keys, signed)


def write_ceremony(folder: Path, names: Mapping[Role, str], ceremony: Ceremony) -> None:
    """
    Leave the files that nodes read: `agreement.yaml`, and for each agency its keys and the passphrase that opens them.

    Each passphrase is fresh and random, in a file that only its owner can read.
    """
    write_agreement(folder / "agreement.yaml", ceremony.signed)
    for role, name in names.items():
        passphrase = secrets.token_urlsafe(24)
        write_keys(folder / name, ceremony.keys[role], passphrase)
        with os.fdopen(os.open(folder / name / "passphrase", os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(passphrase)
