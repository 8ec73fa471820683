"""Words without which a pattern cannot match: a long text is searched only around them.

Patterns of finders are long alternations that try something at every character; nearly all of them need some word
("invoice", "terminate", "$"). Looking for the words first costs a fraction, and finds the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from re import _constants as sre  # type: ignore[attr-defined] - the parser's names of what a pattern is made of
from re import _parser as parser  # type: ignore[attr-defined] - the only reading of patterns that agrees with `re`
from typing import Any

SHORTEST = 3
MOST_CUES = 40
REACH = 700  # characters: longer than any match of a finder
Cues = frozenset[str]


@cache
def cues(pattern: re.Pattern[str]) -> Cues | None:
    """Lower-case strings one of which every match contains; None where there are no telling ones."""
    return _best(_of_sequence(parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE.value | re.UNICODE.value)))


def windows(lower: str, needed: Cues) -> Iterator[tuple[int, int]]:
    """The ranges of a lower-case text in which a match can stand, on whole lines, in order and apart."""
    open_at = open_to = -1
    for place in sorted(_places(lower, needed)):
        begin = max(0, lower.rfind("\n", 0, max(0, place - REACH)))
        end = lower.find("\n", place + REACH)
        end = len(lower) if end < 0 else end
        if begin > open_to >= 0:
            yield open_at, open_to
            open_at = begin
        elif open_at < 0:
            open_at = begin
        open_to = max(open_to, end)
    if open_to >= 0:
        yield open_at, open_to


def _places(lower: str, needed: Iterable[str]) -> Iterator[int]:
    """Where a word stands; of several within reach of each other the first and last are enough."""
    for word in needed:
        at = lower.find(word)
        while at >= 0:
            yield at
            at = lower.find(word, at + len(word))


def _of_sequence(sequence: Any) -> list[Cues]:
    """For each part that every match has, the strings one of which it contains."""
    found: list[Cues] = []
    run = ""
    for op, argument in sequence:
        if op is sre.LITERAL:
            run += chr(argument).lower()
            continue
        if op is sre.AT:
            continue
        if run:
            found.append(frozenset({run}))
            run = ""
        found += _of_part(op, argument)
    return [*found, frozenset({run})] if run else found


def _of_part(op: Any, argument: Any) -> list[Cues]:
    if op is sre.SUBPATTERN:
        return _of_sequence(argument[3])
    if op in {sre.MAX_REPEAT, sre.MIN_REPEAT} and argument[0] > 0:
        return _of_sequence(argument[2])
    if op is sre.BRANCH:
        best = [_best(_of_sequence(branch)) for branch in argument[1]]
        return [frozenset().union(*(item for item in best if item))] if all(best) else []
    if op is sre.IN and all(kind is sre.LITERAL for kind, _ in argument):
        return [frozenset(chr(code).lower() for _, code in argument)]
    return []


def _best(found: list[Cues]) -> Cues | None:
    telling = [item for item in found if len(item) <= MOST_CUES and all(map(_tells, item))]
    return max(telling, key=_worth, default=None)


def _tells(word: str) -> bool:
    return len(word) >= SHORTEST or (bool(word) and word in "$€£%@§")


def _worth(item: Cues) -> float:
    lengths = [5 if word in "$€£%@§" else min(len(word), 7) for word in item]
    return min(lengths) - len(item) / 8
