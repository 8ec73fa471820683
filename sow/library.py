"""The documents of a tenant: keep one with all that was read in it, and a person's verdicts on its terms."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from domain.actor import Actor
from domain.errors import DocumentEmpty, DocumentTooLarge, NotPermitted
from domain.terms import Warning as Notice
from sow import precedents
from sow.attachments import Enclosure, file_name, with_enclosures
from sow.document import Reading
from sow.examination import examined
from sow.normal_form import normal_form
from sow.office import OLE
from sow.sandbox import read_sandboxed, unlock
from store import amendments, audit, documents, jobs
from store.database import Connection, Database
from store.documents import DocumentRow, NewClause, NewDocument, TermRow, Verdict

MOST_BYTES = 25_000_000


class Stage(StrEnum):
    """How far a file has come."""

    RECEIVED = "received"  # its bytes are here, within the limit, and new to the firm
    READ = "read"  # its text is read in the sandbox, and its terms held against their quotes
    EXAMINED = "examined"  # looked through for instructions to a machine


@dataclass(frozen=True)
class Progress:
    """A stage that is over, and what was found by then."""

    stage: Stage
    size: int = 0
    pages: int = 0
    terms: int = 0
    warnings: int = 0


Told = Callable[[Progress], None]


async def upload(
    database: Database,
    actor: Actor,
    data: bytes,
    name: str,
    *,
    contract: str | None = None,
    password: str | None = None,
    limit_bytes: int = MOST_BYTES,
    with_model: bool = False,
    told: Told = lambda _: None,
) -> DocumentRow:
    """Read a document in the sandbox and keep it; the same bytes again are answered with the first document.

    `with_model` has a worker read it once more with the configured model; `told` hears of each stage as it is over.

    A protected file is kept without its protection, for its pages to be shown; its digest stays that of the upload.
    A message is kept with what is attached to it, each file a document of its own.

    Raises DocumentEmpty, DocumentTooLarge and whatever else `sow.sandbox.read_sandboxed` raises.
    """
    sha256 = _digest(data, limit_bytes)
    async with database.tenant(actor.tenant) as connection:
        if (known := await documents.by_digest(connection, sha256)) is not None:
            return known
    reading = await _read(data, name, password, told)
    read = await _with_enclosed(data, reading, password, limit_bytes)
    async with database.tenant(actor.tenant) as connection:
        await _keep(connection, actor, read, contract, with_model=with_model)
        kept = await documents.by_digest(connection, sha256)
    if kept is None:
        raise AssertionError("unreachable: it was added, or someone else added it")
    return kept


def _digest(data: bytes, limit_bytes: int) -> str:
    if not data:
        raise DocumentEmpty
    if len(data) > limit_bytes:
        held = f"The document has {len(data):,} bytes; the limit is {limit_bytes:,}."
        raise DocumentTooLarge(f"{held} Upload it in parts, or saved smaller.")
    return hashlib.sha256(data).hexdigest()


async def _with_enclosed(
    data: bytes, reading: Reading, password: str | None, limit_bytes: int
) -> list[tuple[Reading, bytes]]:
    """The document and the readable files in it, each with the bytes to keep."""
    enclosed = await with_enclosures(data, reading, password, limit_bytes)
    told = (_told(reading, enclosed), data)
    files = [(item.result, item.data) for item in enclosed if isinstance(item.result, Reading)]
    return [(found, await _opened(content, found, password)) for found, content in (told, *files)]


async def _read(data: bytes, name: str, password: str | None, told: Told) -> Reading:
    told(Progress(Stage.RECEIVED, len(data)))
    reading = await read_sandboxed(data, file_name(name), password=password)
    told(_come(Stage.READ, reading))
    reading = await examined(reading)
    told(_come(Stage.EXAMINED, reading))
    return reading


def _come(stage: Stage, reading: Reading) -> Progress:
    return Progress(stage, 0, len(reading.pages), len(reading.terms), len(reading.warnings))


async def _keep(
    connection: Connection, actor: Actor, read: list[tuple[Reading, bytes]], contract: str | None, *, with_model: bool
) -> None:
    """Keep a document and what was attached to it; a file that the firm has already is kept once."""
    first: str | None = None
    for reading, data in read:
        document = _new(reading, data, contract, first)
        added = await documents.add(connection, actor.tenant, actor.person, document)
        if added is not None:
            if reading.amendment is not None:
                await amendments.add(connection, actor.tenant, added, reading.amendment)
            await jobs.defer_passages(connection, actor.tenant, added)
            if with_model:
                await jobs.defer_reading(connection, actor.tenant, added)
            facts = _facts(document, first, amends=reading.amendment is not None)
            await audit.append(connection, actor, "document.uploaded", f"document:{added}", facts)
        first = first or added


async def _opened(data: bytes, reading: Reading, password: str | None) -> bytes:
    """The bytes to keep: without protection where a password opened them."""
    protected = reading.document.kind == "pdf" or data.startswith(OLE)
    return await unlock(data, password) if password and protected else data


def _told(reading: Reading, enclosed: tuple[Enclosure, ...]) -> Reading:
    """The message's reading, with why each file in it that could not be read was not."""
    failed = (
        Notice("attachment_unread", f"{item.path}: {item.result.detail}")
        for item in enclosed
        if not isinstance(item.result, Reading)
    )
    return replace(reading, warnings=(*reading.warnings, *failed))


def _new(reading: Reading, data: bytes, contract: str | None, message: str | None) -> NewDocument:
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
        attached_to=message,
        bearing=reading.bearing,
    )


def _facts(document: NewDocument, message: str | None, *, amends: bool) -> dict[str, Any]:
    facts = {
        "sha256": document.sha256,
        "kind": document.kind,
        "pages": len(document.pages),
        "terms": len(document.terms),
        "warnings": sorted({warning.code for warning in document.warnings}),
        "contract": document.contract,
        "amends": amends,
    }
    return {**facts, "attached_to": message} if message else facts


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
        if verdict == "correct":
            await precedents.remember(connection, actor.tenant, actor.person, term, corrected)
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
