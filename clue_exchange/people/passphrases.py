"""
Passphrases of officers: argon2id hashes, and nothing that can show one.
"""

import os
import unicodedata
from dataclasses import dataclass

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from clue_exchange.errors import CommandRefused

# OWASP's first choice is 46 MiB and one pass; two passes cost a guess twice as much, and a proof here 60 ms.
MEMORY_KIB, PASSES, LANES = 47_104, 2, 1
SALT_BYTES, HASH_BYTES = 16, 32
LENGTH_MIN = 15  # NIST SP 800-63B-4, where nothing else proves the person; length counts, odd characters do not
LENGTH_MAX = 256  # a passphrase, not a load

# Of random bytes that nobody kept: what an unknown login is measured against, so that it costs the same work.
NOBODYS_HASH = "$argon2id$v=19$m=47104,t=2,p=1$bjIQusLifO9648xntq8lwQ$3pPizIOhBql6tPpflJYIMXHVkggnQ/nmnSg9Vizk3vw"


@dataclass(frozen=True, slots=True, repr=False, eq=False)
class Passphrase:
    """What an officer typed, in normal form NFKC; its `repr` shows nothing."""

    text: str

    @classmethod
    def typed(cls, text: str) -> "Passphrase":
        """The same whether an input method gave wide or narrow, composed or decomposed characters."""
        return cls(unicodedata.normalize("NFKC", text))

    def require_strength(self, login: str) -> None:
        """
        Check a passphrase that is chosen anew.

        Raises:
            CommandRefused: too short, too long, few different characters, or the login is most of it.
        """
        if not LENGTH_MIN <= len(self.text) <= LENGTH_MAX:
            raise CommandRefused(f"a passphrase has {LENGTH_MIN} to {LENGTH_MAX} characters: several words do well")
        if len(set(self.text)) < LENGTH_MIN // 3 or len(self.text.lower().replace(login, "")) < LENGTH_MIN // 2:
            raise CommandRefused("a passphrase is not a few characters repeated, nor the login: several words do well")

    def hash(self) -> str:
        """The PHC string, with a fresh salt."""
        argon2 = Argon2id(
            salt=os.urandom(SALT_BYTES), length=HASH_BYTES, iterations=PASSES, lanes=LANES, memory_cost=MEMORY_KIB
        )
        return argon2.derive_phc_encoded(self._bytes())

    def opens(self, phc: str) -> bool:
        """Whether the hash is of this passphrase; takes the same time either way."""
        try:
            Argon2id.verify_phc_encoded(self._bytes(), phc)
        except InvalidKey:
            return False
        return True

    def _bytes(self) -> bytes:
        return self.text.encode("utf-8", "surrogatepass")

    def __repr__(self) -> str:
        return "Passphrase(…)"
