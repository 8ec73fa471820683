"""What the tools and pages know of a firm: one reading of the ERP with the newest reports and the documents' terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from domain.terms import SEVERAL, Term
from erp.snapshot import FirmSnapshot
from policies.prerequisites.items import words
from policies.prerequisites.outside import Outside
from policies.prerequisites.portfolio import Dossier
from store import documents, facts
from store.database import Connection, Database
from store.documents import DocumentRow, TermRow

PAGE = 200


async def load(database: Database, snapshot: FirmSnapshot, tenant: str, *, fresh: bool = False) -> Dossier:
    """Everything that readiness needs. Raises ErpUnavailable, StoreUnavailable."""
    firm = await snapshot.get(fresh=fresh)
    async with database.tenant(tenant) as connection:
        reports = await facts.newest(connection)
        terms = await terms_by_contract(connection)
    return Dossier.of(firm, Outside.of(reports), terms)


async def terms_by_contract(connection: Connection) -> Mapping[str, tuple[Term, ...]]:
    """The terms by contract number; a later document's word stands before an earlier's."""
    attached = [row for row in await _all_documents(connection) if row.contract and row.status != "superseded"]
    rows = await documents.terms(connection, *(row.id for row in attached)) if attached else []
    of_document: dict[str, list[TermRow]] = {}
    for row in rows:
        of_document.setdefault(row.document, []).append(row)
    found: dict[str, tuple[Term, ...]] = {}
    for contract in sorted({row.contract for row in attached if row.contract}):
        mine = [row for row in attached if row.contract == contract]
        ordered = sorted(mine, key=lambda row: _stands(row, of_document.get(row.id, [])), reverse=True)
        found[contract] = tuple(_speaking([of_document.get(row.id, []) for row in ordered]))
    return found


async def _all_documents(connection: Connection) -> list[DocumentRow]:
    found: list[DocumentRow] = []
    while True:
        page = await documents.listing(connection, limit=PAGE, offset=len(found))
        found += page
        if len(page) < PAGE:
            return found


def _stands(row: DocumentRow, terms: Iterable[TermRow]) -> tuple[str, str]:
    """By the date from which a document holds, as far as it says so; then by when it came."""
    dates = [str(term.value) for term in terms if term.field == "effective_date"]
    return (dates[0] if dates else "", row.uploaded_at.isoformat())


def _speaking(of_documents: list[list[TermRow]]) -> list[Term]:
    """Newest document first: its value of a field silences earlier ones, of a list its entry the earlier entry."""
    found: list[Term] = []
    taken: set[tuple[str, str]] = set()
    for rows in of_documents:
        mine = {(row.field, _entry(row)) for row in rows}
        found += [_term(row) for row in rows if (row.field, _entry(row)) not in taken]
        taken |= mine
    return found


def _entry(row: TermRow) -> str:
    """What makes two values of a list the same entry: the role of a rate, the name of a milestone."""
    if row.field not in SEVERAL or not isinstance(row.value, dict):
        return ""
    return words(str(row.value.get("role") or row.value.get("name") or ""))


def _term(row: TermRow) -> Term:
    return Term(row.field, row.value, row.evidence, row.confidence, row.method, row.status, row.alternatives)
