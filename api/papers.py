"""A stored document in the shape that project codes are proposed from."""

from __future__ import annotations

from domain.terms import Term
from sow import library
from store import documents
from store.database import Connection
from store.documents import TermRow
from tools.codes import Paper


async def paper(connection: Connection, document_id: str) -> Paper:
    """The document with the terms in force. Raises NotFound."""
    row = await documents.get(connection, document_id)
    found = await library.terms_in_force(connection, document=document_id)
    return Paper(await documents.body(connection, document_id), tuple(map(term, found)), row.name, row.id)


def term(row: TermRow) -> Term:
    """A stored term as the rules know it."""
    return Term(row.field, row.value, row.evidence, row.confidence, row.method, row.status, row.alternatives)
