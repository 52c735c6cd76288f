"""The rule files as an officer writes them: word lists, rules, cues and tones in TOML, checked entry by entry."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from producers.screening.errors import RuleFileUnreadable, RuleInvalid
from producers.screening.findings import LABELS, Label, ObjectionKind

BUNDLED_RULES = Path(__file__).parent / "rules"
URGENT: Literal["URGENT"] = "URGENT"

Target = Label | Literal["URGENT"]
TARGETS: tuple[Target, ...] = (*LABELS, URGENT)


# One for one, so that every offset stays true.
Character = Annotated[str, Field(min_length=1, max_length=1)]


class Entry(BaseModel):
    """Something written in a rule file; a word that is not known is refused, not passed over."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class WordList(Entry):
    """
    Words that mean one thing.

    Attributes:
        note: What they mean, for the reader.
        words: The words themselves (see words.py).
        includes: Names of other lists whose words belong here too.
        shield: A word of this list hides shorter words inside it (打工 is no blow).
    """

    note: str
    words: str = ""
    includes: tuple[str, ...] = ()
    shield: bool = False


class Rule(Entry):
    """
    A passage that speaks for a label.

    Attributes:
        name: Shown with the evidence.
        label: What it speaks for.
        points: How much; a label needs as many as `threshold` in decision.toml says.
        sequence: Word lists (a|b: either) whose words follow each other in this order.
        free_order: Any order will do.
        gap: How many characters may stand between two of them.
        within: They must stand in the same clause or sentence, or anywhere in the text.
        needs: For each entry a word must stand somewhere in the text.
        unless: None of these words may stand anywhere in the text.
        unless_near: None of these words may stand in the same sentence.
        not_between: None of these words may stand between the first and the last.
        needs_label: This label must stand.
        yields_to: Its passages do not count where one of these labels stands.
        immune: Kinds of objection that do not reach this rule.
    """

    name: str
    label: Target
    points: int = Field(4, ge=1, le=9)
    sequence: tuple[str, ...] = Field(min_length=1, max_length=4)
    free_order: bool = False
    gap: int = Field(6, ge=0, le=400)
    within: Literal["clause", "sentence", "text"] = "sentence"
    needs: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    unless_near: tuple[str, ...] = ()
    not_between: tuple[str, ...] = ()
    needs_label: Label | None = None
    yields_to: tuple[Label, ...] = ()
    immune: tuple[ObjectionKind, ...] = ()

    @property
    def builds_on(self) -> tuple[Label, ...]:
        """The labels that must be decided before this rule is applied."""
        return (*self.yields_to, self.needs_label) if self.needs_label else self.yields_to


class Cue(Entry):
    """
    A word that speaks against what stands near it.

    Attributes:
        kind: How it speaks against it.
        words: The word list.
        side: Where the passage stands that it speaks against.
        reach: How far: a number of characters within the clause, the clause, the sentence, all that follows, the text.
        takes: Points taken from the label; None strikes the passage out altogether.
        labels: Only these labels; empty: all, urgency included.
        cut_by: A word of these lists between the cue and the passage ends its reach.
        spared_by: It says nothing if one of these words stands anywhere in the text.
    """

    kind: ObjectionKind
    words: str
    side: Literal["before", "after", "around"] = "before"
    reach: int | Literal["clause", "sentence", "onward", "text"] = "clause"
    takes: int | None = Field(None, ge=1, le=9)
    labels: tuple[Target, ...] = ()
    cut_by: tuple[str, ...] = ()
    spared_by: tuple[str, ...] = ()


class Tone(Entry):
    """
    Words that make hardship more or less likely throughout the text.

    Attributes:
        name: What they are called in docs/screening.md.
        words: The word list.
        points: What they give or, below zero, take.
        per_word: Each different word counts; otherwise once for all.
        labels: Only these labels; empty: all.
    """

    name: str
    words: str
    points: int = Field(ge=-4, le=4)
    per_word: bool = False
    labels: tuple[Target, ...] = ()


class Thresholds(Entry):
    """
    Above which sound something stands; zero is as likely as not.

    Attributes:
        ruled: Where the rules alone say so too.
        hinted: Where the rules found a passage, with too few points.
        unsaid: Where no rule found a passage.
    """

    ruled: float = 0.0
    hinted: float = 0.0
    unsaid: float = 0.0


class Sound(Entry):
    """
    Above which sound of the whole text (learned.tsv) something stands.

    Attributes:
        any: The likeliest label: how much the text sounds like a clue and like that label, on average.
        label: Every other label, if the likeliest stands.
        urgent: That the text is urgent.
    """

    any: Thresholds = Thresholds()
    label: Thresholds = Thresholds()
    urgent: Thresholds = Thresholds()


class Decision(Entry):
    """How many points a label needs, how many its passages may give at most, and how far tones may move it."""

    threshold: int
    most_evidence: int
    most_support: int
    most_doubt: int
    sound: Sound = Sound()
    thresholds: dict[Label | Literal["URGENT"], int] = {}


class RuleFile(Entry):
    """One file: any of the kinds of entry, in any number."""

    lexicon: dict[str, WordList] = {}
    rule: tuple[Rule, ...] = ()
    cue: tuple[Cue, ...] = ()
    tone: tuple[Tone, ...] = ()
    decision: Decision | None = None
    variants: dict[Character, Character] = {}


def read_rule_files(folder: Path) -> list[tuple[Path, RuleFile]]:
    """Read every rule file of a folder, by name; says which entry of which file is wrong."""
    paths = sorted(folder.glob("*.toml"))
    if not paths:
        raise RuleFileUnreadable(folder, "no rule files here")
    return [(path, _read(path)) for path in paths]


def _read(path: Path) -> RuleFile:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RuleFileUnreadable(path, str(error)) from error
    try:
        return RuleFile.model_validate(content)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise RuleInvalid(path, ".".join(map(str, first["loc"])), first["msg"]) from error
