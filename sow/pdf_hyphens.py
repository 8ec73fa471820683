"""Hyphens at line ends: whether a word that was broken there is written with one is told from the rest of the text."""

from __future__ import annotations

import re
from itertools import pairwise

BROKEN = "\ufffe"  # what PDFium writes for the hyphen of a word that it joined across a line end
SOFT = "\u00ad"
LETTERS = r"[^\W\d_]+"
BEFORE, AFTER = re.compile(rf"{LETTERS}\Z"), re.compile(LETTERS)
LONGEST = 80  # letters of a word
PREFIX = re.compile(
    "anti|co|cross|ex|high|inter|low|mid|mis|multi|non|off|on|post|pre|pro|re|self|semi|sub|up", re.IGNORECASE
)


def settled(text: str) -> str:
    """The text with a soft hyphen where a word was broken, and a real one where it is written with it.

    Every character keeps its place: "pay\u00adment" is one word to whoever folds the text, its quote stays verbatim.
    """
    pieces = text.split(BROKEN)
    if len(pieces) == 1:
        return text
    written = " ".join(set(text.casefold().split()))  # each once: most words of a contract come again and again
    words = set(re.findall(rf"{LETTERS}(?:-{LETTERS})*", written))
    parts, used = [pieces[0]], False  # whether all of a piece is the second half of a word
    for before, after in pairwise(pieces):
        left, right = BEFORE.search(before, max(0, len(before) - LONGEST)), AFTER.match(after)
        if left and right and not (used and left[0] == before):
            parts.append(_sign(left[0], right[0], words))
            used = right[0] == after
        else:
            parts.append("-")
            used = False
        parts.append(after)
    return "".join(parts)


def _sign(left: str, right: str, words: set[str]) -> str:
    left, right = left.casefold(), right.casefold()
    hyphened = f"{left}-{right}" in words or PREFIX.fullmatch(left) or (left in words and right in words)
    return "-" if hyphened and left + right not in words else SOFT
