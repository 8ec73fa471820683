"""Values that a clause states by a defined term: "within the Payment Period", "shall not exceed the Fee Cap"."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sow.definitions import definitions, used
from sow.normal import COUNT, DATE, count, day, money
from sow.rules import rule
from sow.view import Candidate, View

DAYS = rule(r"(?:a period of |the period of |within )?(?P<days>" + COUNT + r") ?{DAYS}")
MONEY = rule(r"(?:(?:an? |the )?(?:amount|sum|total|maximum)(?: amount)? of )?(?P<amount>{AMOUNT})")
DAY = rule(DATE)


def _days(text: str) -> int | None:
    match = DAYS.match(text)
    return count(match["days"]) if match else None


def _amount(text: str) -> str | None:
    match = MONEY.match(text)
    return money(match["amount"]) if match else None


def _date(text: str) -> str | None:
    match = DAY.match(text)
    return day(match[0]) if match else None


USES: tuple[tuple[str, str, Callable[[str], Any]], ...] = (
    (
        "not_to_exceed",
        r"\b(?:fees?|charges?|invoiced?|amounts?|compensation|charge)\b{SAME}{0,80}\b(?:exceed|in excess of|exceeding"
        r"|up to a maximum of) (?:an? aggregate of )?",
        _amount,
    ),
    (
        "total_value",
        r"\b(?:total (?:fees?|price|compensation|amount)|fees? for the (?:services|work|project))\b{SAME}{0,40}"
        r"\b(?:is|are|shall be|equals?|amounts? to) ",
        _amount,
    ),
    (
        "payment_terms_days",
        r"\b(?:pay|paid|payable|due)\b{SAME}{0,80}\b(?:within|by the end of|no later than the end of) ",
        _days,
    ),
    ("acceptance_days", r"\b(?:accept|reject|review)\w*\b{SAME}{0,80}\b(?:within|during|by the end of) ", _days),
    (
        "termination_convenience_days",
        r"\bterminat\w+\b{SAME}{0,60}\b(?:for convenience|without cause|for any reason)\b{SAME}{0,60}"
        r"\b(?:with|by giving|on|upon|observing) ",
        _days,
    ),
    ("end_date", r"\b(?:until|through|ends? on|expires? on|terminates? on) ", _date),
    ("effective_date", r"\b(?:commenc\w+|begin\w*|start\w*|effective) (?:on|as of|from) ", _date),
)
BEGINNING = rule(r"\beffective|\bcommenc|\bstart|\bagreement date|\bsigning")
CONFIDENCE = 0.84


def find(view: View) -> Iterator[Candidate]:
    """A candidate at the definition, which carries the value, and a weaker one where it is used."""
    known = list(definitions(view))
    for field, cue, read in USES:
        begins = field == "end_date"  # nothing ends on the day on which it begins
        values = {
            item.term.casefold(): item
            for item in known
            if read(item.meaning) is not None and not (begins and BEGINNING.search(item.term))
        }
        for match, item in used(view, values, cue):
            value = read(item.meaning)
            yield Candidate(field, value, item.start, item.end, CONFIDENCE)
            yield Candidate(field, value, match.start(), match.end(), CONFIDENCE - 0.04)
