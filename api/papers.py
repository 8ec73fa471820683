"""A stored document in the shape that project codes are proposed from, and the proposal to create its project."""

from __future__ import annotations

from datetime import date

from actions.proposals import propose
from api.services import Services
from domain.actions import Action
from domain.actor import Actor
from domain.errors import Conflict
from domain.terms import Term, TermStatus
from sow import library, linking
from store import codes, documents
from store.database import Connection
from store.documents import TermRow
from tools.codes import Paper
from tools.setup import project_from


async def paper(connection: Connection, actor: Actor, document_id: str, on: date) -> Paper:
    """The document with the terms in force on a day: its own as amended, an amendment's as it states them.

    Raises NotFound.
    """
    row = await documents.get(connection, document_id)
    await library.opened(connection, actor, row.id, "text")
    stands = await linking.standing(connection, document_id, on)
    if stands.in_force.root == row.id:
        found = [held.term for held in stands.in_force.held]
    else:
        found = [one for one in await documents.terms(connection, row.id) if one.status is not TermStatus.REJECTED]
    return Paper(await documents.body(connection, document_id), tuple(map(term, found)), row.name, row.id)


def term(row: TermRow) -> Term:
    """A stored term as the rules know it."""
    return Term(row.field, row.value, row.evidence, row.confidence, row.method, row.status, row.alternatives)


async def propose_project(wired: Services, actor: Actor, document_id: str) -> Action:
    """Propose the document's project, with its tasks, under the code that a person chose.

    Raises NotFound, Conflict (no code chosen, code taken, client unknown), NotPermitted, ErpUnavailable.
    """
    erp = wired.erp(actor)
    firm = await erp.firm.masters(fresh=True)
    async with wired.database.tenant(actor.tenant) as connection:
        row = await documents.get(connection, document_id)
        found = await paper(connection, actor, document_id, wired.today)
        choice = await codes.of_document(connection, document_id)
    if choice is None:
        raise Conflict("Choose a project code first.")
    intent = project_from(found, firm, choice.code, row.contract)
    policies = await wired.policies(actor.tenant)
    return await propose(wired.database, erp.reader, policies, actor, intent, now=wired.clock())
