"""A folded view of a text for matching, in which every character knows where it stands in the original.

Emphasis marks, typographic quotes and dashes, line-end hyphens, invisible characters and page furniture would each
need their own alternative in every pattern; here they are folded once, and spans are carried back to the original.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

BEGINS = r"(?:\d{1,2}\.(?:\d{1,2}\.?)*\s+|\([a-z]\)\s|[A-Z]\.\s)[A-Z\"\u201c*]|[\u2022\u25cf\u25aa]"
PARAGRAPH = re.compile(BEGINS)
# One character of a class first, and then what must stand around it: only so does `re` skip all others quickly.
FOLDED = re.compile(
    r"[-\u00ad\u2010*`\\\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufb00-\ufb04\s](?:"
    rf"(?<=\n)(?:\s+|(?={BEGINS}))|(?<= )\s+|(?<=[^\S\n ])\s*"
    r"|(?<=[a-z][-\u00ad\u2010])\n(?=[a-z])"
    r"|(?<=\*)(?<![\[*]\*)\*{0,2}(?![\]*])|(?<=\s`)|(?<=`)(?=\s)|(?<=\\)(?=[$#*_.\-()\[\]])"
    r"|(?<=[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ufb00-\ufb04])"
    r")"
)
LIGATURES = {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl"}
ALIKE = {
    **dict.fromkeys("\u2018\u2019\u201a\u02bc", "'"),
    **dict.fromkeys("\u201c\u201d\u201e", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
    "\uff04": "$",
}


@dataclass(frozen=True)
class Flat:
    """`text` is the folded view; `starts[i]` is where the i-th kept run begins in it, `sources[i]` in the original."""

    text: str
    starts: tuple[int, ...]
    sources: tuple[int, ...]

    def source(self, offset: int) -> int:
        """Where the folded character at `offset` stands in the original."""
        run = bisect_right(self.starts, offset) - 1
        return self.sources[run] + offset - self.starts[run]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original's range for a non-empty folded range."""
        return self.source(start), self.source(end - 1) + 1

    def offset(self, source: int) -> int:
        """The folded position of an original one, or of what follows it where it was folded away."""
        run = max(bisect_right(self.sources, source) - 1, 0)
        while run and self.sources[run - 1] == source:  # a ligature gave several folded characters
            run -= 1
        limit = self.starts[run + 1] if run + 1 < len(self.starts) else len(self.text)
        return min(self.starts[run] + max(source - self.sources[run], 0), limit)


def flatten(text: str, furniture: tuple[tuple[int, int], ...] = ()) -> Flat:
    """Fold `text`; `furniture` are ranges (page headers and footers) that the view leaves out."""
    parts: list[str] = []
    starts, sources, length = [0], [0], 0
    for begin, end in _kept(len(text), furniture):
        at = begin
        for match in FOLDED.finditer(text, begin, end):
            start, stop = match.span()
            found = _fold(match)
            if len(found) > 1:
                runs = [(text[at:start], at), *((c, min(start + n, stop - 1)) for n, c in enumerate(found))]
            else:
                runs = [(text[at:start] + found, at)]
            for piece, source in runs:
                if piece:
                    starts.append(length)
                    sources.append(source)
                    parts.append(piece)
                    length += len(piece)
            at = stop
        if at < end:
            starts.append(length)
            sources.append(at)
            parts.append(text[at:end])
            length += end - at
    return Flat(_alike("".join(parts)), tuple(starts), tuple(sources))


def folded(text: str) -> str:
    """`flatten(text).text`, for who need not know where it stood."""
    return _alike(FOLDED.sub(_fold, text))


def _alike(text: str) -> str:
    for sign, plain in ALIKE.items():  # `translate` looks every character up
        text = text.replace(sign, plain)
    return text


def _kept(length: int, furniture: tuple[tuple[int, int], ...]) -> list[tuple[int, int]]:
    edges = [0, *(edge for span in sorted(furniture) for edge in span), length]
    return [(begin, end) for begin, end in zip(edges[::2], edges[1::2], strict=True) if begin < end]


def _fold(match: re.Match[str]) -> str:
    found = match[0]
    if found[0].isspace():
        newlines = found.count("\n")
        begins = newlines and PARAGRAPH.match(match.string, match.end())
        return "\n\n" if newlines > 1 or begins else "\n" if newlines else " "
    return LIGATURES.get(found, "")
