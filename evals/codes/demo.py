"""The demo firm's documents: whether the right code comes first, and within the first three."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from statistics import mean
from typing import Any

from domain.records import Firm
from domain.terms import Term
from erp.demo import server
from erp.demo.cache import built_firm
from evals import truth
from evals.stand import TENANT, Stand, stand
from evals.truth import DocumentTruth
from policies.numbering import numbering
from store import documents
from tools.codes import Paper, propose


def demo_shares(argv: list[str]) -> dict[str, Any]:
    """{documents, top1, top3} as shares; `--home DIR` takes a firm that stands."""
    home = Path(argv[argv.index("--home") + 1]) if "--home" in argv else None
    found = asyncio.run(
        _measure(home or built_firm(datetime.now(UTC).date(), whole_month=True, progress=lambda _: None))
    )
    places = [_place(codes, wanted) for _, codes, wanted in found]
    return {
        "documents": len(found),
        "top1": round(mean(at == 0 for at in places), 3),
        "top3": round(mean(0 <= at < 3 for at in places), 3),  # noqa: PLR2004 - as its name says
    }


def _place(codes: list[str], wanted: str) -> int:
    return codes.index(wanted) if wanted in codes else -1


async def _measure(home: Path) -> list[tuple[DocumentTruth, list[str], str]]:
    truths = {item.key: item for item in truth.documents(server.seeded_on(home))}
    async with stand(truths, home) as firm:
        return await ranked(firm, truths)


async def ranked(firm: Stand, truths: dict[str, DocumentTruth]) -> list[tuple[DocumentTruth, list[str], str]]:
    """Per readable document: its truth, the codes proposed for it, best first, and the right one."""
    found: list[tuple[DocumentTruth, list[str], str]] = []
    for key, row in firm.documents.items():
        if not truths[key].readable:
            continue
        async with firm.database.tenant(TENANT) as connection:
            read = await documents.terms(connection, row.id)
            known = tuple(Term(term.field, term.value, term.evidence, term.confidence) for term in read)
            asked = Paper(await documents.body(connection, row.id), known, row.name, row.id)
            proposals = await propose(connection, firm.firm, asked, today=firm.firm.fetched_at.date())
        found.append((truths[key], [one.code for one in proposals], expected(truths[key], firm.firm)))
    return found


def expected(item: DocumentTruth, firm: Firm) -> str:
    """The code that a document should get."""
    if item.code["kind"] == "new":
        rule = numbering()
        number = rule.next_number(project.code for project in firm.projects if project.code)
        return rule.code(item.code["practice"], item.code["region"], number)
    files = {row.file for row in truth.documents(firm.fetched_at.date()) if row.code == item.code}
    contracts = {c.id for c in firm.contracts if any(attached.name in files for attached in c.attachments)}
    return next((p.code for p in firm.projects if p.code and contracts & set(p.contract_ids)), "no project")
