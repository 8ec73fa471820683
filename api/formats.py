"""How values look on a page: money with tabular figures, dates that read the same in every country, plain words.

Where a script runs, `moments.js` writes dates and numbers in the reader's own locale.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from jinja2 import Environment, pass_environment
from jinja2.filters import make_attrgetter
from markupsafe import Markup

from domain.money import Money
from domain.unknown import Unknown

DASH = "\N{EN DASH}"
DATE = re.compile(r"[12]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
DIGEST = re.compile(r"\b[0-9a-f]{40,}\b")
NUMBER = re.compile(r"-?\d{1,12}(?:\.\d+)?")
EMPTY: tuple[Any, ...] = (None, "", [], {})
SHOWN = 12  # characters of a digest
PLACES = 2
VENDORS = {"tryton": "Tryton", "odoo": "Odoo"}
UPPER = {"po": "PO", "sow": "SOW", "erp": "ERP", "id": "ID", "vat": "VAT", "psa": "PSA", "pdf": "PDF", "docx": "DOCX"}


def money(value: object, *, places: bool = True) -> Markup | str:
    """Money as an amount with its currency set small, from Money or {"amount", "currency"}; a dash for nothing."""
    found = as_money(value)
    if found is None:
        return DASH
    rounded = found.rounded.amount if places else found.amount.quantize(Decimal(1))
    return _amount(found.currency, rounded)


def price(value: object) -> Markup | str:
    """An amount per unit with all its decimals, two at least: 112.5 is "112.50", 93.7525 stays."""
    found = as_money(value)
    if found is None:
        return DASH
    exact = found.amount.normalize()
    shown = exact if -int(exact.as_tuple().exponent) > PLACES else found.amount.quantize(Decimal("0.01"))
    return _amount(found.currency, shown)


def _amount(currency: str, shown: Decimal) -> Markup:
    return Markup('<span class="money"><span class="currency">{}</span> {}</span>').format(currency, figure(shown))


def system(name: str) -> str:
    """A system as people call it; the name that a firm gave it where it is none of the vendors'."""
    return VENDORS.get(name, name)


def figure(shown: Decimal) -> Markup:
    """A number with thousands parted by commas; a script may write it as the reader's language does."""
    return Markup('<data value="{}">{}</data>').format(f"{shown:f}", f"{shown:,f}")


def whole(value: Money) -> Markup:
    """An amount without its currency and cents, for a column that names the currency."""
    return figure(value.amount.quantize(Decimal(1)))


def as_money(value: object) -> Money | None:
    """Money from its record or its JSON form, None for anything else."""
    if isinstance(value, Money):
        return value
    if isinstance(value, Mapping) and set(value) == {"amount", "currency"}:
        try:
            return Money(Decimal(str(value["amount"])), str(value["currency"]))
        except InvalidOperation:
            return None
    return None


def day(value: object) -> Markup | str:
    """A date as "23 Nov 2026", from a date or an ISO 8601 string; a script may write it in the reader's own way."""
    if isinstance(value, str):
        value = date.fromisoformat(value[:10])
    if not isinstance(value, date):
        return DASH
    return Markup('<time datetime="{}" data-day>{} {}</time>').format(
        value.strftime("%Y-%m-%d"), value.day, f"{value:%b %Y}"
    )


def month(value: str) -> str:
    """A month "2026-10" as "October 2026"."""
    return f"{date.fromisoformat(value + '-01'):%B %Y}"


def moment(value: object) -> Markup | str:
    """A moment as "23 Nov 2026, 14:05 UTC"; a script may put it into the reader's own zone."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        return DASH
    return Markup('<time datetime="{}" data-moment>{} {}, {} UTC</time>').format(
        value.isoformat(timespec="seconds"), value.day, f"{value:%b %Y}", f"{value:%H:%M}"
    )


def words(value: object) -> str:
    """A name of the program's as words: "payment_terms_days" is "Payment terms days", "po_number" is "PO number"."""
    text = " ".join(UPPER.get(part.lower(), part) for part in str(value).replace("_", " ").replace(".", " ").split())
    return text[:1].upper() + text[1:]


def value(content: Any) -> Markup | str:
    """Any JSON value as a person reads it."""
    match content:
        case None | "":
            return Markup('<span class="none">not set</span>')
        case Unknown():
            return Markup('<span class="unknown">cannot determine: {}</span>').format(content.reason)
        case bool():
            return "yes" if content else "no"
        case Mapping() if as_money(content) is not None:
            return money(content)
        case Mapping():
            return Markup("<br>").join(_pair(str(k), v) for k, v in content.items() if v not in (None, "", []))
        case list() | tuple():
            return _listed(list(content))
        case str() if DATE.fullmatch(content):
            return _date(content)
        case _:
            return str(content)


def cell(content: Any, *, numeric: bool = False) -> Markup | str:
    """A value in a table's cell: nothing is a dash, and in a column of figures thousands are parted."""
    if content in (None, ""):
        return DASH
    plain = numeric and not isinstance(content, bool) and NUMBER.fullmatch(str(content))
    return figure(Decimal(str(content))) if plain else value(content)


def _date(content: str) -> Markup | str:
    try:
        return day(content)
    except ValueError:  # such as 2026-02-31
        return content


def _pair(key: str, content: Any) -> Markup:
    return Markup('<span class="key">{}</span> {}').format(words(key), value(content))


def _listed(items: list[Any]) -> Markup | str:
    if len(items) > 6 and not any(isinstance(item, Mapping) for item in items):  # noqa: PLR2004 - a line's worth
        return f"{len(items)} records"
    return Markup("<br>").join(value(item) for item in items) if items else value(None)


def reported(content: Mapping[str, Any]) -> Markup:
    """What a report of another system says, in one line: its status first, then its amount, then all else by name."""
    cells = {name: one for name, one in content.items() if one not in EMPTY and name != "document"}
    amount = cells.pop("amount", None)
    currency = cells.pop("currency", None) if amount is not None else None
    said = [str(cells.pop("status")).replace("_", " ")] if "status" in cells else []
    if amount is not None:
        said.append(money({"amount": amount, "currency": currency}) if currency else value(amount))
    said += [_flag(name, holds=one) if isinstance(one, bool) else _cell(name, one) for name, one in cells.items()]
    return Markup(", ").join(said or [DASH])


def _flag(name: str, *, holds: bool) -> str:
    return f"{'' if holds else 'not '}{name.replace('_', ' ')}"


def _cell(name: str, content: Any) -> Markup:
    return Markup("{} {}").format(name.replace("_", " "), value(content))


def line(content: Any, *, short: bool = True) -> str:
    """Any JSON value on one line: lists with commas, mappings as "key value", digests (if `short`) by their start."""
    match content:
        case None:
            return DASH
        case bool():
            return "yes" if content else "no"
        case Mapping():
            return ", ".join(f"{words(k).lower()} {line(v, short=short)}" for k, v in content.items() if v not in EMPTY)
        case list() | tuple():
            return ", ".join(line(item, short=short) for item in content)
        case str() if short:
            return DIGEST.sub(lambda found: f"{found[0][:SHOWN]}…", content)
        case _:
            return str(content)


@pass_environment
def once(environment: Environment, items: Iterable[Any], *names: str) -> list[Any]:
    """The items without those that repeat an earlier one in all of the named attributes (or keys, or "0.page")."""
    getters = [make_attrgetter(environment, name) for name in names]
    kept: dict[tuple[str, ...], Any] = {}
    for item in items:
        kept.setdefault(tuple(str(getter(item)) for getter in getters), item)
    return list(kept.values())


def sortkey(content: Any) -> str:
    """What a value is ordered by where that is not what it is shown as: an amount's number; else nothing."""
    found = as_money(content)
    return f"{found.amount:f}" if found else content if isinstance(content, str) and DATE.fullmatch(content) else ""


def size(count: int) -> str:
    """Bytes as people say them."""
    return f"{count / 1_000_000:.1f} MB" if count >= 1_000_000 else f"{max(1, count // 1000)} KB"  # noqa: PLR2004


def counted(count: int, name: str) -> str:
    """A number of things: "1 page", "2 pages"."""
    return f"{count:,} {name}{'' if count == 1 else 's'}"
