"""Questions about the demo firm's documents: answered with the right passage, or rightly "not stated".

A question is stated in a document where the pattern beside it occurs in the document's text; an answer is right where
one of its quotes holds it. Questions of the second half name what no statement of work of the firm has.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from domain.actor import Actor, Role
from erp.demo.documents import write_all
from evals import truth
from evals.truth import DocumentTruth
from sow import library
from sow.asking import ask
from store import documents
from store.database import Database
from store.embedded import embedded_postgres
from store.migrate import migrate
from store.tenants import add_tenant, ensure_database

TODAY = date(2026, 11, 23)
ANN = Actor("northlight", "00000000-0000-0000-0000-000000000000", "Evaluation", frozenset({Role.PROJECT_MANAGER}))
QUESTIONS: tuple[tuple[str, str], ...] = (
    ("What does it say about travel?", r"travel|expenses"),
    ("Are trips to the client's site paid back?", r"travel|expenses"),
    ("When are invoices due?", r"(?:within|net) [\w ()]*days|payable|payment terms|Payment"),
    ("How soon must the client pay us?", r"(?:within|net) [\w ()]*days|payable|payment terms|Payment"),
    ("Which country's law applies?", r"law"),
    ("How can either side get out of it early?", r"terminat|notice"),
    ("When is a deliverable considered accepted?", r"accept"),
    ("What happens if work outside the scope is needed?", r"change (?:order|request)|scope"),
    ("Is there interest on late payments?", r"interest|late"),
    ("Where do we send invoices?", r"@"),
    ("Who owns what we produce?", r"intellectual property|ownership|licen[cs]e|work product"),
    ("Is there a purchase order?", r"purchase order|\bPO\b"),
    ("Who are the people on the team?", r"engineer|consultant|architect|lead|manager"),
    ("What does it say about confidential information?", r"confidential"),
    ("Is value added tax included in the price?", r"VAT|tax"),
    ("What does it say about retention of logs and records?", r"retention|retain"),
    ("Does it mention insurance?", r"insur"),
    ("Are we allowed to hire their staff?", r"solicit|hire|recruit"),
    ("What does it say about asbestos removal?", r"asbestos"),
    ("Does it mention a parent company guarantee?", r"guarant"),
    ("What about export controls?", r"export"),
    ("Is there a most favoured customer clause?", r"most favou?red"),
    ("What does it say about parking spaces?", r"parking"),
    ("Which football club is sponsored?", r"football"),
    ("What are the rules on animal testing?", r"animal"),
    ("Does it mention carbon offsets?", r"carbon|emission"),
    ("Is drug testing of staff required?", r"drug"),
    ("How are royalties on book sales paid?", r"royalt|book sales"),
    ("What does it say about franchise territories?", r"franchis|territor"),
    ("Are there penalties for late trains?", r"\btrains\b"),
)


@dataclass(frozen=True)
class Asked:
    """One question to one document: whether it is stated there, and what the answer was."""

    document: str
    question: str
    stated: bool
    answered: bool
    right: bool
    similarity: float


def measure(data: Path) -> dict[str, object]:
    """Counts of answers, and what went wrong by name."""
    del data  # the demo firm's documents are drawn here
    asked = asyncio.run(_all())
    count = Counter("right" if one.right else "wrong" for one in asked if one.answered)
    silent = Counter("missed" if one.stated else "rightly_not_stated" for one in asked if not one.answered)
    return {
        "asked": len(asked),
        **{name: count[name] for name in ("right", "wrong")},
        **{name: silent[name] for name in ("missed", "rightly_not_stated")},
        "answered_wrongly": [f"{one.document}: {one.question} {one.similarity}" for one in asked if _wrong(one)],
        "not_found": [f"{one.document}: {one.question}" for one in asked if one.stated and not one.answered],
    }


def _wrong(one: Asked) -> bool:
    return one.answered and not one.right


async def _all() -> list[Asked]:
    with (
        tempfile.TemporaryDirectory(prefix="countersign-questions-") as folder,
        embedded_postgres(Path(folder) / "pg" / "data") as postgres,
    ):
        ensure_database(postgres.owner_url("postgres"), "countersign")
        migrate(postgres.owner_url("countersign"))
        add_tenant(postgres.owner_url("countersign"), ANN.tenant, name="Northlight", base_currency="EUR")
        write_all(Path(folder) / "papers", today=TODAY)
        async with Database(postgres.app_url("countersign")) as database:
            papers = [one for one in truth.documents(TODAY) if one.readable]
            found = [await _about(database, Path(folder) / "papers", one) for one in papers]
    return [one for some in found for one in some]


async def _about(database: Database, folder: Path, paper: DocumentTruth) -> list[Asked]:
    data = (folder / paper.file).read_bytes()
    row = await library.upload(database, ANN, data, paper.file, password=paper.password)
    async with database.tenant(ANN.tenant) as connection:
        body = await documents.body(connection, row.id)
    return [await _one(database, row.id, paper.key, body, *one) for one in QUESTIONS]


async def _one(database: Database, document: str, key: str, body: str, question: str, pattern: str) -> Asked:
    answer = await ask(database, ANN, question, [document])
    right = any(re.search(pattern, found.evidence.quote, re.IGNORECASE) for found in answer.quotes)
    nearest = max((found.similarity for found in answer.quotes), default=0.0)
    stated = re.search(pattern, body, re.IGNORECASE) is not None
    return Asked(key, question, stated, answer.stated, right, nearest)
