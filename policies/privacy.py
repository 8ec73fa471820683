"""Finds personal and bank data on its way to a model or a log: only what a checksum or a sure form confirms."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from functools import cache
from typing import Any

from stdnum import get_cc_module, iban, luhn
from stdnum.exceptions import ValidationError

# Each repetition has an end, so that a text takes as long as it is: what is longer is no address and no number.
EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]++(?:\.[\w-]++)+")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{2,4}){3,8}\b")
CARD = re.compile(r"\b[2-6]\d(?:[ -]?\d){12,14}\b")
PHONE = re.compile(r"(?<![\w/-])(?<!\d )(?:\+|00)\d{1,3}[ ./()-]{0,2}(?:\d[ ./()-]{0,2}){6,12}\d(?!\w)")
TAX = re.compile(r"\b(?P<country>[A-Z]{2,3})[- ]?(?=[A-Z0-9. -]{0,40}\d{2})[A-Z0-9](?:[. -]?[A-Z0-9]){6,13}\b")
TAX_COUNTRIES = frozenset(
    {"AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "EL", "ES", "FI", "FR", "GB", "HR", "HU", "IE", "IT"}
    | {"LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"}
)
CARD_DIGITS = range(14, 17)


def _card(text: str) -> bool:
    digits = re.sub(r"\D", "", text)
    return len(digits) in CARD_DIGITS and luhn.is_valid(digits) and len(set(digits)) > 1


def _tax_number(text: str) -> bool:
    country = text[: 3 if text.startswith("CHE") else 2]
    if country not in TAX_COUNTRIES:
        return False
    module = _vat({"CHE": "ch", "EL": "gr"}.get(country, country.lower()))
    try:
        return bool(module and module.validate(text))
    except ValidationError:
        return False


@cache
def _vat(country: str) -> Any:
    return get_cc_module(country, "vat")


Kinds = tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...]
KINDS: Kinds = (
    ("email", EMAIL, lambda _: True),
    ("bank account", IBAN, iban.is_valid),
    ("card number", CARD, _card),
    ("phone number", PHONE, lambda _: True),
)
# People say a customer's tax number so that it is recorded: it is kept from models and logs, not from the turn.
EVERY: Kinds = (*KINDS, ("tax number", TAX, _tax_number))


def spans(text: str) -> list[tuple[int, int, str]]:
    """(start, end, kind) of all such data in the text, from left to right, without overlap."""
    found: list[tuple[int, int, str]] = []
    for kind, pattern, confirmed in EVERY:
        for match in pattern.finditer(text):
            free = all(match.end() <= start or end <= match.start() for start, end, _ in found)
            if free and confirmed(match.group()):
                found.append((match.start(), match.end(), kind))
    return sorted(found)


def mask(text: str, kinds: Kinds = KINDS) -> tuple[str, tuple[str, ...]]:
    """The text with such data replaced by its kind in brackets, and the kinds that were replaced."""
    masked: list[str] = []
    for kind, pattern, confirmed in kinds:

        def replace(match: re.Match[str], kind: str = kind, confirmed: Callable[[str], bool] = confirmed) -> str:
            if not confirmed(match.group()):
                return match.group()
            masked.append(kind)
            return f"[{kind}]"

        text = pattern.sub(replace, text)
    return text, tuple(dict.fromkeys(masked))


class MaskingFormatter(logging.Formatter):
    """Log lines, with what an exception says and where it stood, without such data."""

    def format(self, record: logging.LogRecord) -> str:
        """The line as it may be written."""
        return mask(super().format(record), EVERY)[0]
