"""
What the fold of a clue must know beside its events: what was rejected, what belongs to other clues, when clues open.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from clue_exchange import agreements, chains, rejections
from clue_exchange.chains import Chain
from clue_exchange.store import Transaction
from schemas.agreement import OpeningDays


class Around(NamedTuple):
    """The surroundings of one clue, in the order in which `schemas.fold.fold` takes them."""

    rejected: frozenset[bytes]
    elsewhere: frozenset[bytes]
    openings: Mapping[int, OpeningDays]


def surroundings(transaction: Transaction, found: Mapping[UUID, Chain]) -> dict[UUID, Around]:
    """What the rest of the ledger, and the agreements, say of these chains."""
    rejected = _rejected(transaction, found.values())
    openings = {version: terms.opening_days for version, terms in agreements.terms(transaction).items()}
    named = {clue_id: chains.unresolved(chain) for clue_id, chain in found.items()}
    known = _known(transaction, found.values(), frozenset().union(*named.values())) - rejected
    return {clue_id: Around(rejected, known & named[clue_id], openings) for clue_id in found}


def _known(transaction: Transaction, found: Iterable[Chain], hashes: frozenset[bytes]) -> frozenset[bytes]:
    """Those of these events that are in the ledger, or about to be."""
    if not hashes:
        return hashes
    return chains.held(transaction, hashes) | {each for chain in found for each in hashes & chain.keys()}


def _rejected(transaction: Transaction, found: Iterable[Chain]) -> frozenset[bytes]:
    """The rejected events in these chains, or named by them; nothing of it where nothing was ever rejected."""
    if not rejections.are_any(transaction):
        return frozenset()
    held = {each for chain in found for each in chain}
    previous = {event.previous for chain in found for event in chains.links(chain) if event.previous is not None}
    return rejections.among(transaction, held | previous)
