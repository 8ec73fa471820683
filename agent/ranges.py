"""Spans of days as people say them: "Q3", "last quarter", "since July", "between May and August", "last 3 months"."""

from __future__ import annotations

import re
from datetime import date, timedelta

from agent.months import dated, months

COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "twelve": 12, "couple of": 2, "few": 3}
ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_YEAR = r"(?P<y>20\d{2}|['\u2019]\d{2})"
_LAST = r"(?:last|previous|prior|past)"
QUARTER = re.compile(
    rf"\b(?:(?P<y0>20\d{{2}})[ -]?)?q(?:uarter )?\s?(?P<q>[1-4])\b(?:[ /,-]*(?:of )?{_YEAR})?", re.IGNORECASE
)
QUARTER_WORD = re.compile(
    rf"\b(?P<o>{'|'.join(ORDINALS)}) (?:quarter|qtr)\b"
    rf"(?:,? (?:of )?(?:{_YEAR}|(?P<this>this year)|(?P<last>last year)))?",
    re.IGNORECASE,
)
HALF = re.compile(rf"\b(?:h(?P<h>[12])|(?P<o>first|second) half)\b(?:,? (?:of )?{_YEAR})?", re.IGNORECASE)
RELATIVE = re.compile(rf"\b(?P<w>{_LAST}|this|current) (?P<u>quarter|qtr|year|week)\b", re.IGNORECASE)
TO_DATE = re.compile(r"\b(?:ytd|year to date|so far this year)\b", re.IGNORECASE)
UNIT_TO_DATE = re.compile(
    r"\b(?:(?P<m>mtd|month to date|so far this month|this month so far)|qtd|quarter to date|so far this quarter)\b",
    re.IGNORECASE,
)
COUNTED = re.compile(
    rf"\b{_LAST} (?P<n>\d{{1,3}}|{'|'.join(COUNTS)}) (?P<u>days?|weeks?|months?|quarters?)\b", re.IGNORECASE
)
DAY = re.compile(r"(?<!as of )\b(?P<w>today|yesterday)\b", re.IGNORECASE)
COMPARED = re.compile(r"\b(?:compared|versus|vs|against)\b", re.IGNORECASE)
BETWEEN = re.compile(
    r"\b(?:between|from) (?P<a>.{3,20}?) (?:and|to|until|till|through|up to|-) (?P<b>.{3,20}?)"
    r"(?=[?.!,;]|$| for\b| by\b| at\b| on\b| in\b)",
    re.IGNORECASE,
)
JOINED = re.compile(
    r"\b(?P<a>[a-z]{3,9}\.?(?: 20\d{2})?)\s*(?:to|-|\u2013|until|through|and|&)\s*(?P<b>[a-z]{3,9}\.?(?: 20\d{2})?)\b",
    re.IGNORECASE,
)
_START = r"(?:(?:the )?(?:very )?(?:beginning|start) of (?:the |this )?(?=(?:year|quarter|month|week)\b))"
SINCE = re.compile(
    rf"\b(?:since|from(?= (?:the )?(?:beginning|start) of)|starting(?: from| in| with)?|after)\s+{_START}?"
    r"(?P<a>[\w'\u2019 -]{3,24})",
    re.IGNORECASE,
)
UNIT = re.compile(r"(?:year|quarter|month|week)\b", re.IGNORECASE)
UNTIL = re.compile(
    r"\b(?:until|till|up to|before|by|through)\s+(?:the )?(?:end of )?(?P<a>[\w'\u2019 -]{3,24})", re.IGNORECASE
)
YEAR = re.compile(r"\b(?:in|for|during|of|year)\s+(?P<y>20\d{2})\b(?!-)", re.IGNORECASE)

Range = tuple[str, date | None, date | None]  # the person's words, the first and the last day


def ranges(text: str, today: date) -> tuple[list[Range], str]:
    """The first span that the text names, of a comparison two, and the text without its words.

    A quarter is of the calendar year.
    """
    spans: list[Range] = []
    while len(spans) < 1 + (COMPARED.search(text) is not None) and (found := _first(text, today)):
        spans.append(found)
        text = text.replace(found[0], " ; ", 1)
    return spans, text


def _first(text: str, today: date) -> Range | None:
    for read in (_between, _quarter, _half, _relative, _counted, _joined, _open_ended, _day, _year):
        if found := read(text, today):
            return found
    return None


def _between(text: str, today: date) -> Range | None:
    match = BETWEEN.search(text)
    if not match:
        return None
    first, last = _moment(match["a"], today), _moment(match["b"], today)
    if first and last and last[0] < first[0]:  # "from november to january"
        first = (_years(first[0], -1), _years(first[1], -1))
    return (match.group(), first[0], last[1]) if first and last else None


def _joined(text: str, today: date) -> Range | None:
    """Two months beside each other: "july and august", "jul-sep"."""
    for match in JOINED.finditer(text):
        first, last = _moment(match["a"], today), _moment(match["b"], today)
        if first and last and first[0] < last[0]:
            return match.group(), first[0], last[1]
    return None


def _quarter(text: str, today: date) -> Range | None:
    if match := QUARTER.search(text):
        return (match.group(), *_quarter_of(int(match["q"]), _year_of(match["y0"] or match["y"]), today))
    if match := QUARTER_WORD.search(text):
        year = today.year if match["this"] else today.year - 1 if match["last"] else _year_of(match["y"])
        return (match.group(), *_quarter_of(ORDINALS[match["o"].lower()], year, today))
    return None


def _quarter_of(number: int, year: int | None, today: date) -> tuple[date, date]:
    """A quarter without a year is the latest that has begun."""
    year = year or (today.year if date(today.year, 3 * number - 2, 1) <= today else today.year - 1)
    return date(year, 3 * number - 2, 1), _month_end(year, 3 * number)


def _half(text: str, today: date) -> Range | None:
    match = HALF.search(text)
    if not match:
        return None
    half = int(match["h"]) if match["h"] else 1 + (match["o"].lower() == "second")
    year = _year_of(match["y"]) or (today.year if (half == 1 or today.month > 6) else today.year - 1)  # noqa: PLR2004
    return match.group(), date(year, 6 * half - 5, 1), _month_end(year, 6 * half)


def _relative(text: str, today: date) -> Range | None:
    if match := TO_DATE.search(text):
        return match.group(), date(today.year, 1, 1), today
    if match := UNIT_TO_DATE.search(text):
        month = today.month if match["m"] else today.month - (today.month - 1) % 3
        return match.group(), date(today.year, month, 1), today
    match = RELATIVE.search(text)
    if not match:
        return None
    back = match["w"].lower() not in ("this", "current")
    unit = match["u"].lower()
    if unit == "year":
        return match.group(), date(today.year - back, 1, 1), date(today.year - back, 12, 31)
    if unit == "week":
        monday = today - timedelta(days=today.weekday() + 7 * back)
        return match.group(), monday, monday + timedelta(days=6)
    number = (today.month - 1) // 3 + 1 - back
    return (match.group(), *_quarter_of(number or 4, today.year if number else today.year - 1, today))


def _counted(text: str, today: date) -> Range | None:
    """Whole months before this one, or days up to today."""
    match = COUNTED.search(text)
    if not match:
        return None
    count = int(match["n"]) if match["n"].isdigit() else COUNTS[match["n"].lower()]
    unit = match["u"].lower().rstrip("s")
    if unit in ("day", "week"):
        return match.group(), today - timedelta(days=count * (7 if unit == "week" else 1)), today
    start = today.year * 12 + today.month - 1 - count * (3 if unit == "quarter" else 1)
    end = date(today.year, today.month, 1) - timedelta(days=1)
    return match.group(), date(start // 12, start % 12 + 1, 1), end


def _open_ended(text: str, today: date) -> Range | None:
    for pattern, until in ((SINCE, False), (UNTIL, True)):
        for match in pattern.finditer(text):
            words = f"this {match['a']}" if not until and UNIT.match(match["a"]) else match["a"]
            found = _moment(words, today, start_only=True)
            if found and until:
                before = match.group().lower().startswith("before")
                return match.group(), None, found[0] - timedelta(days=1) if before else found[1]
            if found:
                after = match.group().lower().startswith("after")
                return match.group(), found[1] + timedelta(days=1) if after else found[0], None
    return None


def _day(text: str, today: date) -> Range | None:
    match = DAY.search(text)
    if not match:
        found = dated(text, today)
        return (found[0], found[1], found[1]) if found else None
    day = today - timedelta(days=match["w"].lower() == "yesterday")
    return match.group(), day, day


def _year(text: str, _today: date) -> Range | None:
    match = YEAR.search(text)
    return (match.group(), date(int(match["y"]), 1, 1), date(int(match["y"]), 12, 31)) if match else None


def _moment(words: str, today: date, *, start_only: bool = False) -> tuple[date, date] | None:
    """The first and last day of a day, month, quarter or year that the words begin with or are."""
    words = words.strip()
    if found := dated(words, today):
        return found[1], found[1]
    quarter = _quarter(words, today) or _relative(words, today) or _day(words, today)
    if quarter and quarter[1] and quarter[2] and words.startswith(quarter[0]):
        return quarter[1], quarter[2]
    if found := months(words, today):
        said, month = found[0]
        if start_only and not words.lower().startswith(said.lower()[:3]):
            return None
        year, number = int(month[:4]), int(month[5:])
        return date(year, number, 1), _month_end(year, number)
    if re.fullmatch(r"20\d{2}", words):
        return date(int(words), 1, 1), date(int(words), 12, 31)
    return None


def _year_of(said: str | None) -> int | None:
    return 2000 + int(said[-2:]) if said else None


def _years(day: date, by: int) -> date:
    return date(day.year + by, day.month, min(day.day, 28) if day.month == 2 else day.day)  # noqa: PLR2004 - February


def _month_end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
