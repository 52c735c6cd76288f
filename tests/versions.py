"""
New versions of an agreement, signed by both parties of a test.
"""

from clue_exchange.agreements import SignedAgreement
from clue_exchange.keys.ceremony import Ceremony
from schemas.agreement import Agreement
from schemas.codes import Role
from tests.two_sides import TwoSides


def signed_version(ceremony: Ceremony, **changes: object) -> SignedAgreement:
    """The ceremony's agreement with these fields changed, signed by both."""
    agreement = Agreement.read({**ceremony.signed.agreement.model_dump(), **changes})
    signed = SignedAgreement(agreement, {})
    for role in Role:
        signed = signed.signed_by(agreement.party(role), ceremony.keys[role].signing[-1])
    return signed


def adopt_version(sides: TwoSides, version: int, **changes: object) -> Agreement:
    """Both sides go by a further version from its first day on."""
    signed = signed_version(sides.ceremony, version=version, **changes)
    for role in Role:
        sides.side(role).adopt(signed)
    return signed.agreement
