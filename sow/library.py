"""The documents of a tenant: keep one with all that was read in it, and a person's verdicts on its terms."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from domain.actor import Actor
from domain.errors import DocumentEmpty, DocumentTooLarge, NotPermitted
from domain.terms import TermStatus
from sow.document import Reading
from sow.examination import examined
from sow.normal_form import normal_form
from sow.sandbox import read_sandboxed, unlock
from store import audit, documents
from store.database import Connection, Database
from store.documents import DocumentRow, NewClause, NewDocument, TermRow, Verdict

MOST_BYTES = 25_000_000
LONGEST_NAME = 200


async def upload(
    database: Database,
    actor: Actor,
    data: bytes,
    name: str,
    *,
    contract: str | None = None,
    password: str | None = None,
    limit_bytes: int = MOST_BYTES,
) -> DocumentRow:
    """Read a document in the sandbox and keep it; the same bytes again are answered with the first document.

    A protected PDF is kept without its protection, for its pages to be shown; its digest stays that of the upload.

    Raises DocumentEmpty, DocumentTooLarge and whatever else `sow.sandbox.read_sandboxed` raises.
    """
    if not data:
        raise DocumentEmpty
    if len(data) > limit_bytes:
        raise DocumentTooLarge(f"The document has {len(data):,} bytes; the limit is {limit_bytes:,}.")
    sha256 = hashlib.sha256(data).hexdigest()
    async with database.tenant(actor.tenant) as connection:
        if (known := await documents.by_digest(connection, sha256)) is not None:
            return known
    reading = await examined(await read_sandboxed(data, _file_name(name), password=password))
    kept_bytes = await unlock(data, password) if password and reading.document.kind == "pdf" else data
    async with database.tenant(actor.tenant) as connection:
        added = await documents.add(connection, actor.tenant, actor.person, _new(reading, kept_bytes, contract))
        if added is not None:
            await audit.append(connection, actor, "document.uploaded", f"document:{added}", _facts(reading, contract))
        kept = await documents.by_digest(connection, sha256)
    if kept is None:
        raise AssertionError("unreachable: it was added, or someone else added it")
    return kept


def _file_name(name: str) -> str:
    """The last part of a path, printable and not too long: a browser may send anything."""
    printable = "".join(character for character in name.replace("\\", "/").split("/")[-1] if character.isprintable())
    return printable.strip()[-LONGEST_NAME:] or "document"


def _new(reading: Reading, data: bytes, contract: str | None) -> NewDocument:
    info = reading.document
    clauses = [
        NewClause(
            clause.number, clause.title, clause.page, clause.start, clause.end, reading.text[clause.start : clause.end]
        )
        for clause in reading.clauses
    ]
    return NewDocument(
        name=info.name,
        sha256=info.sha256,
        kind=info.kind,
        language=info.language,
        content=data,
        body=reading.text,
        pages=reading.pages,
        warnings=reading.warnings,
        clauses=clauses,
        terms=reading.terms,
        contract=contract,
    )


def _facts(reading: Reading, contract: str | None) -> dict[str, Any]:
    return {
        "sha256": reading.document.sha256,
        "kind": reading.document.kind,
        "pages": len(reading.pages),
        "terms": len(reading.terms),
        "warnings": sorted({warning.code for warning in reading.warnings}),
        "contract": contract,
    }


async def decide_term(
    database: Database, actor: Actor, term_id: str, verdict: Verdict, value: Any = None, reason: str = ""
) -> TermRow:
    """Record what a person makes of a term, and return it as it now stands.

    Raises NotFound, NotPermitted for an agent, InvalidInput for a correction that is not in the field's normal form.
    """
    if actor.agent_run is not None or actor.service:
        raise NotPermitted("A term is confirmed by a person, not by an agent.")
    async with database.tenant(actor.tenant) as connection:
        term = await documents.term(connection, term_id)
        corrected = normal_form(term.field, value) if verdict == "correct" else None
        await documents.decide(connection, actor.tenant, actor.person, term_id, verdict, value=corrected, reason=reason)
        facts = {"document": term.document, "field": term.field, "verdict": verdict, "reason": reason}
        await audit.append(connection, actor, f"term.{PAST[verdict]}", f"term:{term_id}", facts)
        return await documents.term(connection, term_id)


async def opened(connection: Connection, actor: Actor, document: str, part: str) -> None:
    """Write down that this person was shown a part of a document ("terms", "page 3"), in the transaction that reads."""
    await audit.append(connection, actor, "document.read", f"document:{document}", {"part": part})


PAST: dict[Verdict, str] = {"confirm": "confirmed", "correct": "corrected", "reject": "rejected"}


async def attach(database: Database, actor: Actor, document: str, contract: str | None) -> DocumentRow:
    """Say which ERP contract number a document belongs to (None: to none). Raises NotFound."""
    async with database.tenant(actor.tenant) as connection:
        await documents.attach(connection, document, contract)
        await audit.append(connection, actor, "document.attached", f"document:{document}", {"contract": contract})
        return await documents.get(connection, document)


async def terms_in_force(
    connection: Connection, *, document: str | None = None, contract: str | None = None
) -> list[TermRow]:
    """The terms that hold, of one document or of all documents of an ERP contract number; rejected ones left out.

    Where several documents of a contract give the same single-valued field, the newest document's value comes first.
    """
    wanted = [document] if document else [row.id for row in await documents.by_contract(connection, contract or "")]
    rows = await documents.terms(connection, *wanted)
    return [row for row in _newest_first(rows, wanted) if row.status is not TermStatus.REJECTED]


def _newest_first(rows: Iterable[TermRow], order: list[str]) -> list[TermRow]:
    return sorted(rows, key=lambda row: (order.index(row.document), row.position))
