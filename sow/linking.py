"""The tenant's documents in families, the terms in force in one of them on a day, and a person's word on a link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from domain.actor import Actor
from domain.errors import InvalidInput, NotFound, NotPermitted
from sow.families import Family, Link, LinkState, Paper, families, links
from sow.inforce import InForce, in_force
from store import amendments, audit, documents
from store.database import Connection, Database
from store.documents import DocumentRow

PAGE = 200
NAMING = ("document_number", "client", "provider", "effective_date")  # what families and look-alikes are found by


@dataclass(frozen=True)
class Standing:
    """Where a document stands: what it amends (if it amends anything), and what holds in its family on a day.

    `members` are the family's documents, the amended one first. An amendment whose document is open to choice has a
    family of its own.
    """

    document: str
    link: Link | None
    members: tuple[DocumentRow, ...]
    in_force: InForce


async def papers(connection: Connection, *, fields: Sequence[str] | None = None) -> tuple[Paper, ...]:
    """All documents with their terms (of these fields alone), what they amend, and what people said of that."""
    rows = await every_document(connection)
    terms = await documents.terms(connection, *(row.id for row in rows), fields=fields) if rows else []
    found, said = await amendments.every(connection), await amendments.links(connection)
    of_document: dict[str, list[documents.TermRow]] = {}
    for term in terms:
        of_document.setdefault(term.document, []).append(term)
    return tuple(
        Paper(row, tuple(of_document.get(row.id, ())), found.get(row.id), said.get(row.id))
        for row in rows
        if row.status != "superseded"
    )


async def every_document(connection: Connection) -> list[DocumentRow]:
    """All documents of the tenant, newest first."""
    found: list[DocumentRow] = []
    while True:
        page = await documents.listing(connection, limit=PAGE, offset=len(found))
        found += page
        if len(page) < PAGE:
            return found


async def hold(connection: Connection, found: Sequence[Family], on: date) -> tuple[InForce, ...]:
    """What holds in each family on a day, in the same order."""
    amended = [paper.row.id for family in found if family.amendments for paper in (family.root, *family.amendments)]
    places = await amendments.places(connection, amended) if amended else {}
    return tuple(in_force(family, on, places) for family in found)


async def standing(connection: Connection, document: str, on: date) -> Standing:
    """Where one document stands on a day. Raises NotFound."""
    await documents.get(connection, document)
    every = await papers(connection, fields=NAMING)
    family = next((f for f in families(every) if document in {p.row.id for p in (f.root, *f.amendments)}), None)
    family = await _whole(connection, family or Family(_alone(every, document)))
    (found,) = await hold(connection, [family], on)
    members = tuple(paper.row for paper in (family.root, *family.amendments))
    return Standing(document, links(every).get(document), members, found)


async def _whole(connection: Connection, family: Family) -> Family:
    """The same family with all terms of its documents."""
    members = (family.root, *family.amendments)
    terms = await documents.terms(connection, *(paper.row.id for paper in members))
    root, *later = (replace(p, terms=tuple(term for term in terms if term.document == p.row.id)) for p in members)
    return Family(root, tuple(later))


def _alone(every: Sequence[Paper], document: str) -> Paper:
    """A document outside every family: an amendment that several documents fit. Raises NotFound when superseded."""
    found = next((paper for paper in every if paper.row.id == document), None)
    if found is None:
        raise NotFound
    return found


async def link(database: Database, actor: Actor, document: str, amends: str | None, reason: str = "") -> None:
    """Say which document this one amends (None: none that is here).

    Raises NotFound, NotPermitted for an agent, InvalidInput for a document that would amend itself, however indirectly.
    """
    if actor.agent_run is not None or actor.service:
        raise NotPermitted("A link is confirmed by a person, not by an agent.")
    async with database.tenant(actor.tenant) as connection:
        row = await documents.get(connection, document)
        wanted = (await documents.get(connection, amends)).id if amends else None
        known = links(await papers(connection, fields=NAMING))
        if wanted is not None and row.id in _chain(wanted, known):
            raise InvalidInput("A document cannot amend itself, nor one that amends it.")
        await amendments.link(connection, actor.tenant, actor.person, row.id, wanted, reason)
        facts = {"amends": wanted, "reason": reason, "was": _was(known.get(row.id))}
        await audit.append(connection, actor, "document.linked", f"document:{row.id}", facts)


def _was(link: Link | None) -> str:
    return link.state.value if link else LinkState.ALONE.value


def _chain(document: str, known: Mapping[str, Link]) -> set[str]:
    """A document and all that it amends, directly or by way of others."""
    found: set[str] = set()
    at: str | None = document
    while at is not None and at not in found:
        found.add(at)
        step = known.get(at)
        at = step.amends if step else None
    return found
