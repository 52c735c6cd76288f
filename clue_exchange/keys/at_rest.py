"""
What an agency keeps sealed for itself, in its own databases: data keys, and the bytes of dead letters.
"""

from clue_exchange.sealing import seal, unseal


class AtRest:
    """Seals under the agency's table key, which never leaves it; each value is bound to its place."""

    def __init__(self, table_key: bytes) -> None:
        self._table_key = table_key

    def seal(self, place: str, data: bytes) -> bytes:
        return seal(self._table_key, place.encode(), data)

    def open(self, place: str, sealed: bytes) -> bytes:
        """
        What was sealed for this place.

        Raises:
            Unreadable: another place, another agency's key, or changed.
        """
        return unseal(self._table_key, place.encode(), sealed)
