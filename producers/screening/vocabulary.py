"""All words of all lists, and the pairs of characters that have weights, in one table that a text is read by."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

_PAIR = 2


@dataclass(frozen=True, slots=True)
class IndexedWord:
    """One word, its length, the numbers of the lists that hold it, their bits, and whether it hides shorter words."""

    word: str
    length: int
    lists: tuple[int, ...]
    mask: int
    is_shield: bool


@dataclass(slots=True, eq=False)
class Pair:
    """
    Two characters that mean something where they follow each other.

    Attributes:
        words: The word of just these two, if there is one.
        longer: By the second and third character the longer words that may begin here, longest first, then `words`.
        weight: What the pair itself has been worth, packed (learned.py).
        begins_word: Whether it is more than a pair with a weight.
    """

    words: list[IndexedWord] = field(default_factory=list)
    longer: dict[str, list[IndexedWord]] = field(default_factory=dict)
    weight: int = 0
    begins_word: bool = False


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """
    What a text is read by.

    Attributes:
        pairs: All pairs that begin a word or have a weight.
        single: The words of one character.
        single_words: What finds them.
    """

    pairs: dict[str, Pair]
    single: dict[str, IndexedWord]
    single_words: re.Pattern[str]

    @classmethod
    def of(cls, words: Sequence[IndexedWord], weights: Mapping[str, int]) -> Self:
        """Make the table; weights of anything but pairs are passed over."""
        pairs = {gram: Pair(weight=weight) for gram, weight in weights.items() if len(gram) == _PAIR}
        single = {word.word: word for word in words if word.length == 1}
        for word in sorted(words, key=lambda entry: -entry.length):
            if word.length > 1:
                pair = pairs.setdefault(word.word[:_PAIR], Pair())
                pair.begins_word = True
                (pair.longer.setdefault(word.word[1:3], []) if word.length > _PAIR else pair.words).append(word)
        for pair in pairs.values():
            for longer in pair.longer.values():
                longer += pair.words
        one_character = re.compile("|".join(map(re.escape, sorted(single))) or r"(?!)")
        return cls(pairs, single, one_character)
