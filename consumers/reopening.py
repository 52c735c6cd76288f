"""
Reading again what waited to be read: for a key, for a version of the agreement, or for a newer version of this program.

What can be read now takes its place. What proves to be poison ends as it would have when it came: a dead letter, and a
rejection in the next receipt; a receipt had said that it waits, never that it has its place.
"""

from collections import Counter
from collections.abc import Sequence

from clue_exchange import journal_stops, unread_records
from clue_exchange.clock import Clock
from clue_exchange.journals import Stop, read_position
from clue_exchange.keys.blind_index import BlindIndex
from clue_exchange.ledger import Ledger, Placement
from clue_exchange.rejections import Rejected
from clue_exchange.store import Transaction
from consumers.dead_letters import DeadLetters
from consumers.reading import Reader, Unreadable
from consumers.taken import POISON_CAP, Taken


class Reopening:
    """Reads again for one agency."""

    def __init__(
        self, reader: Reader, ledger: Ledger, index: BlindIndex, dead_letters: DeadLetters, clock: Clock
    ) -> None:
        self._reader = reader
        self._ledger = ledger
        self._index = index
        self._dead_letters = dead_letters
        self._clock = clock

    def run(self, transaction: Transaction, taken: Taken) -> None:
        """
        Read again all that waits unread; what comes of it is added to `taken`.

        Of one journal no more than the poison cap at once: then it stops, and the rest of it waits for a person.
        """
        readable, unreadable = self._reader.read_again(transaction)
        if unreadable:
            taken.placements += self._refuse(transaction, unreadable, taken)
        settled = [opened.signed.hash for opened in readable] + [each.hash for each in taken.rejected]
        unread_records.forget(transaction, settled)
        if readable:
            taken.placements += self._ledger.reveal(transaction, [opened.signed for opened in readable])
            found = [(opened.signed.envelope.clue_id, self._index.tokens(opened.told)) for opened in readable]
            self._index.note_clues(transaction, found)

    def _refuse(self, transaction: Transaction, unreadable: Sequence[Unreadable], taken: Taken) -> list[Placement]:
        stopped, counted = {*journal_stops.stopped(transaction)}, Counter[str]()
        rejected = []
        for event, poison in unreadable:
            source = unread_records.source_of(transaction, event.topic, event.hash, event.value)
            if source is None or event.topic in stopped:  # an own event, read back: nobody rejects his own
                continue
            taken.dead_letters.append(self._dead_letters.note(transaction, source, poison))
            rejected.append(Rejected(event.topic, event.number, event.hash, poison.reason))
            counted[event.topic] += 1
            if counted[event.topic] == POISON_CAP:
                stopped.add(event.topic)
                self._stop(transaction, event.topic, taken)
        taken.rejected += rejected
        return self._ledger.reject(transaction, rejected) if rejected else []

    def _stop(self, transaction: Transaction, topic: str, taken: Taken) -> None:
        next_offset = read_position(transaction, topic).next_offset
        journal_stops.stop(transaction, topic, Stop.POISON_CAP, next_offset, self._clock())
        taken.next_offsets.setdefault(topic, next_offset)
        taken.stopped.append(topic)
