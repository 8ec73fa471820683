"""How the patterns of finders are written: a space is any white space, and what many of them hold has a name."""

from __future__ import annotations

import re
from functools import cache

from sow.normal import AMOUNT, COUNT, CURRENCY, DATE, MONTH, NUMBER_WORD, PERCENT

MACROS = {
    "AMOUNT": AMOUNT,
    "COUNT": COUNT,
    "CURRENCY": CURRENCY,
    "DATE": DATE,
    "MONTH": MONTH,
    "PERCENT": PERCENT,
    "WORD": NUMBER_WORD,
    "DAYS": r"(?:(?:calendar |business |working |banking )?days?'?\b)",
    # one character of the same sentence, across line ends but not into the next list item or table row
    "SAME": r"(?:(?!\n\s*(?:\n|[-|*#(•]|(?:\d+|[a-z])[.)] ))[^.;])",
    # up to that many characters within a sentence: no full stop before a capital, no blank line
    "NEAR": r"(?:(?!\n\n|[.;] (?-i:[A-Z(\"]))[\s\S]){0,60}?",
    "FAR": r"(?:(?!\n\n|[.;] (?-i:[A-Z(\"]))[\s\S]){0,160}?",
}


@cache
def rule(pattern: str, *, exact_case: bool = False) -> re.Pattern[str]:
    """Compile a pattern in which a space is any white space and {NAME} one of MACROS."""
    for name, meaning in MACROS.items():
        pattern = pattern.replace("{" + name + "}", meaning)
    return re.compile(_any_space(pattern), 0 if exact_case else re.IGNORECASE)


def _any_space(pattern: str) -> str:
    r"""A literal space outside a character class becomes `\\s+`, one before a quantifier `\\s`."""
    parts: list[str] = []
    inside = False
    for index, character in enumerate(pattern):
        escaped = index > 0 and pattern[index - 1] == "\\"
        if character in "[]" and not escaped:
            inside = character == "["
        if character == " " and not inside:
            quantified = pattern[index + 1 : index + 2] in {"?", "*", "+", "{"}
            parts.append(r"\s" if quantified else r"\s+")
        else:
            parts.append(character)
    return "".join(parts)
