"""
What keeps an agreement from being gone by, as sentences: in itself, today, and at this agency with its keys.
"""

from datetime import date

from clue_exchange.agreements import SignedAgreement
from clue_exchange.keys import public_keys
from clue_exchange.keys.keystore import PrivateKeys, receiving_key_id, signing_key_id
from clue_exchange.store import Transaction
from clue_exchange.topics import topic_name
from schemas.agreement import Agreement, Party
from schemas.catalog import Family
from schemas.codes import Role
from schemas.envelope import role_of


def problems_on(signed: SignedAgreement, on: date) -> tuple[str, ...]:
    """Signatures that are missing or do not hold, and whether a clue may be opened under it on this day."""
    agreement = signed.agreement
    if agreement.in_force(on):
        return signed.problems()
    return (
        *signed.problems(),
        f"it is not in force on {on}: it holds from {agreement.valid_from} to {agreement.valid_until}",
    )


def problems_at(agreement: Agreement, agency: str, counterpart: str, keys: PrivateKeys) -> tuple[str, ...]:
    """Whether it is between these two, and names keys of this agency that are here."""
    named = {agreement.party(role).agency for role in Role}
    if named != {agency, counterpart}:
        return (f"it is not between {agency} and {counterpart}, but between {' and '.join(sorted(named))}",)
    party, found = agreement.party(role_of(agency)), []
    if party.signing_key_bytes not in {key.public for key in keys.signing}:
        found.append(f"it names a signing key of {agency} that is not here")
    if receiving_key_id(party.receiving_key_bytes) not in {*keys.retired, *(key.key_id for key in keys.receiving)}:
        found.append(f"it names a receiving key of {agency} that is not here")
    return tuple(found)


def revoked_keys(transaction: Transaction, agreement: Agreement) -> tuple[str, ...]:
    """Whether it names a signing key that its owner has revoked."""
    parties = (agreement.party(role) for role in Role)
    return tuple(
        f"it names a signing key of {party.agency} that is revoked: {key.key_id}"
        for party in parties
        for key in public_keys.keys_of(transaction, topic_name(party.agency, Family.KEYS))
        if key.public == party.signing_key_bytes and key.last is not None
    )


def strange_key(transaction: Transaction, counterpart: Party) -> tuple[str, ...]:
    """
    Whether it names a signing key of the counterpart that none of its known keys has announced.

    The signatures of an agreement prove nothing of the keys in it: whoever made them can have signed. The first
    agreement is compared by telephone; in later ones a new key needs the same, or a key record before.
    """
    known = {key.public for key in public_keys.keys_of(transaction, topic_name(counterpart.agency, Family.KEYS))}
    if not known or counterpart.signing_key_bytes in known:
        return ()
    key_id = signing_key_id(counterpart.signing_key_bytes)
    return (f"it names a signing key of {counterpart.agency} that is not known here: {key_id}",)
