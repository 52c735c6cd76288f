"""Spelling of words in the rule files: `(a|b|)c` stands for ac, bc and c; blanks separate words; # starts a comment."""

import re
from itertools import product

_GROUP = re.compile(r"\(([^()]*)\)")


def spelled_out(words: str) -> list[str]:
    """
    List every single word that a block of a rule file stands for, without repetition, in the order of the block.

    Raises ValueError for a bracket without its partner and for a word that would be empty.
    """
    found: dict[str, None] = {}
    for line in words.splitlines():
        for pattern in line.split("#", 1)[0].split():
            found.update(dict.fromkeys(_alternatives(pattern)))
    return list(found)


def _alternatives(pattern: str) -> list[str]:
    parts = _GROUP.split(pattern)
    choices = [part.split("|") if number % 2 else [part] for number, part in enumerate(parts)]
    expanded = ["".join(choice) for choice in product(*choices)]
    if any(not word or set(word) & set("(|)") for word in expanded):
        raise ValueError(f"cannot spell out {pattern!r}")
    return expanded
