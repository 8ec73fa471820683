"""Scores the portfolio's findings against the planted problems and their look-alikes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from domain.findings import Finding, Readiness, Verdict
from evals.truth import Lookalike, Planted


@dataclass(frozen=True)
class ReadinessScore:
    """What was found of what was planted; `false` failed although nothing was planted there."""

    found: tuple[str, ...]
    missed: tuple[str, ...]
    wrong_amount: tuple[str, ...]
    false: tuple[str, ...]
    deceived: tuple[str, ...]  # of `false`: the look-alikes


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
