"""The rule files made ready to run: words in one index, lists and rules by number."""

import re
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from itertools import permutations
from pathlib import Path

from producers.screening.errors import RuleInvalid
from producers.screening.learned import LIST_MET, Ear, Learned
from producers.screening.rulefiles import TARGETS, Cue, Decision, Rule, Target, Tone, read_rule_files
from producers.screening.vocabulary import IndexedWord, Vocabulary
from producers.screening.word_lists import Lists, bits


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
    """
    A cue made ready.

    Attributes:
        words, bit: its list by number and bit.
        cut_by, spared_by: the lists that end its reach, and the bits of those that silence it.
        is_of_clause: it never reaches beyond its own clause.
        concerns: the labels that it speaks against.
    """

    cue: Cue
    words: int
    bit: int
    cut_by: tuple[int, ...]
    spared_by: int
    is_of_clause: bool
    concerns: frozenset[Target]


@dataclass(frozen=True, slots=True)
class ReadyTone:
    """A tone with the bit of its list."""

    tone: Tone
    words: int
    bit: int


@dataclass(frozen=True)
class Rulebook:
    """All that screening knows; nothing in it changes after loading."""

    words: tuple[IndexedWord, ...]
    rules_in_order: tuple[tuple[Target, tuple[ReadyRule, ...]], ...]
    cues: tuple[ReadyCue, ...]
    tones: tuple[ReadyTone, ...]
    decision: Decision
    variants: dict[int, int]
    learned: Learned
    list_names: tuple[str, ...] = ()

    @cached_property
    def varying(self) -> re.Pattern[str]:
        """What finds a character that `variants` unifies."""
        return re.compile("|".join(re.escape(chr(character)) for character in self.variants))

    @cached_property
    def ear(self) -> Ear:
        """The weights, made ready for these lists."""
        return Ear.of(self.learned, self.list_names)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """The words and the weighed pairs in one table."""
        return Vocabulary.of(self.words, self.ear.packed)

    def signs_of_lists(self, met: int) -> list[str]:
        """Names under which lists that were met have weights."""
        return [LIST_MET + name for number, name in enumerate(self.list_names) if met >> number & 1]

    @cached_property
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
        return cls(
            lists.indexed(),
            _in_order(folder, rules),
            cues,
            tones,
            decisions[0],
            variants,
            Learned.load(folder),
            tuple(lists.numbers),
        )


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
    spared_by = bits(lists.number(path, name) for name in cue.spared_by)
    is_of_clause = cue.reach == "clause" or isinstance(cue.reach, int)
    return ReadyCue(cue, words, 1 << words, cut_by, spared_by, is_of_clause, frozenset(cue.labels or TARGETS))


def _ready_tone(path: Path, tone: Tone, lists: Lists) -> ReadyTone:
    words = lists.number(path, tone.words)
    return ReadyTone(tone, words, 1 << words)
