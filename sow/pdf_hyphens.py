"""Hyphens at line ends: whether a word that was broken there is written with one is told from the rest of the text."""

from __future__ import annotations

import re

BROKEN = "\ufffe"  # what PDFium writes for the hyphen of a word that it joined across a line end
SOFT = "\u00ad"
LETTERS = r"[^\W\d_]+"
JOINED = re.compile(rf"({LETTERS}){BROKEN}({LETTERS})")
PREFIX = re.compile(
    "anti|co|cross|ex|high|inter|low|mid|mis|multi|non|off|on|post|pre|pro|re|self|semi|sub|up", re.IGNORECASE
)


def settled(text: str) -> str:
    """The text with a soft hyphen where a word was broken, and a real one where it is written with it.

    Every character keeps its place: "pay\u00adment" is one word to whoever folds the text, its quote stays verbatim.
    """
    if BROKEN not in text:
        return text
    words = set(re.findall(rf"{LETTERS}(?:-{LETTERS})*", text.casefold()))

    def one(match: re.Match[str]) -> str:
        left, right = match[1].casefold(), match[2].casefold()
        hyphened = f"{left}-{right}" in words or PREFIX.fullmatch(left) or (left in words and right in words)
        return f"{match[1]}{'-' if hyphened and left + right not in words else SOFT}{match[2]}"

    return JOINED.sub(one, text).replace(BROKEN, "-")
