"""What a document is made of before it is drawn: parties, people, sections, and figures as documents write them."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from erp.demo.sows import DATA, Sow, customers

SIGNATORIES = {
    "UKI": ("Northlight Consulting Limited", "Eleanor Byrne", "Managing Director, UK & Ireland"),
    "DACH": ("Northlight Consulting GmbH", "Dr. Matthias Kern", "Geschäftsführer"),
}
ADDRESSES = {
    "UKI": "27 Fitzwilliam Row, Dublin D02 K861, Ireland",
    "DACH": "Speicherstraße 12, 60327 Frankfurt am Main, Germany",
}
COUNTRIES = {
    "GB": "United Kingdom",
    "IE": "Ireland",
    "DE": "Germany",
    "AT": "Austria",
    "CH": "Switzerland",
    "US": "United States of America",
}
ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen""".split()  # noqa: SIM905 - twenty quotation marks would not read better
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


@dataclass(frozen=True)
class Grid:
    """A table: `widths` are shares of the line, `right` the columns of figures, `total` marks the last row as a sum."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    right: tuple[int, ...] = ()
    total: bool = False


@dataclass(frozen=True)
class Bullets:
    """A list; `numbered` counts with letters."""

    items: tuple[str, ...]
    numbered: bool = False


Item = str | Grid | Bullets


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it: paragraphs become numbered clauses where a layout numbers them."""

    title: str
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Paper:
    """One statement of work with everything that a layout needs."""

    sow: Sow
    provider: str
    provider_address: str
    provider_signatory: tuple[str, str]
    client: str
    client_address: str
    client_signatory: tuple[str, str]
    contact: tuple[str, str]
    lead: tuple[str, str]
    background: tuple[str, ...]
    workstreams: tuple[tuple[str, str], ...]
    deliverables: tuple[tuple[str, str], ...]
    assumptions: tuple[str, ...]
    duties: tuple[str, ...]
    hours: tuple[int, ...] = field(default=())


def paper(sow: Sow) -> Paper:
    """The statement of work with its parties and its prose."""
    scope, customer = _scopes()[sow.key], customers()[sow.customer]
    provider, signatory, title = SIGNATORIES[sow.region]
    return Paper(
        sow=sow,
        provider=provider,
        provider_address=ADDRESSES[sow.region],
        provider_signatory=(signatory, title),
        client=customer["name"],
        client_address=f"{customer['street']}, {customer['postal_code']} {customer['city']}, {COUNTRIES[customer['country']]}",
        client_signatory=(scope["client"]["name"], scope["client"]["title"]),
        contact=(scope["contact"]["name"], scope["contact"]["title"]),
        lead=(scope["lead"]["name"], scope["lead"]["title"]),
        background=tuple(scope["background"]),
        workstreams=tuple((item["title"], item["text"]) for item in scope["workstreams"]),
        deliverables=tuple((item["name"], item["text"]) for item in scope["deliverables"]),
        assumptions=tuple(scope["assumptions"]),
        duties=tuple(scope["duties"]),
        hours=tuple(scope["hours"]),
    )


@cache
def _scopes() -> dict[str, Any]:
    return tomllib.loads((DATA / "scopes.toml").read_text("utf-8"))


def amount(value: Decimal | int, currency: str = "") -> str:
    """A figure as contracts write it: "EUR 420,000.00"."""
    return f"{currency} {value:,.2f}".strip()


def day(value: date) -> str:
    """A date as contracts write it: "3 June 2026"."""
    return f"{value.day} {value:%B %Y}"


def us_day(value: date) -> str:
    """A date as contracts in the United States write it: "June 3, 2026"."""
    return f"{value:%B} {value.day}, {value.year}"


def words(number: int) -> str:
    """A number below one million in English words."""
    if number < 20:  # noqa: PLR2004 - below it every number has its own word
        return ONES[number]
    if number < 100:  # noqa: PLR2004
        return TENS[number // 10] + (f"-{ONES[number % 10]}" if number % 10 else "")
    if number < 1000:  # noqa: PLR2004
        return f"{ONES[number // 100]} hundred" + (f" and {words(number % 100)}" if number % 100 else "")
    rest = number % 1000
    joint = " and " if 0 < rest < 100 else " "  # noqa: PLR2004
    return f"{words(number // 1000)} thousand" + (f"{joint}{words(rest)}" if rest else "")


def both(number: int) -> str:
    """A number as lawyers write it: "thirty (30)"."""
    return f"{words(number)} ({number})"
