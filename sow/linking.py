"""The tenant's documents in families, the terms in force in one of them on a day, and a person's word on a link."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property

from domain.actor import Actor
from domain.errors import InvalidInput, NotFound, NotPermitted
from sow.families import Family, Link, LinkState, Paper, families, links
from sow.held import InForce
from sow.inforce import in_force
from sow.inherited import Side, inherit
from sow.masters import chain, masters
from store import amendments, audit, documents
from store.amendments import Place, Relation
from store.database import Connection, Database
from store.documents import DocumentRow

PAGE = 200
NAMING = ("document_number", "client", "provider", "effective_date")  # what families and look-alikes are found by
BINDING = (*NAMING, "master_agreement")  # and what says which master agreement a document is under


@dataclass(frozen=True)
class Standing:
    """Where a document stands: what it amends (if it amends anything), and what holds in its family on a day.

    `members` are the family's documents, the amended one first. An amendment whose document is open to choice has a
    family of its own. `master` is what the amended document is under, if it names a master agreement, and `above` that
    master with its amendments.
    """

    document: str
    link: Link | None
    members: tuple[DocumentRow, ...]
    in_force: InForce
    master: Link | None = None
    above: tuple[DocumentRow, ...] = ()


@dataclass(frozen=True)
class Files:
    """All documents of the tenant with how they hang together, each worked out when first asked for."""

    papers: tuple[Paper, ...]

    @cached_property
    def links(self) -> Mapping[str, Link]:
        """What each amendment amends."""
        return links(self.papers)

    @cached_property
    def families(self) -> Mapping[str, Family]:
        """Each document with its amendments, by the id of the amended one."""
        return {family.root.row.id: family for family in families(self.papers)}

    @cached_property
    def masters(self) -> Mapping[str, Link]:
        """What each document is under."""
        return masters(self.papers)


async def files(connection: Connection) -> Files:
    """All documents as they hang together now."""
    return Files(await papers(connection))


async def papers(connection: Connection, *, fields: Sequence[str] | None = None) -> tuple[Paper, ...]:
    """All documents with their terms (of these fields alone), what they amend, and what people said of that."""
    rows = await every_document(connection)
    terms = await documents.terms(connection, *(row.id for row in rows), fields=fields) if rows else []
    found, said = await amendments.every(connection), await amendments.links(connection)
    bearings = await amendments.bearings(connection)
    of_document: dict[str, list[documents.TermRow]] = {}
    for term in terms:
        of_document.setdefault(term.document, []).append(term)
    return tuple(
        Paper(
            row,
            tuple(of_document.get(row.id, ())),
            found.get(row.id),
            said.get((row.id, "amends")),
            said.get((row.id, "under")),
            bearings.get(row.id),
        )
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


async def hold(connection: Connection, filed: Files, found: Sequence[Family], on: date) -> tuple[InForce, ...]:
    """What holds in each family on a day, in the same order, with what each takes from its master agreement."""
    return await _hold(connection, filed, [(family, *_masters_of(family, filed)) for family in found], on)


async def _hold(
    connection: Connection, filed: Files, lines: Sequence[Sequence[Family]], on: date
) -> tuple[InForce, ...]:
    """The same for families that are given with the masters above them, the nearest first."""
    amended = {
        paper.row.id
        for line in lines
        for family in line
        if family.amendments or family is not line[0] or family.root.row.id in filed.masters
        for paper in (family.root, *family.amendments)
    }
    places = await amendments.places(connection, sorted(amended)) if amended else {}
    return tuple(_held(line, filed, on, places) for line in lines)


def _masters_of(family: Family, filed: Files) -> list[Family]:
    """The masters above a family, the nearest first, as far as they are here."""
    above = chain(family.root.row.id, filed.masters)
    return [filed.families[one] for one in above if one in filed.families]


def _held(line: Sequence[Family], filed: Files, on: date, places: Mapping[str, tuple[Place, ...]]) -> InForce:
    """From the last master down: each gives what it has, its own and what it has taken."""
    below = [in_force(one, on, places) for one in line]
    found = below[-1]
    for one, own, master in reversed(list(zip(line, below, line[1:], strict=False))):
        found = inherit(Side(one, own), Side(master, found), _confirmed_at(one.root, filed))
    return found


def _confirmed_at(paper: Paper, filed: Files) -> datetime | None:
    link = filed.masters[paper.row.id]
    return paper.under.linked_at if paper.under and link.state is LinkState.CONFIRMED else None


async def standing(connection: Connection, document: str, on: date) -> Standing:
    """Where one document stands on a day. Of the other documents only what links them is read. Raises NotFound."""
    await documents.get(connection, document)
    filed = Files(await papers(connection, fields=BINDING))
    every = filed.families.values()
    family = next((f for f in every if document in {p.row.id for p in (f.root, *f.amendments)}), None)
    family = family or Family(_alone(filed.papers, document))
    line = await _whole(connection, [family, *_masters_of(family, filed)])
    (found,) = await _hold(connection, filed, [line], on)
    above = line[1:2]
    master = filed.masters.get(family.root.row.id)
    return Standing(document, filed.links.get(document), _rows([family]), found, master, _rows(above))


async def _whole(connection: Connection, line: Sequence[Family]) -> list[Family]:
    """The families with all terms of their documents."""
    read = await documents.terms(connection, *(row.id for row in _rows(line)))

    def whole(paper: Paper) -> Paper:
        return replace(paper, terms=tuple(term for term in read if term.document == paper.row.id))

    return [Family(whole(one.root), tuple(whole(paper) for paper in one.amendments)) for one in line]


def _rows(found: Sequence[Family]) -> tuple[DocumentRow, ...]:
    return tuple(paper.row for family in found for paper in (family.root, *family.amendments))


def _alone(every: Sequence[Paper], document: str) -> Paper:
    """A document outside every family: an amendment that several documents fit. Raises NotFound when superseded."""
    found = next((paper for paper in every if paper.row.id == document), None)
    if found is None:
        raise NotFound
    return found


async def link(
    database: Database, actor: Actor, document: str, target: str | None, reason: str = "", relation: Relation = "amends"
) -> None:
    """Say which document this one amends, or which master agreement it is under (None: none that is here).

    Raises NotFound, NotPermitted for an agent, InvalidInput for a document that would amend itself or be its own
    master, however indirectly, and for an amendment on either side of a master's link.
    """
    if actor.agent_run is not None or actor.service:
        raise NotPermitted("A link is confirmed by a person, not by an agent.")
    async with database.tenant(actor.tenant) as connection:
        row = await documents.get(connection, document)
        wanted = (await documents.get(connection, target)).id if target else None
        filed = await files(connection)
        known = filed.links if relation == "amends" else filed.masters
        if wanted is not None and relation == "amends" and row.id in _chain(wanted, filed.links):
            raise InvalidInput("A document cannot amend itself, nor one that amends it.")
        if relation == "under":
            _may_be_under(row.id, wanted, filed)
        await amendments.link(
            connection, actor.tenant, actor.person, row.id, relation=relation, target=wanted, reason=reason
        )
        facts = {relation: wanted, "reason": reason, "was": _was(known.get(row.id))}
        await audit.append(connection, actor, "document.linked", f"document:{row.id}", facts)


def _may_be_under(document: str, master: str | None, filed: Files) -> None:
    amending = {paper.row.id for paper in filed.papers if paper.amendment is not None}
    if {document, master} & amending:
        raise InvalidInput("An amendment is under what it amends: link the amended document to its master agreement.")
    confirmed = {id_: link for id_, link in filed.masters.items() if link.state is LinkState.CONFIRMED}
    if master is not None and document in (master, *chain(master, confirmed)):
        raise InvalidInput("A document cannot be its own master agreement, nor be under one that is under it.")


def _was(link: Link | None) -> str:
    return link.state.value if link else LinkState.ALONE.value


def _chain(document: str, known: Mapping[str, Link]) -> set[str]:
    """A document and all that it amends, directly or by way of others."""
    found: set[str] = set()
    at: str | None = document
    while at is not None and at not in found:
        found.add(at)
        step = known.get(at)
        at = step.target if step else None
    return found
