"""A stored document in the shape that project codes and set-ups are proposed from."""

from __future__ import annotations

from datetime import date

from domain.actor import Actor
from domain.terms import Term, TermStatus
from sow import library, linking
from store import documents
from store.database import Connection
from store.documents import TermRow
from tools.codes import Paper


async def paper(connection: Connection, actor: Actor, document_id: str, on: date) -> Paper:
    """The document with the terms in force on a day: its own as amended, an amendment's as it states them.

    That it was read is written down. Raises NotFound.
    """
    row = await documents.get(connection, document_id)
    await library.opened(connection, actor, row.id, "text")
    stands = await linking.standing(connection, document_id, on)
    if stands.in_force.root == row.id:
        found = [held.term for held in stands.in_force.held]
    else:
        found = [one for one in await documents.terms(connection, row.id) if one.status is not TermStatus.REJECTED]
    return Paper(await documents.body(connection, document_id), tuple(map(_term, found)), row.name, row.id)


def _term(row: TermRow) -> Term:
    return Term(row.field, row.value, row.evidence, row.confidence, row.method, row.status, row.alternatives)
