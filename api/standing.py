"""Where a document stands, as JSON and as a page shows it: what it amends, what changed, and what holds on a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.canonical import plain
from domain.errors import InvalidInput
from sow.inforce import Change, Held
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
    }


def _term(held: Held) -> dict[str, Any]:
    term, change = held.term, held.change
    return {
        "field": term.field,
        "value": plain(term.value),
        "status": term.status.value,
        "document": change.document if change else term.document,
        "clause": held.clause,
        "since": change.since if change else "",
        "why": change.why if change else "",
        "alternatives": plain(term.alternatives),
        "evidence": plain(term.evidence),
    }


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
