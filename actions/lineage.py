"""One chain from an ERP record back to the sentence in the contract that it rests on, and forward again.

Everything in it is read from rows that others wrote when it happened; nothing here concludes anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from actions.quoting import WITHHELD, without_quotes
from domain.actions import Action
from domain.actor import Actor, through
from domain.errors import NotFound
from domain.source import Evidence
from domain.terms import TermStatus
from store import actions, audit, documents, lineage, people
from store.database import Connection
from store.documents import DocumentRow, TermRow

EVENTS = (
    "executing",
    "executed",
    "found",
    "retried",
    "verified",
    "diverged",
    "unknown",
    "failed",
    "stale",
    "compensated",
)


@dataclass(frozen=True)
class Step:
    """Something that happened to the action: `who` in words, `digest` of the audit entry's facts where it has one."""

    at: datetime
    event: str
    who: str
    on_behalf_of: str
    facts: Mapping[str, Any]
    trace: str
    entry: int


@dataclass(frozen=True)
class Quoted:
    """A sentence of a document that a field rests on, and the term that was read there, if one was."""

    fields: tuple[str, ...]
    document: str
    document_name: str
    page: int
    quote: str
    term: str = ""
    term_id: str = ""
    value: Any = None
    read_value: Any = None
    status: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None

    @property
    def href(self) -> str:
        """The page in Countersign on which the quote stands."""
        anchor = f"#term-{self.term_id}" if self.term_id else ""
        return f"/documents/{self.document}?page={self.page}{anchor}"


@dataclass(frozen=True)
class Resting:
    """Another action on the same document, and the ERP record that it wrote."""

    document: str
    action: str
    type: str
    state: str
    summary: str
    record: Mapping[str, Any] | None


@dataclass(frozen=True)
class Chain:
    """One action with all that stands before and after it."""

    action: Action
    verification: tuple[Step, ...]
    history: tuple[Step, ...]
    quotes: tuple[Quoted, ...]
    documents: tuple[DocumentRow, ...]
    forward: tuple[Resting, ...]


async def trace(connection: Connection, actor: Actor, asked: str, *, with_quotes: bool) -> tuple[Chain, ...]:
    """The chains of an ERP record (a number, "model,id"), an action's id or a document's id.

    Reading it is written down like any reading of a document. Raises NotFound when nothing here is about it.
    """
    ids = await lineage.of_record(connection, asked) or [
        row["id"] for row in await lineage.on_document(connection, asked)
    ]
    if not ids:
        raise NotFound(
            f"Nothing that Countersign did is about “{asked}”. Give a project code, a contract or invoice number, "
            "“model,id”, or the id of an action or document."
        )
    names = {person.id: person.name for person in await people.everyone(connection)}
    chains = [await _chain(connection, await actions.get(connection, id_), names, with_quotes) for id_ in ids]
    read = (row.id for chain in chains for row in chain.documents if with_quotes)
    for document in dict.fromkeys(read):
        await audit.append(connection, actor, "document.read", f"document:{document}", {"part": "quotes in a trace"})
    return tuple(chains)


async def _chain(connection: Connection, action: Action, names: Mapping[str, str], with_quotes: bool) -> Chain:
    history = tuple(_step(entry) for entry in await audit.of_subject(connection, f"action:{action.id}"))
    papers = await _papers(connection, action)
    terms = await documents.terms(connection, *papers) if papers else []
    forward = [
        Resting(id_, row["id"], row["type"], row["state"], row["summary"], row["record"])
        for id_ in papers
        for row in await lineage.on_document(connection, id_)
        if row["id"] != action.id
    ]
    return Chain(
        action=action if with_quotes else without_quotes(action),
        verification=tuple(step for step in history if step.event.split(".", 1)[1] in EVENTS),
        history=history,
        quotes=tuple(_quotes(action, papers, terms, names, with_quotes)),
        documents=tuple(papers.values()),
        forward=tuple(forward),
    )


async def _papers(connection: Connection, action: Action) -> dict[str, DocumentRow]:
    wanted = [action.intent.document, *(quote.document for _, quote in _evidence(action))]
    found: dict[str, DocumentRow] = {}
    for id_ in dict.fromkeys(id_ for id_ in wanted if id_):
        try:
            found[id_] = await documents.get(connection, id_)
        except NotFound:
            continue
    return found


def _evidence(action: Action) -> Iterable[tuple[str, Evidence]]:
    return ((field, quote) for field, origin in action.intent.origins.items() for quote in origin.evidence)


def _quotes(
    action: Action,
    papers: Mapping[str, DocumentRow],
    terms: Iterable[TermRow],
    names: Mapping[str, str],
    with_quotes: bool,
) -> Iterable[Quoted]:
    fields: dict[tuple[str, int, str], list[str]] = {}
    for field, quote in _evidence(action):
        fields.setdefault((quote.document, quote.page, quote.quote), []).append(field)
    read = {(row.document, quote.page, quote.quote): row for row in terms for quote in row.evidence}
    for (document, page, quote), about in fields.items():
        if document not in papers:
            continue
        place = {"document": document, "document_name": papers[document].name, "page": page}
        shown = quote if with_quotes else WITHHELD
        row = read.get((document, page, quote))
        yield Quoted(tuple(about), **place, quote=shown, **_term(row, names, with_quotes) if row else {})


def _term(row: TermRow, names: Mapping[str, str], with_value: bool) -> dict[str, Any]:
    return {
        "term": row.field,
        "term_id": row.id,
        "value": row.value if with_value else None,
        "read_value": row.read_value if with_value and row.status is TermStatus.CORRECTED else None,
        "status": row.status.value,
        "decided_by": names.get(row.decided_by, row.decided_by) if row.decided_by else "",
        "decided_at": row.decided_at,
    }


def _step(entry: Mapping[str, Any]) -> Step:
    how = through(entry["agent_run"])
    return Step(
        at=entry["at"],
        event=entry["event"],
        who=f"{entry['person_name']} {how}".strip(),
        on_behalf_of=entry["on_behalf_of_name"] or "",
        facts=entry["facts"],
        trace=entry["trace"] or "",
        entry=entry["id"],
    )
