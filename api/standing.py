"""Where a document stands, as JSON and as a page shows it: what it amends, what changed, what its master agreement
gives, and what holds on a day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.canonical import plain
from domain.errors import InvalidInput
from sow.held import Change, Difference, Held, Said
from sow.linking import Standing
from sow.wording import label, shown


@dataclass(frozen=True)
class Line:
    """One change as a row of a table; `why` says what a person has to settle."""

    term: str
    before: str
    after: str
    since: str
    document: str
    name: str
    clauses: str
    quote: str
    page: int | None
    why: str


@dataclass(frozen=True)
class Stated:
    """A value as one document states it, with where."""

    value: str
    document: str
    clause: str
    page: int | None
    quote: str


@dataclass(frozen=True)
class Beside:
    """A term of which a document and its master agreement say different things; `why` says what is to be settled."""

    term: str
    mine: tuple[Stated, ...]
    theirs: tuple[Stated, ...]
    why: str
    said: tuple[Said, ...]


def day(text: str, today: date) -> date:
    """The day that is asked for; today when none is. Raises InvalidInput."""
    try:
        return date.fromisoformat(text) if text else today
    except ValueError as error:
        raise InvalidInput("Write the day as YYYY-MM-DD.") from error


def as_json(found: Standing) -> dict[str, Any]:
    """The answer of `GET /v1/documents/{id}/in-force`."""
    held = found.in_force
    return {
        "document": found.document,
        "on": held.on.isoformat(),
        "root": held.root,
        "amends": plain(found.link),
        "documents": [{"id": row.id, "name": row.name} for row in found.members],
        "terms": [_term(one) for one in held.held],
        "changes": [plain(change) for change in held.changes],
        "pending": [{"document": id_, "name": name, "since": since} for id_, name, since in held.pending],
        "master": _master(found),
    }


def _master(found: Standing) -> dict[str, Any] | None:
    """What the document is under; `taken` are among its terms only where a person confirmed the link."""
    if found.master is None:
        return None
    under = found.in_force.under
    return {
        "link": plain(found.master),
        "documents": [{"id": row.id, "name": row.name} for row in found.above],
        "confirmed": under is not None and under.confirmed,
        "taken": [_term(one) for one in under.taken] if under else [],
        "differences": [_difference(one) for one in under.differences] if under else [],
        "note": under.note if under else "",
    }


def _difference(one: Difference) -> dict[str, Any]:
    return {
        "field": one.field,
        "document": [_term(held) for held in one.mine],
        "master": [_term(held) for held in one.theirs],
        "why": one.why,
        "said": plain(one.said),
    }


def _term(held: Held) -> dict[str, Any]:
    term, change = held.term, held.change
    return {
        "field": term.field,
        "value": plain(term.value),
        "status": term.status.value,
        "document": held.place,
        "master": held.master,
        "clause": held.clause,
        "since": change.since if change else "",
        "why": held.open,
        "alternatives": plain(term.alternatives),
        "evidence": plain(term.evidence),
    }


def names(found: Standing) -> dict[str, str]:
    """Documents by id, as far as a page names them."""
    fits = (fit for link in (found.link, found.master) if link for fit in link.fits)
    return {fit.document: fit.name for fit in fits} | {row.id: row.name for row in (*found.above, *found.members)}


def lines(changes: Sequence[Change], currency: str) -> list[Line]:
    """The changes as rows of a table, values in words."""
    return [_line(change, currency) for change in changes]


def _line(change: Change, currency: str) -> Line:
    quote = change.evidence[0] if change.evidence else None
    clause = f"clause {change.by}" if change.by else ""
    return Line(
        label(change.field),
        _said(change.field, change.before, currency),
        _said(change.field, change.after, currency) if change.after is not None or not change.why else "to be settled",
        change.since,
        change.document,
        change.name,
        f"{clause}, on clause {change.clause}" if clause and change.clause else clause,
        " ".join(quote.quote.split()) if quote else "",
        quote.page if quote else None,
        change.why,
    )


def _said(field: str, value: Any, currency: str) -> str:
    return "not stated" if value is None else shown(field, value, currency)


def beside(differences: Sequence[Difference], currency: str) -> list[Beside]:
    """The differences between a document and its master agreement, values in words, side by side."""
    return [
        Beside(label(one.field), _all_stated(one.mine, currency), _all_stated(one.theirs, currency), one.why, one.said)
        for one in differences
    ]


def _all_stated(held: Sequence[Held], currency: str) -> tuple[Stated, ...]:
    return tuple(_stated(one, currency) for one in held)


def _stated(held: Held, currency: str) -> Stated:
    quote = held.term.evidence[0] if held.term.evidence else None
    return Stated(
        _said(held.term.field, held.term.value, currency),
        held.place,
        held.clause,
        quote.page if quote else None,
        " ".join(quote.quote.split()) if quote else "",
    )
