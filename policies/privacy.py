"""Masks personal and bank data in what goes to a model: only what a checksum or an unmistakable form confirms."""

from __future__ import annotations

import re
from collections.abc import Callable

from stdnum import iban, luhn

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}\b")
CARD = re.compile(r"\b[2-6]\d(?:[ -]?\d){12,14}\b")
PHONE = re.compile(r"(?<![\w/-])(?<!\d )(?:\+|00)\d{1,3}[ ./()-]{0,2}(?:\d[ ./()-]{0,2}){6,12}\d(?!\w)")
CARD_DIGITS = range(14, 17)


def _card(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    return len(digits) in CARD_DIGITS and luhn.is_valid(digits) and len(set(digits)) > 1


KINDS: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = (
    ("email", EMAIL, lambda _: True),
    ("bank account", IBAN, iban.is_valid),
    ("card number", CARD, _card),
    ("phone number", PHONE, lambda _: True),
)


def mask(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with such data replaced by its kind in brackets, and the kinds that were replaced."""
    kinds: list[str] = []
    for kind, pattern, confirmed in KINDS:

        def replace(match: re.Match[str], kind: str = kind, confirmed: Callable[[str], bool] = confirmed) -> str:
            if not confirmed(match.group()):
                return match.group()
            kinds.append(kind)
            return f"[{kind}]"

        text = pattern.sub(replace, text)
    return text, tuple(dict.fromkeys(kinds))
