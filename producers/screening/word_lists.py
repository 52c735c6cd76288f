"""The word lists of all rule files, spelled out and numbered."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from producers.screening.errors import RuleInvalid
from producers.screening.rulefiles import RuleFile, WordList
from producers.screening.vocabulary import IndexedWord
from producers.screening.words import spelled_out


@dataclass
class Lists:
    """The word lists of all files while they are being numbered."""

    files: list[tuple[Path, RuleFile]]
    variants: dict[int, int]
    numbers: dict[str, int] = field(default_factory=dict)
    words: list[dict[str, None]] = field(default_factory=list)
    shields: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.entries: dict[str, tuple[Path, WordList]] = {}
        for path, file in self.files:
            for name, entry in file.lexicon.items():
                if name in self.entries:
                    raise RuleInvalid(path, f"lexicon.{name}", f"already in {self.entries[name][0].name}")
                self.entries[name] = (path, entry)
        for name, (path, entry) in self.entries.items():
            self._words_of(path, name, ())  # a list that no rule uses yet is checked too
            if entry.shield:
                self.shields.add(self.number(path, name))

    def number(self, path: Path, name: str) -> int:
        """The number of a list, or of several as one (`a|b`)."""
        if name not in self.numbers:
            members = name.split("|")
            words: dict[str, None] = {}
            for member in members:
                words.update(self._words_of(path, member, ()))
            self.numbers[name] = len(self.words)
            self.words.append(words)
        return self.numbers[name]

    def _words_of(self, path: Path, name: str, above: tuple[str, ...]) -> dict[str, None]:
        if name not in self.entries:
            raise RuleInvalid(path, name, "no word list of this name")
        if name in above:
            raise RuleInvalid(path, name, "includes itself")
        source, entry = self.entries[name]
        try:
            words = dict.fromkeys(word.translate(self.variants) for word in spelled_out(entry.words))
        except ValueError as error:
            raise RuleInvalid(source, f"lexicon.{name}", str(error)) from error
        for included in entry.includes:
            words.update(self._words_of(source, included, (*above, name)))
        return words

    def indexed(self) -> tuple[IndexedWord, ...]:
        """Every word, with the lists that hold it; words of the same lists share what says so."""
        holders: dict[str, list[int]] = {}
        for number, words in enumerate(self.words):
            for word in words:
                holders.setdefault(word, []).append(number)
        shared = {numbers: (numbers, bits(numbers)) for numbers in map(tuple, holders.values())}
        return tuple(
            IndexedWord(word, len(word), *shared[tuple(numbers)], not self.shields.isdisjoint(numbers))
            for word, numbers in holders.items()
        )


def bits(numbers: Iterable[int]) -> int:
    """One bit for each number."""
    total = 0
    for number in numbers:
        total |= 1 << number
    return total
