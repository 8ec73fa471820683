"""Readiness against the truth: every planted problem found with its amount, and no look-alike reported.

`countersign evals run readiness`; with a seed the same generator builds another firm:
other customers on the engagements, other people, other amounts, and the problems planted at other places.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from domain.findings import Finding, Readiness, Verdict
from erp.demo import server
from erp.demo.cache import built_firm
from evals import truth
from evals.controller import differences
from evals.stand import TENANT, stand
from evals.truth import Lookalike, Planted
from policies.prerequisites.portfolio import portfolio
from policies.prerequisites.rulebook import rulebook
from tools.knowledge import load


@dataclass(frozen=True)
class ReadinessScore:
    """What was found of what was planted; `false` failed although nothing was planted there."""

    found: tuple[str, ...]
    missed: tuple[str, ...]
    wrong_amount: tuple[str, ...]
    false: tuple[str, ...]
    deceived: tuple[str, ...]  # of `false`: the look-alikes


def run(argv: list[str]) -> dict[str, Any]:
    """Measure, telling what is done; the figures are returned."""
    parser = argparse.ArgumentParser("countersign evals run readiness", description=__doc__)
    parser.add_argument("--seed", type=int, default=0, help="of the generated firm (0: the demo firm)")
    parser.add_argument("--list", action="store_true", help="tell each miss")
    parser.add_argument("--home", type=Path, help="a built firm of this seed (built where there is none)")
    wanted = parser.parse_args(argv)
    began, seed = time.monotonic(), int(wanted.seed)
    print("Building the firm, unless it stands")
    home = wanted.home or _firm(seed)
    found, planted, answers = asyncio.run(_measure(home, seed))
    differs = differences(home, answers, server.seeded_on(home))
    if wanted.list:
        for line in [*listing(found), *(f"the ERP says otherwise: {one}" for one in differs)]:
            print(line)
    return {
        "eval": "readiness",
        "seed": seed,
        "rules": len(rulebook()),
        "planted": len(planted),
        "found": len(found.found),
        "missed": len(found.missed),
        "false": len(found.false),
        "wrong_amount": len(found.wrong_amount),
        "lookalikes_reported": len(found.deceived),
        "rules_planted": len({one.rule for one in planted}),
        "projects": len(answers),
        "differs_from_erp": len(differs),
        "seconds": round(time.monotonic() - began, 1),
    }


def _firm(seed: int) -> Path:
    today = datetime.now(UTC).date()
    return built_firm(today, progress=lambda text: print(f"  {text}"), whole_month=True, seed=seed)


async def _measure(home: Path, seed: int) -> tuple[ReadinessScore, tuple[Planted, ...], tuple[Readiness, ...]]:
    today = server.seeded_on(home)
    planted, lookalikes = truth.problems(seed, today)
    attached = {item.key: item for item in truth.documents(today)} if not seed else {}
    async with stand(attached, home) as firm:
        print(f"Assessing {len(firm.firm.projects)} projects by {len(rulebook())} rules")
        dossier = await load(firm.database, firm.mirror, TENANT)
        answers = portfolio(dossier, None, today)
    torn = [answer.project_name for answer in answers if answer.ready + answer.blocked != answer.unbilled]
    found = score(answers, planted, lookalikes)
    return replace(found, wrong_amount=(*found.wrong_amount, *torn)), planted, answers


def listing(found: ReadinessScore) -> list[str]:
    """Each miss and each false finding, in words."""
    parts = (
        ("missed", found.missed),
        ("amount differs", found.wrong_amount),
        ("false", found.false),
        ("look-alike reported", found.deceived),
    )
    return [f"{title}: {line}" for title, lines in parts for line in lines]


def score(assessed: Sequence[Readiness], planted: Sequence[Planted], lookalikes: Sequence[Lookalike]) -> ReadinessScore:
    """Compare every failed rule of every project with the truth."""
    failed = {
        (name, finding.rule): finding
        for readiness in assessed
        for finding in readiness.findings
        if finding.verdict is Verdict.FAIL
        for name in _names(readiness)
    }
    expected = {(item.project, item.rule) for item in planted}
    hits = [item for item in planted if (item.project, item.rule) in failed]
    strays = [
        (readiness, finding)
        for readiness in assessed
        for finding in readiness.findings
        if finding.verdict is Verdict.FAIL and not expected & {(name, finding.rule) for name in _names(readiness)}
    ]
    return ReadinessScore(
        found=tuple(f"{item.project} {item.rule}" for item in hits),
        missed=tuple(f"{p.project} {p.rule}" for p in planted if (p.project, p.rule) not in failed),
        wrong_amount=tuple(
            f"{item.project} {item.rule}: {failed[item.project, item.rule].amount} instead of {item.amount}"
            for item in hits
            if not _same_amount(item, failed[item.project, item.rule])
        ),
        false=tuple(f"{_names(readiness)[0]} {finding.rule}: {finding.reason}" for readiness, finding in strays),
        deceived=tuple(f"{item.project} {item.rule}" for item in lookalikes if (item.project, item.rule) in failed),
    )


def _names(readiness: Readiness) -> tuple[str, ...]:
    return tuple(name for name in (readiness.project_code, readiness.project_name) if name)


def _same_amount(item: Planted, finding: Finding) -> bool:
    return item.amount is None or (finding.amount is not None and item.amount.rounded == finding.amount.rounded)
