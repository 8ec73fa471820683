"""The main job, measured on the demo firm: terms read, problems found, codes proposed, by the product's own way.

`countersign evals run main-job` builds the firm (cached), reads its documents, imports the other
systems' reports, assesses every project, proposes a code for every document, and compares with `evals/truth`.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from erp.demo import server
from erp.demo.cache import built_firm
from evals import readiness, terms, truth
from evals.codes.demo import ranked
from evals.readiness import ReadinessScore
from evals.stand import TENANT, Stand, stand
from evals.terms import Score
from evals.truth import DocumentTruth
from policies.prerequisites.portfolio import portfolio
from store import documents
from tools.knowledge import load


@dataclass(frozen=True)
class CodeScore:
    """Documents whose first proposal is the right code, by kind; `wrong` says what came first instead."""

    right: int
    existing: int
    existing_right: int
    new: int
    new_right: int
    wrong: tuple[str, ...]


def run(argv: list[str]) -> dict[str, Any]:
    """Measure, telling what is done; the figures are returned."""
    parser = argparse.ArgumentParser("countersign evals run main-job", description=__doc__)
    parser.add_argument("--list", action="store_true", help="tell each miss")
    parser.add_argument("--home", type=Path, help="a built demo firm (built where there is none)")
    wanted = parser.parse_args(argv)
    began = time.monotonic()
    print("Building the demo firm, unless it stands")
    result, listing = asyncio.run(_measure(wanted.home or _firm()))
    if wanted.list:
        for line in listing:
            print(line)
    result["seconds"] = round(time.monotonic() - began, 1)
    return result


def _firm() -> Path:
    return built_firm(datetime.now(UTC).date(), progress=lambda text: print(f"  {text}"), whole_month=True)


async def _measure(home: Path) -> tuple[dict[str, Any], list[str]]:
    today = server.seeded_on(home)
    truths = {item.key: item for item in truth.documents(today)}
    planted, lookalikes = truth.problems()
    async with stand(truths, home) as firm:
        print(f"Reading {len(truths)} documents")
        read, tricks = await _terms(firm, truths)
        print(f"Assessing {len(firm.firm.projects)} projects")
        dossier = await load(firm.database, firm.mirror, TENANT)
        found = readiness.score(portfolio(dossier, None, today), planted, lookalikes)
        print("Proposing codes")
        codes = await _codes(firm, truths)
    result = _figures(read, tricks, found, codes)
    result["planted"]["lookalikes"] = len(lookalikes)
    result["facts"] = {"imported": firm.facts.recorded, "bad": len(firm.facts.bad)}
    return result, _listing(read, found, codes)


async def _terms(firm: Stand, truths: dict[str, DocumentTruth]) -> tuple[Score, dict[str, bool]]:
    total = Score()
    warned: dict[str, set[str]] = {}
    for key, row in firm.documents.items():
        warned[key] = {str(warning["code"]) for warning in row.warnings}
        async with firm.database.tenant(TENANT) as connection:
            read = await documents.terms(connection, row.id)
        total += terms.score(key, truths[key].terms, [(term.field, term.value) for term in read])
    tricks = {
        "all_read": not firm.refused,
        "injection_reported": "injection_suspected" in warned.get("cedarpoint-finops", set()),
        "scan_reported": "no_text_layer" in warned.get("brightwater-network", set()),
        "password_opened": "quillon-integration" in firm.documents,
    }
    return total, tricks


async def _codes(firm: Stand, truths: dict[str, DocumentTruth]) -> CodeScore:
    outcomes = [(item, codes[0], wanted) for item, codes, wanted in await ranked(firm, truths)]
    right = [(item, code == wanted) for item, code, wanted in outcomes]
    return CodeScore(
        right=sum(ok for _, ok in right),
        existing=sum(item.code["kind"] == "existing" for item, _ in right),
        existing_right=sum(ok for item, ok in right if item.code["kind"] == "existing"),
        new=sum(item.code["kind"] == "new" for item, _ in right),
        new_right=sum(ok for item, ok in right if item.code["kind"] == "new"),
        wrong=tuple(f"{item.key}: {code} instead of {wanted}" for item, code, wanted in outcomes if code != wanted),
    )


def _figures(read: Score, tricks: dict[str, bool], found: ReadinessScore, codes: CodeScore) -> dict[str, Any]:
    return {
        "eval": "main-job",
        "terms": {
            "right": read.right,
            "missing": read.missing,
            "wrong": read.wrong,
            "precision": round(read.precision, 3),
            "recall": round(read.recall, 3),
            "f1": round(read.f1, 3),
        },
        "documents": tricks,
        "planted": {
            "found": len(found.found),
            "missed": len(found.missed),
            "false": len(found.false),
            "wrong_amount": len(found.wrong_amount),
            "lookalikes_reported": len(found.deceived),
        },
        "codes": {
            "documents": codes.existing + codes.new,
            "top1": codes.right,
            "existing": f"{codes.existing_right}/{codes.existing}",
            "new": f"{codes.new_right}/{codes.new}",
        },
    }


def _listing(read: Score, found: ReadinessScore, codes: CodeScore) -> list[str]:
    parts = (
        ("term not read", read.missed),
        ("term read but not stated", read.false),
        ("problem missed", found.missed),
        ("amount differs", found.wrong_amount),
        ("false problem", found.false),
        ("look-alike reported", found.deceived),
        ("code", codes.wrong),
    )
    return [f"{title}: {line}" for title, lines in parts for line in lines]
