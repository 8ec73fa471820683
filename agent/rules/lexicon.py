"""The words of the grammar and of the examples, so that a typing error in one of them is read as meant."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from agent.rules.examples import sentences
from agent.rules.grammar import vocabulary
from agent.words import words
from store.embedding import is_word

SHORTEST = 4
OFTEN = 3  # examples that a word stands in before it is one that people use
LONG = 7  # a word of this length takes two slips and is still itself


@cache
def corrected(word: str) -> str:
    """The grammar's word that this one is a slip away from (two in long words), or the word itself."""
    known = _known()
    if word in known or word in words("kept") or len(word) < SHORTEST or not word.isalpha() or is_word(word):
        return word
    slips = 1 if len(word) < LONG else 2
    near = process.extract(word, sorted(known), scorer=OSA.distance, score_cutoff=slips, limit=None)
    # "unblocked" is no slip in "blocked"; of several as near, the most alike: "cancled" is "cancelled", not "cancel".
    fitting = [(slips, -fuzz.ratio(word, one), one) for one, slips, _ in near if word[:2] != "un" or one[:2] == "un"]
    fitting = [found for found in fitting if word[:2] == "un" or found[2][:2] != "un"]
    return min(fitting)[2] if fitting else word


def known_word(word: str) -> bool:
    """Whether the grammar, the examples or the language have this word."""
    return asked_with(word) or is_word(word)


def asked_with(word: str) -> bool:
    """Whether questions here are made of this word."""
    return word in _asked()


@cache
def _asked() -> frozenset[str]:
    said = frozenset(word for _, text in sentences() for word in text.split())
    return _known() | said | words("plain") | words("small") | words("common")


@cache
def _known() -> frozenset[str]:
    said = Counter(word for _, text in sentences() for word in set(re.findall(r"[a-z]{4,}", text)))
    return words("grammar") | vocabulary() | {word for word, count in said.items() if count >= OFTEN and is_word(word)}
