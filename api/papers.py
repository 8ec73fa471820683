"""A stored document in the shape that project codes are proposed from, and the proposal to create its project."""

from __future__ import annotations

from actions.proposals import propose
from api.services import Services
from domain.actions import Action
from domain.actor import Actor
from domain.errors import Conflict
from domain.terms import Term
from sow import library
from store import codes, documents
from store.database import Connection
from store.documents import TermRow
from tools.codes import Paper
from tools.setup import project_from


async def paper(connection: Connection, actor: Actor, document_id: str) -> Paper:
    """The document with the terms in force. Raises NotFound."""
    row = await documents.get(connection, document_id)
    await library.opened(connection, actor, row.id, "text")
    found = await library.terms_in_force(connection, document=document_id)
    return Paper(await documents.body(connection, document_id), tuple(map(term, found)), row.name, row.id)


def term(row: TermRow) -> Term:
    """A stored term as the rules know it."""
    return Term(row.field, row.value, row.evidence, row.confidence, row.method, row.status, row.alternatives)


async def propose_project(wired: Services, actor: Actor, document_id: str) -> Action:
    """Propose the document's project, with its tasks, under the code that a person chose.

    Raises NotFound, Conflict (no code chosen, code taken, client unknown), NotPermitted, ErpUnavailable.
    """
    erp = wired.erp(actor)
    firm = await erp.firm.get(fresh=True)
    async with wired.database.tenant(actor.tenant) as connection:
        row = await documents.get(connection, document_id)
        found = await paper(connection, actor, document_id)
        choice = await codes.of_document(connection, document_id)
    if choice is None:
        raise Conflict("Choose a project code first.")
    intent = project_from(found, firm, choice.code, row.contract)
    policies = await wired.policies(actor.tenant)
    return await propose(wired.database, erp.reader, policies, actor, intent, now=wired.clock())
