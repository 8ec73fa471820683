"""Reads off a pattern what it needs: the words that every match holds, and how far from its start they can stand.

`sow.words` tries a pattern only around those words, so that finders stay plain patterns and long documents stay quick.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from re import _constants, _parser  # pyright: ignore - the only parser of the very patterns that `re` takes
from typing import Any

from sow.normal import AMOUNT_BEGINS, DATE_BEGINS

op: Any = _constants
parser: Any = _parser
END: tuple[Any, Any] = (None, None)
EDGE = "\n"  # beside a word: it begins or ends there
SIGNS = frozenset("$€£¥%&/_@#[:|")  # rare enough in prose to look for
DIGIT = "0"  # stands for any digit
MARKED = {"\x01amount": AMOUNT_BEGINS, "\x01date": DATE_BEGINS}  # a word for what begins with such a look-ahead
RARE = 8.5  # letters: as rare as a word of so many
COMMON = frozenset(
    {"the", "this", "that", "these", "and", "for", "any", "all", "not", "are", "has", "have", "will", "shall", "may"}
    | {"such", "with", "from", "per", "each"}
)
SPACES = 8  # a folded text holds no longer run of white space
WORDY = 60  # characters that an unbounded repeat of letters or digits is taken to reach
ENDLESS = 400  # as WORDY, of anything else
MOST_ALTERNATIVES = 80
NEAR = 64  # characters: a word whose place in a match is known less closely leaves much to be tried
WIDTHLESS = frozenset({op.AT, op.ASSERT, op.ASSERT_NOT})


@dataclass(frozen=True)
class Anchor:
    """One of `words` begins between `low` and `high` characters after the start of every match."""

    words: tuple[str, ...]
    low: int
    high: int

    def moved(self, low: int, high: int) -> Anchor:
        """The same words, seen from further ahead."""
        return Anchor(self.words, self.low + low, self.high + high)

    def after(self, run: str) -> Anchor:
        """The same words with the letters that they begin with: the parser takes those out of alternatives."""
        if self.high > 0 or not all(word[0].isalpha() for word in self.words):
            return self
        back = len(run.strip(EDGE))
        return Anchor(tuple(run + word for word in self.words), -back, -back)


@dataclass(frozen=True)
class Need:
    """What one alternative of a pattern needs: all of its anchors. `width` is how far its longest match looks."""

    anchors: tuple[Anchor, ...]
    width: int


@dataclass(frozen=True)
class Needs:
    """What each alternative of a pattern needs (without anchors: it could match anywhere), and whether the pattern
    asks for the end of the text, which a window would feign.
    """

    alternatives: tuple[Need, ...]
    ends: bool


def needs(pattern: re.Pattern[str]) -> Needs:
    """What a pattern needs, read off once."""
    return _read(pattern.pattern, pattern.flags)  # a pattern's own hash goes over all of its code each time


@cache
def _read(text: str, flags: int) -> Needs:
    parsed = parser.parse(text, flags)
    return Needs(tuple(_needs(list(parsed))), "AT_END" in repr(parsed))


def _needs(items: list[Any]) -> Iterator[Need]:
    """Alternatives that a pattern begins with are told apart when it is nothing but them, or needs nothing near."""
    found = list(_anchors(items))
    if any(MARKED.keys() & anchor.words for anchor in found):  # says more than the digits that it holds
        found = [anchor for anchor in found if DIGIT not in anchor.words]
    anchors = sorted(found, key=_telling, reverse=True)  # a text without the rarest is done with soonest
    whole = Need(tuple(anchors), _width(items)[1] + _ahead(items) + 1)
    head = next((index for index, (kind, _) in enumerate(items) if kind not in WIDTHLESS), len(items))
    branches = _alternatives(items[head]) if head < len(items) else []
    if branches and (len(items) == 1 or not any(a.high - a.low <= NEAR for a in whole.anchors)):
        for branch in branches:
            yield from _needs([*items[:head], *branch, *items[head + 1 :]])
    else:
        yield whole


def _alternatives(item: tuple[Any, Any]) -> list[list[Any]]:
    """The alternatives that a part of a pattern is made of; none for one without."""
    kind, value = item
    if kind is op.SUBPATTERN:
        inner = list(value[3])
        return _alternatives(inner[0]) if len(inner) == 1 else []
    return [list(branch) for branch in value[1]] if kind is op.BRANCH else []


def _anchors(items: list[Any], *, begins: bool = False, ends: bool = False) -> Iterator[Anchor]:
    """`begins` and `ends` say whether a word must begin before, or end after, these parts."""
    low = high = 0
    run = ""
    for index, (kind, value) in enumerate([*items, END]):
        if _is_letter(kind, value):
            begun = begins if index == 0 else _parts_words(items[index - 1])
            run = (run or EDGE * begun) + chr(value).lower()
        else:
            closed = ends if kind is None else _parts_words((kind, value))
            parts = _parts_words(items[index - 1]) if 0 < index <= len(items) else begins
            follows = ends if index + 1 >= len(items) else _parts_words(items[index + 1])
            inner = list(_within(kind, value, begins=parts, ends=follows))
            letters = len(run.strip(EDGE))
            if letters > 1:
                yield Anchor((run + EDGE * closed,), low - letters, high - letters)
            elif run:
                inner = [anchor.after(run) for anchor in inner]
            yield from (anchor.moved(low, high) for anchor in inner)
            run = ""
        least, most = _one(kind, value)
        low, high = low + least, high + most


def _is_letter(kind: Any, value: Any) -> bool:
    return kind is op.LITERAL and chr(value).isascii() and chr(value).isalpha()


def _parts_words(item: tuple[Any, Any]) -> bool:
    """Whether no letter can stand where this part of a pattern matches, so that a word ends or begins there."""
    kind, value = item
    if kind is op.LITERAL:
        return not chr(value).isalpha()
    if kind is op.IN:
        return all(
            choice == (op.CATEGORY, op.CATEGORY_SPACE) or (choice[0] is op.LITERAL and not chr(choice[1]).isalpha())
            for choice in value
        )
    if kind in {op.MAX_REPEAT, op.MIN_REPEAT}:
        return value[0] > 0 and len(value[2]) == 1 and _parts_words(value[2][0])
    return kind is op.AT and value in {op.AT_BOUNDARY, op.AT_BEGINNING, op.AT_END}


def _within(kind: Any, value: Any, *, begins: bool, ends: bool) -> Iterator[Anchor]:
    if kind is op.ASSERT and (mark := _marks().get(repr(value))):
        yield Anchor((mark,), 0, 0)
    if kind in {op.LITERAL, op.IN}:
        signs = _signs(value if kind is op.IN else [(kind, value)])
        if signs:
            yield Anchor(signs, 0, 0)
    elif kind is op.SUBPATTERN:
        yield from _anchors(list(value[3]), begins=begins, ends=ends)
    elif kind in {op.MAX_REPEAT, op.MIN_REPEAT} and value[0] > 0:
        yield from _anchors(list(value[2]), begins=begins)
    elif kind is op.ASSERT and value[0] > 0:
        yield from _anchors(list(value[1]), begins=begins)
    elif kind is op.BRANCH:
        yield from _branch([list(branch) for branch in value[1]], begins=begins, ends=ends)


def _branch(branches: list[list[Any]], *, begins: bool, ends: bool) -> Iterator[Anchor]:
    found = [max(_anchors(branch, begins=begins, ends=ends), key=_telling, default=None) for branch in branches]
    known = [anchor for anchor in found if anchor is not None]
    words = {word for anchor in known for word in anchor.words}
    if len(known) == len(found) and len(words) <= MOST_ALTERNATIVES:
        yield Anchor(tuple(sorted(words)), min(a.low for a in known), max(a.high for a in known))


def _telling(anchor: Anchor) -> tuple[float, int]:
    """Long words are rarer than short ones, but for those of every sentence, digits the least rare; near ones are
    cheaper than far ones.
    """
    rarity = {DIGIT: 0.5} | dict.fromkeys(COMMON, 1.0) | dict.fromkeys(MARKED, RARE)
    bare = [word.strip(EDGE) for word in anchor.words]
    return min(rarity.get(word, len(word)) for word in bare), -anchor.high


@cache
def _marks() -> dict[str, str]:
    """MARKED as the parser has it."""
    return {repr(parser.parse(pattern)[0][1]): mark for mark, pattern in MARKED.items()}


def _signs(choices: list[Any]) -> tuple[str, ...]:
    """The signs of a character class; none when it takes other characters too."""
    found: set[str] = set()
    for kind, value in choices:
        if _is_digits(kind, value):
            found.add(DIGIT)
        elif kind is op.LITERAL and chr(value) in SIGNS:
            found.add(chr(value))
        else:
            return ()
    return tuple(sorted(found))


def _is_digits(kind: Any, value: Any) -> bool:
    if kind is op.RANGE:
        return chr(value[0]).isdecimal() and chr(value[1]).isdecimal()
    return (kind is op.LITERAL and chr(value).isdecimal()) or (kind, value) == (op.CATEGORY, op.CATEGORY_DIGIT)


def _width(items: Sequence[Any]) -> tuple[int, int]:
    """The shortest and the longest text that these parts of a pattern can match."""
    widths = [_one(kind, value) for kind, value in items]
    return sum(least for least, _ in widths), sum(most for _, most in widths)


def _one(kind: Any, value: Any) -> tuple[int, int]:
    if kind in {op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY}:
        return 1, 1
    if kind is op.SUBPATTERN:
        return _width(list(value[3]))
    if kind is op.BRANCH:
        widths = [_width(list(branch)) for branch in value[1]]
        return min(low for low, _ in widths), max(high for _, high in widths)
    if kind in {op.MAX_REPEAT, op.MIN_REPEAT}:
        least, most = _width(list(value[2]))
        return least * value[0], most * value[1] if value[1] is not op.MAXREPEAT else _reach(value[2])
    return (0, 0) if kind is None or kind in WIDTHLESS else (0, ENDLESS)


def _ahead(items: Sequence[Any]) -> int:
    """How far the farthest of a pattern's look-aheads sees."""
    far = [0]
    for kind, value in items:
        if kind in {op.ASSERT, op.ASSERT_NOT}:
            far.append(_width(list(value[1]))[1] if value[0] > 0 else 0)
        elif kind is op.SUBPATTERN:
            far.append(_ahead(list(value[3])))
        elif kind is op.BRANCH:
            far += [_ahead(list(branch)) for branch in value[1]]
        elif kind in {op.MAX_REPEAT, op.MIN_REPEAT}:
            far.append(_ahead(list(value[2])))
    return max(far)


def _reach(repeated: Any) -> int:
    """What an unbounded repeat is taken to reach, in characters."""
    items = list(repeated)
    if len(items) == 1 and items[0] == (op.IN, [(op.CATEGORY, op.CATEGORY_SPACE)]):
        return SPACES
    taken = "".join(_taken(kind, value) for kind, value in items)
    return ENDLESS if " " in taken and "a" in taken else WORDY


def _taken(kind: Any, value: Any) -> str:
    """A letter and a space for what a part of a pattern takes: with both, repeats of it match several words."""
    if kind is op.LITERAL:
        return " " if chr(value).isspace() else "a" if chr(value).isalpha() else ""
    if kind is op.RANGE:
        return "" if _is_digits(kind, value) else "a"
    if kind is op.CATEGORY:
        return {op.CATEGORY_DIGIT: "", op.CATEGORY_SPACE: " ", op.CATEGORY_WORD: "a"}.get(value, "a ")
    if kind is op.IN:
        return "".join(_taken(*choice) for choice in value)
    if kind is op.SUBPATTERN:
        return "".join(_taken(*item) for item in value[3])
    if kind in {op.MAX_REPEAT, op.MIN_REPEAT}:
        return "".join(_taken(*item) for item in value[2])
    return "" if kind in WIDTHLESS else "a "
