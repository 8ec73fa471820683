"""Months as people say them: "last month", "July", "jul 26", "2026-07", "07/2026"."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import date

from rapidfuzz.distance import OSA

NAMES = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_NAME = (
    r"(?P<n>jan(?:uary)?|feb(?:r?uary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|"
    r"oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
WORD = re.compile(r"\b[A-Za-z]{5,10}\b")
LONG = 5
NO_MONTHS = frozenset({"match", "marsh", "matrix", "member", "number", "remember", "embers"})
PATTERNS = (
    re.compile(r"\b(?P<y>20\d{2})[-/](?P<m>0[1-9]|1[0-2])\b(?!-?\d)"),
    re.compile(r"\b(?P<m>0?[1-9]|1[0-2])[/.](?P<y>20\d{2})\b"),
    re.compile(rf"\b{_NAME}\.?,?\s+(?:of\s+)?(?P<y>20\d{{2}}|['\u2019]?\d{{2}})\b", re.IGNORECASE),
    re.compile(rf"\b{_NAME}\b", re.IGNORECASE),
)
MAY_IS_MEANT = re.compile(
    r"\b(in|for|of|during|since|until|about|this|last|next|and)\s+may\b|^\s*may\b\s*\?*$|\bMay\b(?!\s+(?:[iI]|we|you|it|they|one)\b)"
)
DATED = (
    re.compile(
        rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th|\.)?\s+(?:of\s+)?{_NAME}\b\.?(?:,?\s+(?P<y>20\d{{2}}))?", re.IGNORECASE
    ),
    re.compile(
        rf"\b{_NAME}\s+(?P<d>\d{{1,2}})(?:(?:st|nd|rd|th)\b(?:,?\s+(?P<y>20\d{{2}}))?|,\s+(?P<y2>20\d{{2}}))",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?P<d>\d{1,2})[./](?P<m>\d{1,2})[./](?P<y>20\d{2})\b"),
    re.compile(r"\b(?P<y>20\d{2})-(?P<m>\d{2})-(?P<d>\d{2})\b"),
)
RELATIVE = (
    (re.compile(r"\b(month before last|two months ago)\b", re.IGNORECASE), -2),
    (
        re.compile(
            r"\b(?:last|previous|prior|past)\s+(?:month|mth|period)\b|\ba month ago\b|\blst month\b|\blast mont\b",
            re.IGNORECASE,
        ),
        -1,
    ),
    (re.compile(r"\b(this|current)\s+(month|period)\b", re.IGNORECASE), 0),
    (re.compile(r"\bnext\s+(month|period)\b", re.IGNORECASE), 1),
)


def months(text: str, today: date) -> list[tuple[str, str]]:
    """(the person's words, "YYYY-MM") of each month in the text; a name alone is the latest such month until now."""
    text = WORD.sub(_spelt, text)
    found: list[tuple[str, str]] = []
    for pattern, offset in RELATIVE:
        if match := pattern.search(text):
            found.append((match.group(), _shifted(today, offset)))
    rest = text
    for pattern in PATTERNS:
        for match in pattern.finditer(rest):
            if match.group().lower() == "may" and not MAY_IS_MEANT.search(text):
                continue
            found.append((match.group(), _month(match, today)))
        rest = pattern.sub(" ; ", rest)
    return found


def dated(text: str, today: date) -> tuple[str, date] | None:
    """(the person's words, the day) of the first calendar day in the text; without a year, the latest one until now."""
    for pattern in DATED:
        for match in pattern.finditer(text):
            parts = match.groupdict()
            year = parts.get("y") or parts.get("y2")
            month = _month(match, today)
            with suppress(ValueError):  # the 31st of February is none
                return match.group(), date(int(year or month[:4]), int(month[5:]), int(parts["d"]))
    return None


def _spelt(match: re.Match[str]) -> str:
    """A month's name where the word is a slip away from one ("septmber")."""
    word = match.group().lower()
    if word in NO_MONTHS or word in NAMES:
        return match.group()
    return next((n for n in NAMES if len(n) >= LONG and OSA.distance(word, n) <= 1 + (len(n) > LONG)), match.group())


def _month(match: re.Match[str], today: date) -> str:
    parts = match.groupdict()
    month = (
        int(parts["m"])
        if parts.get("m")
        else 1 + next(i for i, n in enumerate(NAMES) if n.startswith(parts["n"].lower()[:3]))
    )
    if year := parts.get("y"):
        return f"{2000 + int(year[-2:])}-{month:02d}"
    return f"{today.year if month <= today.month else today.year - 1}-{month:02d}"


def _shifted(today: date, offset: int) -> str:
    index = today.year * 12 + today.month - 1 + offset
    return f"{index // 12}-{index % 12 + 1:02d}"
