"""Amounts, days, times and flags as spreadsheets write them once somebody opened a file and saved it again.

What can be read in one way only is taken; what may be two things is refused with both, so that nobody's thousands
become units and no third of April the fourth of March.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation

GAP = "[ \u00a0\u2009\u202f'\u2019]"  # the blanks that part thousands, and Switzerland's apostrophes
WRITTEN = (
    re.compile(rf"(?P<whole>\d{{1,3}}(?:{GAP}\d{{3}})+)(?:[.,](?P<cents>\d{{1,2}}))?", re.ASCII),
    re.compile(r"(?P<whole>\d+|\d{1,3}(?:\.\d{3})+),(?P<cents>\d{1,2})", re.ASCII),
    re.compile(r"(?P<whole>\d{1,3}(?:,\d{3})+)\.(?P<cents>\d{1,2})", re.ASCII),
    re.compile(r"(?P<whole>\d{1,3}(?:\.\d{3}){2,}|\d{1,3}(?:,\d{3}){2,})(?P<cents>)", re.ASCII),
)
EITHER = re.compile(r"(?P<whole>[1-9]\d{0,2})[.,](?P<rest>\d{3})", re.ASCII)
LARGEST = 15  # digits before the point: no order is that large
ISO = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?:[T ]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
DOTTED = re.compile(r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})", re.ASCII)
MONTHS = 12
SLASHED = re.compile(r"(?P<one>\d{1,2})/(?P<two>\d{1,2})/(?P<year>\d{4})", re.ASCII)
TIMED = re.compile(r"(?P<day>\S+)[T ]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?", re.ASCII)
FLAGS = {
    **dict.fromkeys(("true", "yes", "y", "1", "wahr", "ja", "vrai", "oui"), True),
    **dict.fromkeys(("false", "no", "n", "0", "falsch", "nein", "faux", "non"), False),
}


def amount(name: str, text: str) -> str:
    """A number that is not negative. Raises ValueError."""
    if either := EITHER.fullmatch(text):
        whole, rest = either["whole"], either["rest"]
        raise ValueError(
            f"{name} {text} may be {whole}{rest} or {whole} and a bit: write {whole}{rest}.00 or {whole}.00."
        )
    found = next((match for pattern in WRITTEN if (match := pattern.fullmatch(text))), None)
    if found:
        whole = re.sub(r"\D", "", found["whole"])
        text = f"{whole}.{found['cents']}" if found["cents"] else whole
    try:
        number = Decimal(text)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or number < 0 or abs(number.adjusted()) > LARGEST:
        raise ValueError(f"{name} must be a plain number such as 12000.00.")
    return format(number, "f")


def day(name: str, text: str) -> str:
    """A day in ISO 8601. Raises ValueError."""
    try:
        return _day(name, text).isoformat()
    except _NoDay:
        raise ValueError(f"{name} must be a date such as 2026-09-01.") from None


def moment(name: str, text: str) -> datetime:
    """A day and a time, UTC where no zone is said; midnight where only a day is. Raises ValueError."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = _moment(name, text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def flag(name: str, text: str) -> bool:
    """Yes or no. Raises ValueError."""
    if text.casefold() not in FLAGS:
        raise ValueError(f"{name} must be true or false.")
    return FLAGS[text.casefold()]


class _NoDay(ValueError):
    pass


def _moment(name: str, text: str) -> datetime:
    timed = TIMED.fullmatch(text)
    try:
        on = _day(name, timed["day"] if timed else text)
        at = time(int(timed["hour"]), int(timed["minute"]), int(timed["second"] or 0)) if timed else time()
    except _NoDay:
        raise ValueError(f"{name} must be a date and time in ISO 8601, such as 2026-09-01T08:00:00Z.") from None
    return datetime.combine(on, at)


def _day(name: str, text: str) -> date:
    if slashed := SLASHED.fullmatch(text):
        return _slashed(name, text, int(slashed["one"]), int(slashed["two"]), int(slashed["year"]))
    found = ISO.fullmatch(text) or DOTTED.fullmatch(text)
    if found is None:
        raise _NoDay
    return _made(int(found["year"]), int(found["month"]), int(found["day"]))


def _slashed(name: str, text: str, one: int, two: int, year: int) -> date:
    """Britain writes the day first, the United States the month: only a number above 12 tells."""
    if max(one, two) > MONTHS or one == two:
        return _made(year, min(one, two), max(one, two))
    first, second = _made(year, two, one), _made(year, one, two)
    raise ValueError(f"{name} {text} may be {first} or {second}: write the one that is meant.")


def _made(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise _NoDay from None
