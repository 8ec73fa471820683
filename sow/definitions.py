"""Defined terms: what a document says that its capitalised words mean ("“Fee Cap” means EUR 84,000").

A clause that only uses such a word states a value all the same, and its evidence is both places.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sow.rules import rule
from sow.view import View

NAMED = r"\"(?P<term>(?-i:[A-Z])[\w' /&-]{2,50}?)[,.]?\""
MEANS = rule(
    NAMED + r"\)?[ ]?(?:\([^)]{0,60}\) )?(?:(?:shall )?means?|is|shall be|refers? to|has the meaning of):?,? "
    r"(?P<meaning>[^\n;]{2,200})"
)
CALLED = rule(r"\((?:the |this |such |each an? )?" + NAMED)
MEANING = rule(r"(?P<meaning>{AMOUNT}|{DATE}|{COUNT} ?{DAYS})[\s,)]{0,4}$")
LONGEST_MEANING = 60
LONGEST = 300  # characters of a definition that are quoted


@dataclass(frozen=True)
class Definition:
    """A term with what it means; the range covers both, in the folded text."""

    term: str
    meaning: str
    start: int
    end: int


def definitions(view: View) -> Iterator[Definition]:
    """The definitions of a document: before their name in brackets, or after it."""
    for called in view.search(CALLED):
        if meaning := MEANING.search(view.text, max(0, called.start() - LONGEST_MEANING), called.start()):
            yield _definition(called["term"], meaning["meaning"], meaning.start(), called.end())
    for match in view.search(MEANS):
        yield _definition(match["term"], match["meaning"], match.start("term") - 1, match.end())


def _definition(term: str, meaning: str, start: int, end: int) -> Definition:
    return Definition(" ".join(term.split()), " ".join(meaning.split()), start, min(end, start + LONGEST))


def used(view: View, known: dict[str, Definition], cue: str) -> Iterator[tuple[re.Match[str], Definition]]:
    """Where a cue is followed by one of the `known` terms; the term may have an article."""
    if known:
        words = "|".join(re.escape(term).replace(r"\ ", " ") for term in sorted(known, key=len, reverse=True))
        for match in view.search(rule(cue + rf"(?:the |such |its )?(?P<term>{words})\b")):
            yield match, known[" ".join(match["term"].split()).casefold()]
