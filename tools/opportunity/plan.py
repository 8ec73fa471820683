"""The whole set-up of one document: what is to be made, from where, and what may be there already.

It writes nothing. All of it is proposed as one action by `tools/opportunity/proposal.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain.actor import Actor
from domain.facts import FactKind, OutsideFact
from domain.records import Firm
from sow import linking
from sow.families import Paper as Filed
from store import codes as choices
from store import documents, facts, waiting
from store.database import Connection
from store.embedding import Embedder
from tools import codes
from tools.cells import project_key
from tools.codes import Paper
from tools.engagement import contract_of, customer_of
from tools.opportunity.duplicates import Duplicate, duplicates
from tools.opportunity.fields import DIFFERS, NOT_STATED, Section
from tools.opportunity.parties import contract_fields, customer_fields, opportunity_fields, won
from tools.opportunity.schedule import schedule_fields
from tools.opportunity.work import Chosen, price_fields, project_fields, project_of, task_fields
from tools.paper import paper


@dataclass(frozen=True)
class SetUp:
    """All records with their fields, what may be there already, and how far the project is.

    `client` is the document's client where the ERP has no such customer, `quotation` the
    number of its contract while that is not confirmed, `code` was chosen by a person, `project` is
    the key of the ERP's project of this work, `waiting` the id of the proposal that waits to set it up, `as_of` when
    the ERP was read.
    """

    document: str
    name: str
    code: str | None
    project: str | None
    waiting: str | None
    sections: tuple[Section, ...]
    duplicates: tuple[Duplicate, ...]
    as_of: str
    client: str | None = None
    quotation: str | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """What nobody states."""
        return self._with(NOT_STATED)

    @property
    def differing(self) -> tuple[str, ...]:
        """Where two sources disagree."""
        return self._with(DIFFERS)

    def _with(self, state: str) -> tuple[str, ...]:
        return tuple(
            f"{one.name}: {field.name}" for one in self.sections for field in one.fields if field.state == state
        )


@dataclass(frozen=True)
class Around:
    """What a document is put beside: the sales systems' reports, the tenant's documents, the contract linked to it."""

    reports: Sequence[OutsideFact] = ()
    filed: Sequence[Filed] = ()
    linked: str | None = None
    waiting: str | None = None


async def plan(
    connection: Connection, actor: Actor, firm: Firm, document: str, today: date, embedder: Embedder
) -> SetUp:
    """The set-up of a stored document; that it was read is written down.

    Raises NotFound, ModelUnavailable (a configured embeddings endpoint does not answer).
    """
    row = await documents.get(connection, document)
    read = await paper(connection, actor, document, today)
    choice = await choices.of_document(connection, document)
    ranked = () if choice else await codes.propose(connection, firm, read, today=today, embedder=embedder)
    waits = await waiting.for_document(connection, "engagement.set_up", document)
    around = Around(
        await facts.newest(connection, FactKind.OPPORTUNITY),
        await linking.papers(connection, fields=linking.NAMING),
        row.contract,
        waits[0] if waits else None,
    )
    return set_up(read, firm, around, Chosen(choice.code if choice else None, ranked), today)


def set_up(read: Paper, firm: Firm, around: Around, chosen: Chosen, today: date) -> SetUp:
    """What this document asks to be set up. Pure."""
    customer = customer_of(read.work, firm, read.text)
    contract = contract_of(read.work, firm, customer, around.linked)
    there = project_of(firm, chosen.code, contract)
    return SetUp(
        document=read.id or "",
        name=read.name,
        code=chosen.code,
        project=project_key(there) if there else None,
        waiting=around.waiting,
        sections=_sections(read, firm, around, chosen, today),
        duplicates=tuple(duplicates(read, firm, around.filed, (customer, contract), there)),
        as_of=firm.fetched_at.isoformat(),
        client=None if customer else read.work.first("client"),
        quotation=contract.number if contract and contract.state in ("draft", "quotation") else None,
    )


def _sections(read: Paper, firm: Firm, around: Around, chosen: Chosen, today: date) -> tuple[Section, ...]:
    """What there is to say, in the order in which it is set up; work without rates needs no price list."""
    customer = customer_of(read.work, firm, read.text)
    contract = contract_of(read.work, firm, customer, around.linked)
    there = project_of(firm, chosen.code, contract)
    client = customer.name if customer else read.work.first("client") or ""
    covered = bool(around.reports)
    found = {
        "Opportunity": opportunity_fields(won(around.reports, read, customer, contract), read, covered=covered),
        "Customer": customer_fields(read, customer),
        "Contract": contract_fields(read, contract),
        "Project": project_fields(read, there, chosen, client, today),
        "Tasks": task_fields(read, there, contract),
        "Price list": price_fields(read, firm, contract),
        "Billing schedule": schedule_fields(read.terms),
    }
    return tuple(Section.of(name, fields) for name, made in found.items() if (fields := tuple(made)))
