"""The numbers that Word writes before paragraphs by itself: no text of the file, but what readers cite."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from docx.oxml.ns import qn

LEVELS = 9
ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
         (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
MOST = 5_000  # no list counts further
PLACEHOLDER = re.compile(r"%([1-9])")


class Numbering:
    """The lists of one document and how far each has counted; `root` is word/numbering.xml, or None."""

    def __init__(self, root: Any) -> None:
        self._levels: dict[str, dict[int, Any]] = {}
        self._lists: dict[str, str] = {}
        self._starts: dict[tuple[str, int], int] = {}
        self._counted: dict[str, list[int]] = {}
        for found in root.findall(qn("w:abstractNum")) if root is not None else ():
            self._levels[found.get(qn("w:abstractNumId"))] = {
                int(level.get(qn("w:ilvl"))): level for level in found.findall(qn("w:lvl"))
            }
        for found in root.findall(qn("w:num")) if root is not None else ():
            self._list(found)

    def _list(self, found: Any) -> None:
        number = found.get(qn("w:numId"))
        abstract = found.find(qn("w:abstractNumId"))
        self._lists[number] = abstract.get(qn("w:val")) if abstract is not None else ""
        for override in found.findall(qn("w:lvlOverride")):
            start = override.find(qn("w:startOverride"))
            if start is not None:
                self._starts[number, int(override.get(qn("w:ilvl")))] = int(start.get(qn("w:val")))

    def next(self, properties: Any) -> str:
        """The label of the next paragraph with this w:numPr ("2.1", "(a)", "•"), or nothing; counts it."""
        number, level = _value(properties, "w:numId") or "0", int(_value(properties, "w:ilvl") or 0)
        abstract = self._lists.get(number, "")
        shape = self._levels.get(abstract, {}).get(level)
        if number == "0" or shape is None or not 0 <= level < LEVELS:
            return ""
        counts = self._counts(number, abstract, level)
        if _value(shape, "w:numFmt") == "bullet":
            return "•"
        written = _value(shape, "w:lvlText") or ""
        return PLACEHOLDER.sub(lambda found: self._written(abstract, counts, int(found[1]) - 1), written)

    def _counts(self, number: str, abstract: str, level: int) -> list[int]:
        """The counters of all levels after this paragraph; the lists of one definition count together."""
        key = number if any(listed == number for listed, _ in self._starts) else abstract
        counts = self._counted.setdefault(key, [0] * LEVELS)
        first = self._starts.get((number, level), int(_value(self._levels[abstract][level], "w:start") or 1))
        counts[level] = min(MOST, counts[level] + 1) if counts[level] else max(first, 1)
        counts[level + 1 :] = [0] * (LEVELS - level - 1)
        for above in range(level):
            counts[above] = counts[above] or 1
        return counts

    def _written(self, abstract: str, counts: list[int], level: int) -> str:
        shape = self._levels[abstract].get(level)
        return written(counts[level], (_value(shape, "w:numFmt") if shape is not None else None) or "decimal")


def _value(element: Any, tag: str) -> str | None:
    found = element.find(qn(tag))
    return None if found is None else found.get(qn("w:val"))


def written(number: int, form: str) -> str:
    """A number in one of Word's forms; one that is unknown here is written in digits."""
    if form in {"lowerLetter", "upperLetter"} and number > 0:
        letters = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letters.upper() if form == "upperLetter" else letters
    if form in {"lowerRoman", "upperRoman"}:
        roman = "".join(_roman(number))
        return roman.upper() if form == "upperRoman" else roman
    return f"{number:02d}" if form == "decimalZero" else "" if form == "none" else str(number)


def _roman(number: int) -> Iterator[str]:
    for value, letters in ROMAN:
        yield letters * (number // value)
        number %= value
