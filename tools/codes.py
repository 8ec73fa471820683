"""Proposes project codes for a statement of work, time or an expense, and remembers what a person chose.

Nothing is applied by itself.
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

import numpy as np

from actions.revisions import supersede_project
from domain.actor import Actor
from domain.errors import InvalidInput
from domain.records import Firm
from domain.terms import Term
from policies.codes import Candidate, CodeCase, CodeProposal, Precedent, Standing, rank
from policies.numbering import numbering, parts
from store import catalogue, codes
from store.catalogue import Hit
from store.database import Connection
from store.embedding import Embedded, Embedder
from tools.catalogue import keep_up, numbers
from tools.engagement import Array, Work, candidate, case, work

NEAR_LINES = 4  # title lines of a document that codes are looked up by, when its customer is not known
NEAREST_KIN = 12  # codes whose practices tell who does such work
EMBEDDED = Embedded()


@dataclass(frozen=True)
class Paper:
    """A document as the ranking needs it: its visible text, its terms, its file name, and its id once it is stored."""

    text: str
    terms: tuple[Term, ...]
    name: str = ""
    id: str | None = None

    @functools.cached_property
    def work(self) -> Work:
        """What it says of its work."""
        return work(self.terms, self.text, self.name)


@dataclass(frozen=True)
class Line:
    """Time or an expense that has no code: `kind` is `time` or `expense`, `description` what was done or bought.

    `customer` is a name as somebody wrote it, empty where nobody said; `day` the day of the work.
    """

    kind: str
    description: str
    day: date
    customer: str = ""
    role: str = ""
    hours: Decimal | None = None
    currency: str | None = None
    text: str = ""
    id: str | None = None

    @property
    def work(self) -> Work:
        """The same of a line: its description is its title."""
        said = " ".join(self.description.split())[:300]
        values: dict[str, tuple[object, ...]] = {"client": (self.customer,)} if self.customer else {}
        if self.currency:
            values["currency"] = (self.currency,)
        if self.role:
            values["rates"] = ({"role": self.role},)
        return Work("", (said,) if said else (), said, frozenset(numbers(said)), values, self.kind, self.day)


@dataclass(frozen=True)
class Gathered:
    """All that the ranking of one case looks at."""

    case: CodeCase
    candidates: tuple[Candidate, ...]
    precedents: tuple[Precedent, ...]
    used: tuple[str, ...]
    standing: Standing | None

    def ranked(self) -> tuple[CodeProposal, ...]:
        """The proposals, best first."""
        return rank(self.case, self.candidates, self.precedents, used=self.used, standing=self.standing)


async def propose(
    connection: Connection,
    firm: Firm,
    asked: Paper | Line,
    *,
    today: date | None = None,
    embedder: Embedder = EMBEDDED,
) -> tuple[CodeProposal, ...]:
    """Ranked codes for a document or a line, best first; what a person chose for the same case stands first.

    Earlier choices for other work count as precedents; new codes that were chosen are not proposed as free.
    Raises ModelUnavailable when a configured embeddings endpoint does not answer.
    """
    await keep_up(connection, firm, embedder)
    found = await gather(connection, firm, asked, today=today, embedder=embedder)
    # Comparing letters with some hundred names takes long enough to be kept off the event loop.
    return await asyncio.to_thread(found.ranked)


async def gather(
    connection: Connection,
    firm: Firm,
    asked: Paper | Line,
    *,
    today: date | None = None,
    embedder: Embedder = EMBEDDED,
) -> Gathered:
    """What the ranking needs, from a catalogue that is up to date."""
    known = asked.work
    meanings = await meanings_of(known, embedder)
    kin = await catalogue.by_meaning(
        connection, meanings[known.subject].tolist(), embedder.model, date.max, limit=NEAREST_KIN
    )
    case_ = case(known, firm, asked.text, meanings, today or datetime.now(UTC).date(), kin)
    hits = await _hits(connection, known, case_, meanings, embedder.model)
    standing = await _standing(connection, asked, case_)
    if standing is not None:
        hits |= {hit.project: hit for hit in await catalogue.by_code(connection, standing.code)}
    return Gathered(
        case_,
        tuple(candidate(known, hit, meanings) for hit in hits.values()),
        await _precedents(connection, asked, case_.customer_name, meanings[known.subject], embedder.model),
        (*await codes.reserved(connection), *(p.code for p in firm.projects if p.code)),
        standing,
    )


async def meanings_of(known: Work, embedder: Embedder) -> Mapping[str, Array]:
    """The unit vectors of all texts that the ranking compares."""
    texts = known.texts(numbering())
    vectors = await embedder(texts)
    return {text: np.asarray(vector, np.float32) for text, vector in zip(texts, vectors, strict=True)}


async def _hits(
    connection: Connection, known: Work, case_: CodeCase, meanings: Mapping[str, Array], model: str
) -> dict[str, Hit]:
    """Candidates by record, spelling and meaning; a customer's own codes are few enough to be taken all."""
    found = await catalogue.by_reference(connection, sorted(known.references), [known.name] if known.name else [])
    on = case_.on or date.max
    if case_.customer_id is not None:
        found += await catalogue.of_customer(connection, case_.customer_id, known.subject, on)
    elif not case_.customer_name:
        for line in known.lines[:NEAR_LINES]:
            found += await catalogue.by_meaning(connection, meanings[line].tolist(), model, on)
            found += await catalogue.by_spelling(connection, line, on)
    return {hit.project: hit for hit in found}


async def _precedents(
    connection: Connection, asked: Paper | Line, customer: str, meaning: Array, model: str
) -> tuple[Precedent, ...]:
    """The nearest choices of all, and the nearest of the same customer, which many others may be nearer than."""
    besides = asked.id if isinstance(asked, Paper) else None
    near = functools.partial(codes.nearest, connection, meaning.tolist(), besides=besides, model=model)
    rows = [*await near(), *(await near(customer=customer) if customer else ())]
    return tuple(Precedent(row.code, row.practice, row.region, row.customer, row.similarity, row.kind) for row in rows)


async def _standing(connection: Connection, asked: Paper | Line, case_: CodeCase) -> Standing | None:
    choice = await codes.of_case(connection, case_.key, asked.id if isinstance(asked, Paper) else None)
    if choice is None:
        return None
    return Standing(choice.code, choice.kind, choice.practice, choice.region, choice.chosen_by_name, choice.chosen_at)


async def choose(
    connection: Connection,
    actor: Actor,
    firm: Firm,
    asked: Paper | Line,
    *,
    code: str,
    reason: str = "",
    today: date | None = None,
    embedder: Embedder = EMBEDDED,
) -> None:
    """Remember this choice; a waiting project under another code is superseded. Raises InvalidInput for no code."""
    known = asked.work
    meanings = await meanings_of(known, embedder)
    case_ = case(known, firm, asked.text, meanings, today or datetime.now(UTC).date())
    practice, region = parts(code)
    project = next((project for project in firm.projects if project.code == code), None)
    if practice is None and project is None:
        raise InvalidInput(f"{code!r} is not a project code of the form CLD-UKI-1004.")
    document = asked.id if isinstance(asked, Paper) else None
    await codes.remember(
        connection,
        actor,
        code=code,
        kind="existing" if project else "new",
        document=document,
        customer=case_.customer_name,
        practice=practice,
        region=region,
        billing=sorted(known.all("billing_type")),
        subject=known.subject,
        embedding=meanings[known.subject].tolist(),
        model=embedder.model,
        case_key=case_.key,
        reason=reason,
    )
    if document is not None:
        await supersede_project(connection, actor, document, code)
