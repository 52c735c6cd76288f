"""Rule files: what an officer writes is understood, or the place of the fault is named."""

import re
from pathlib import Path

import pytest

from producers.screening import Label, Screener
from producers.screening.errors import RuleFileUnreadable, RuleInvalid
from producers.screening.rulefiles import BUNDLED_RULES, read_rule_files
from producers.screening.words import spelled_out

DECISION = """
[decision]
threshold = 4
most_evidence = 7
most_support = 2
most_doubt = 5
"""
WORDS = '[lexicon.burn]\nnote = "烧 / burn"\nwords = "(放|纵)火"\n'
RULE = '[[rule]]\nname = "放火"\nlabel = "OTHER_CRIME"\nsequence = ["burn"]\n'


def rules(folder: Path, text: str) -> Path:
    """Write one rule file."""
    (folder / "rules.toml").write_text(text, encoding="utf-8")
    return folder


def test_brackets_spell_out_every_word() -> None:
    """One line of a list may stand for many words."""
    assert spelled_out("(前|)夫 打(我|她)  # 说明") == ["前夫", "夫", "打我", "打她"]


@pytest.mark.parametrize("words", ["(前夫", "前)夫", "(|)", "((前|后)|)夫"])
def test_brackets_without_their_partner_are_refused(words: str) -> None:
    """A slip in a list is not taken for a word."""
    with pytest.raises(ValueError, match="cannot spell out"):
        spelled_out(words)


def test_an_officers_own_rules_are_used(tmp_path: Path) -> None:
    """A folder of rules takes the place of those that come with the program."""
    screener = Screener.load(rules(tmp_path, DECISION + WORDS + RULE))

    screening = screener.screen("昨天有人放火。")

    assert screening.labels == (Label.OTHER_CRIME,)
    assert [(found.text, found.rule) for found in screening.evidence] == [("放火", "放火")]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (WORDS + RULE, "decision"),
        (DECISION + RULE, "burn"),
        (DECISION + WORDS + RULE.replace("OTHER_CRIME", "ARSON"), "rule.0.label"),
        (DECISION + WORDS + RULE + "colour = 1\n", "rule.0.colour"),
        (DECISION + WORDS.replace("(放", "放"), "lexicon.burn"),
        (DECISION + WORDS + 'includes = ["burn"]\n', "burn"),
        (DECISION + WORDS + RULE + 'needs_label = "OTHER_CRIME"\n', "rule"),
    ],
    ids=["no decision", "no list", "no label", "no word", "bracket", "circle of lists", "circle of labels"],
)
def test_a_fault_is_named_with_its_place(tmp_path: Path, text: str, place: str) -> None:
    """Who edits the rules is told which entry is wrong."""
    with pytest.raises(RuleInvalid, match=re.escape(place)):
        Screener.load(rules(tmp_path, text))


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    """An empty folder, a file that is no TOML, and one that is no UTF-8 are refused."""
    with pytest.raises(RuleFileUnreadable, match=re.escape(str(tmp_path))):
        Screener.load(tmp_path)
    with pytest.raises(RuleFileUnreadable, match=r"rules\.toml"):
        Screener.load(rules(tmp_path, "[lexicon"))
    (tmp_path / "rules.toml").write_bytes(b"[lexicon]\xff")
    with pytest.raises(RuleFileUnreadable, match=r"rules\.toml"):
        Screener.load(tmp_path)


@pytest.mark.parametrize("line", ["打\t1", "打" + "\tx" * 11, "打" + "\t70000" * 11])
def test_weights_that_are_no_weights_are_refused(tmp_path: Path, line: str) -> None:
    """A damaged learned.tsv is noticed at the start, not in a wrong answer."""
    (tmp_path / "learned.tsv").write_text(line + "\n", encoding="utf-8")

    with pytest.raises(RuleInvalid, match="line 1"):
        Screener.load(rules(tmp_path, DECISION + WORDS + RULE))


def test_every_list_of_the_program_is_used() -> None:
    """A list that no rule, cue or tone reads would mislead the officer who extends it."""
    files = [file for _, file in read_rule_files(BUNDLED_RULES)]
    named = [name for file in files for words in file.lexicon.values() for name in words.includes]
    for file in files:
        for rule in file.rule:
            named += [*rule.sequence, *rule.needs, *rule.unless, *rule.unless_near, *rule.not_between]
        named += [name for cue in file.cue for name in (cue.words, *cue.cut_by, *cue.spared_by)]
        named += [tone.words for tone in file.tone]
    used = {member for name in named for member in name.split("|")}
    shields = {name for file in files for name, words in file.lexicon.items() if words.shield}

    assert {name for file in files for name in file.lexicon} - used - shields == set()
