"""Proposes project codes for a statement of work and remembers what a person chose; nothing is applied by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from actions.revisions import supersede_project
from domain.actor import Actor
from domain.errors import InvalidInput
from domain.records import Firm
from domain.terms import Term
from policies.codes import CodeProposal, Precedent, rank
from policies.numbering import parts
from store import codes
from store.database import Connection
from store.embedding import embed
from tools.engagement import Work, candidates, case, work


@dataclass(frozen=True)
class Paper:
    """A document as the ranking needs it: its visible text, its terms, its file name, and its id once it is stored."""

    text: str
    terms: tuple[Term, ...]
    name: str = ""
    id: str | None = None


async def propose(connection: Connection, firm: Firm, paper: Paper) -> tuple[CodeProposal, ...]:
    """Ranked codes for a document, best first.

    Earlier choices for other documents count as precedents; new codes that were chosen are not proposed as free.
    """
    known = work(paper.terms, paper.text, paper.name)
    rows = await codes.nearest(connection, await embed(known.subject), besides=paper.id)
    precedents = [Precedent(row.code, row.practice, row.region, row.customer, row.similarity) for row in rows]
    used = await codes.reserved(connection)
    # Embedding some dozen titles takes long enough to be kept off the event loop.
    return await asyncio.to_thread(_ranked, known, firm, paper.text, precedents, used)


def _ranked(
    known: Work, firm: Firm, text: str, precedents: Sequence[Precedent], used: frozenset[str]
) -> tuple[CodeProposal, ...]:
    return rank(case(known, firm, text), candidates(known, firm), precedents, used=used)


async def choose(
    connection: Connection,
    actor: Actor,
    firm: Firm,
    paper: Paper,
    *,
    code: str,
    reason: str = "",
) -> None:
    """Remember that this person chose this code for this document; a proposal that waits to create its project under
    another code is superseded. Raises InvalidInput for what is no code.
    """
    practice, region = parts(code)
    if practice is None:
        raise InvalidInput(f"{code!r} is not a project code of the form CLD-UKI-1004.")
    known = work(paper.terms, paper.text, paper.name)
    existing = any(project.code == code for project in firm.projects)
    await codes.remember(
        connection,
        actor,
        code=code,
        kind="existing" if existing else "new",
        document=paper.id,
        customer=known.first("client") or "",
        practice=practice,
        region=region,
        billing=sorted(known.all("billing_type")),
        subject=known.subject,
        embedding=await embed(known.subject),
        reason=reason,
    )
    if paper.id is not None:
        await supersede_project(connection, actor, paper.id, code)
