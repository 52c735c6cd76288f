"""
The errors of the rule files; a text to screen never raises one.

* RulesError                   the rule files cannot be used: a person must correct them
  - RuleFileUnreadable         a file is missing, not UTF-8 or not TOML
  - RuleInvalid                an entry names or says something that does not exist
"""

from pathlib import Path

from clue_exchange.errors import ExchangeError


class RulesError(ExchangeError):
    """The rule files cannot be used; catch this to show the officer who edited them where to look."""


class RuleFileUnreadable(RulesError):
    """A rule file is missing, is not UTF-8 or is not TOML."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}. Correct the file or restore the one that came with the program.")
        self.path = path


class RuleInvalid(RulesError):
    """An entry of a rule file is not understood."""

    def __init__(self, path: Path | str, entry: str, reason: str) -> None:
        super().__init__(f"{path}, {entry}: {reason}")
        self.path = path
        self.entry = entry
