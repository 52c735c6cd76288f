"""The rule files made ready to run: words in one index, lists and rules by number."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from itertools import permutations
from pathlib import Path

from producers.screening.errors import RuleInvalid
from producers.screening.learned import LIST_MET, Learned
from producers.screening.rulefiles import Cue, Decision, Rule, RuleFile, Target, Tone, WordList, read_rule_files
from producers.screening.words import spelled_out


@dataclass(frozen=True, slots=True)
class IndexedWord:
    """One word, the numbers of the lists that hold it, their bits, and whether it hides shorter words."""

    word: str
    lists: tuple[int, ...]
    mask: int
    is_shield: bool


# Words that begin with the same three characters: their lengths, longest first, and the words.
Longer = tuple[tuple[int, ...], dict[str, IndexedWord]]
# By the first two characters: the word of just these two, and the longer ones by their third character.
Index = dict[str, tuple[IndexedWord | None, dict[str, Longer]]]


@dataclass(frozen=True, slots=True)
class ReadyRule:
    """A rule with its lists by number: `needed` has a bit for each that must be met, `lists` are those to look into."""

    rule: Rule
    sequences: tuple[tuple[int, ...], ...]
    needed: int
    unless: int
    unless_near: tuple[int, ...]
    not_between: tuple[int, ...]
    lists: frozenset[int]


@dataclass(frozen=True, slots=True)
class ReadyCue:
    """A cue with its list by number and bit, and the bits of the lists that silence it."""

    cue: Cue
    words: int
    bit: int
    cut_by: tuple[int, ...]
    spared_by: int


@dataclass(frozen=True, slots=True)
class ReadyTone:
    """A tone with the bit of its list."""

    tone: Tone
    words: int
    bit: int


@dataclass(frozen=True)
class Rulebook:
    """All that screening knows; nothing in it changes after loading."""

    index: Index
    single: dict[str, IndexedWord]
    single_words: re.Pattern[str]
    rules_in_order: tuple[tuple[Target, tuple[ReadyRule, ...]], ...]
    cues: tuple[ReadyCue, ...]
    tones: tuple[ReadyTone, ...]
    decision: Decision
    variants: dict[int, int]
    learned: Learned
    list_signs: tuple[str, ...] = ()

    @property
    def tone_lists(self) -> frozenset[int]:
        """The lists whose words are counted one by one."""
        return frozenset(ready.words for ready in self.tones if ready.tone.per_word)

    @classmethod
    def load(cls, folder: Path) -> "Rulebook":
        """Read a folder of rule files; every name used in them exists when this returns."""
        files = read_rule_files(folder)
        variants = _unifying([file.variants for _, file in files])
        lists = Lists(files, variants)
        decisions = [file.decision for _, file in files if file.decision]
        if len(decisions) != 1:
            raise RuleInvalid(folder, "decision", f"exactly one is needed, {len(decisions)} found")
        rules = tuple(_ready_rule(path, rule, lists) for path, file in files for rule in file.rule)
        cues = tuple(_ready_cue(path, cue, lists) for path, file in files for cue in file.cue)
        tones = tuple(_ready_tone(path, tone, lists) for path, file in files for tone in file.tone)
        index, single = lists.index()
        one_character = re.compile("|".join(map(re.escape, sorted(single))) or r"(?!)")
        return cls(
            index,
            single,
            one_character,
            _in_order(folder, rules),
            cues,
            tones,
            decisions[0],
            variants,
            Learned.load(folder),
            tuple(LIST_MET + name for name in lists.numbers),
        )


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

    def index(self) -> tuple[Index, dict[str, IndexedWord]]:
        """All words of two characters and more by their beginning, and the words of one character."""
        holders: dict[str, list[int]] = {}
        for number, words in enumerate(self.words):
            for word in words:
                holders.setdefault(word, []).append(number)
        indexed: dict[str, IndexedWord] = {}
        longer: dict[str, dict[str, dict[str, IndexedWord]]] = {}
        for word, numbers in holders.items():
            is_shield = not self.shields.isdisjoint(numbers)
            indexed[word] = IndexedWord(word, tuple(numbers), bits(numbers), is_shield)
            longer.setdefault(word[:2], {}).setdefault(word[2:3], {})[word] = indexed[word]
        index = {
            pair: (indexed.get(pair), {third: _by_length(found) for third, found in thirds.items() if third})
            for pair, thirds in longer.items()
            if len(pair) == 2
        }
        return index, {word: entry for word, entry in indexed.items() if len(word) == 1}


def _by_length(words: dict[str, IndexedWord]) -> Longer:
    return tuple(sorted({len(word) for word in words}, reverse=True)), words


def bits(numbers: Iterable[int]) -> int:
    """One bit for each number."""
    total = 0
    for number in numbers:
        total |= 1 << number
    return total


def _unifying(variants: list[dict[str, str]]) -> dict[int, int]:
    """Make full-width digits and letters narrow, small letters capital, and one character of its variants."""
    table = {wide: wide - 0xFEE0 for wide in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))}
    table = {wide: ord(chr(narrow).upper()) for wide, narrow in table.items()}
    table |= {small: small - 32 for small in range(ord("a"), ord("z") + 1)}
    return table | {ord(one): ord(other) for pairs in variants for one, other in pairs.items()}


def _in_order(folder: Path, rules: tuple[ReadyRule, ...]) -> tuple[tuple[Target, tuple[ReadyRule, ...]], ...]:
    by_target: dict[Target, list[ReadyRule]] = {}
    for ready in rules:
        by_target.setdefault(ready.rule.label, []).append(ready)
    after: TopologicalSorter[Target] = TopologicalSorter()
    for target, own in by_target.items():
        after.add(target, *(label for ready in own for label in ready.rule.builds_on))
    try:
        order = tuple(after.static_order())
    except CycleError as error:
        raise RuleInvalid(folder, "rule", f"labels wait for each other: {error.args[1]}") from error
    return tuple((target, tuple(by_target.get(target, ()))) for target in order)


def _ready_rule(path: Path, rule: Rule, lists: Lists) -> ReadyRule:
    sequence = tuple(lists.number(path, name) for name in rule.sequence)
    sequences = tuple(dict.fromkeys(permutations(sequence))) if rule.free_order else (sequence,)
    needs = tuple(lists.number(path, name) for name in rule.needs)
    unless = bits(lists.number(path, name) for name in rule.unless)
    near = tuple(lists.number(path, name) for name in rule.unless_near)
    between = tuple(lists.number(path, name) for name in rule.not_between)
    lists_read = frozenset((*sequence, *near, *between))
    return ReadyRule(rule, sequences, bits(sequence) | bits(needs), unless, near, between, lists_read)


def _ready_cue(path: Path, cue: Cue, lists: Lists) -> ReadyCue:
    words = lists.number(path, cue.words)
    cut_by = tuple(lists.number(path, name) for name in cue.cut_by)
    return ReadyCue(cue, words, 1 << words, cut_by, bits(lists.number(path, name) for name in cue.spared_by))


def _ready_tone(path: Path, tone: Tone, lists: Lists) -> ReadyTone:
    words = lists.number(path, tone.words)
    return ReadyTone(tone, words, 1 << words)
