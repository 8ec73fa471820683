"""Ranks the project codes that work could be booked on, with what speaks for and against each, and how sure that is.

Pure: it is handed what is known of the work, the firm's projects with their nearness, and earlier choices. It only
ranks; a person chooses, and their choice comes first when the same case comes again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from policies.code_reasons import (
    CLOSED,
    Candidate,
    CodeCase,
    Precedent,
    Reason,
    chosen_before,
    of_customer,
    of_dates,
    of_kind,
    of_name,
    of_practice,
    of_region,
    of_unknown_reference,
)
from policies.confidence import fitted
from policies.numbering import Numbering, numbering

__all__ = [
    "CLOSED",
    "Candidate",
    "CodeCase",
    "CodeProposal",
    "Precedent",
    "Standing",
    "Weighed",
    "may_be_proposed",
    "rank",
    "weigh",
]
SHOWN = 6


@dataclass(frozen=True)
class Standing:
    """What a person chose for this very case; it comes first as long as it may be proposed at all."""

    code: str
    kind: str
    practice: str | None
    region: str | None
    person: str
    chosen_at: datetime


@dataclass(frozen=True)
class CodeProposal:
    """A proposed code. `kind` is `existing` or `new` (none that exists fits: the next one by the numbering rule).

    `score` ranks (0 to 1); `confidence` is the probability that this is the code a person would choose, fitted on cases
    whose code is known (`countersign evals run codes`). `binding`: a person chose it for the same case.
    """

    code: str
    kind: str
    name: str
    practice: str | None
    region: str | None
    score: float = 0.0
    reasons: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    project_id: str | None = None
    confidence: float = 0.0
    binding: bool = False


@dataclass(frozen=True)
class Weighed:
    """A proposal without confidence yet, and what its reasons' weights add up to."""

    proposal: CodeProposal
    sum: float  # of the reasons' weights, as it is: `score` is held between 0 and 1


def rank(
    case: CodeCase,
    candidates: Sequence[Candidate],
    precedents: Sequence[Precedent],
    *,
    used: Iterable[str] = (),
    rule: Numbering | None = None,
    standing: Standing | None = None,
) -> tuple[CodeProposal, ...]:
    """The proposals, best first: open projects of the same customer, and one new code per practice and region.

    `used` are codes that are taken besides those of `candidates`. What may not be proposed gives no proposal, but its
    number stays taken, and a document that names it is told so in the new codes' reasons.
    """
    rule = rule or numbering()
    ordered = weigh(case, candidates, precedents, used=used, rule=rule)
    sure = fitted()[case.basis]
    shares = sure.shares([one.sum for one in ordered])
    ranked = [
        replace(one.proposal, confidence=round(sure.held(share, new=one.proposal.kind == "new"), 3))
        for one, share in zip(ordered, shares, strict=True)
    ]
    return _bound(ranked, case, candidates, standing, rule)[:SHOWN]


def weigh(
    case: CodeCase,
    candidates: Sequence[Candidate],
    precedents: Sequence[Precedent],
    *,
    used: Iterable[str] = (),
    rule: Numbering | None = None,
) -> tuple[Weighed, ...]:
    """All that may be proposed, best first, before anything is said of how sure that is."""
    rule = rule or numbering()
    number = rule.next_number([*used, *(candidate.code for candidate in candidates)])
    weighed = [
        _existing(case, candidate, precedents, rule) for candidate in candidates if may_be_proposed(case, candidate)
    ]
    carrying = sorted((c for c in candidates if c.references & case.references), key=lambda c: (c.code, c.project_id))
    weighed += [
        _new(case, (practice, region, number), precedents, carrying, rule)
        for practice in rule.practices
        for region in ([case.region] if case.region else rule.regions)
    ]
    return tuple(sorted(weighed, key=lambda one: (-one.sum, one.proposal.code)))


def may_be_proposed(case: CodeCase, candidate: Candidate) -> bool:
    """Never what is closed, what opens after the work's day, or what belongs to another customer than the work does.

    A customer that is stated but not in the ERP owns no project there, so that every existing code is foreign.
    """
    if candidate.status in CLOSED or not candidate.code:
        return False
    if candidate.opened is not None and case.on is not None and candidate.opened > case.on:
        return False
    if case.customer_id is None:
        return not case.customer_name
    return candidate.customer_id == case.customer_id


def _existing(case: CodeCase, candidate: Candidate, precedents: Sequence[Precedent], rule: Numbering) -> Weighed:
    reasons = [
        *of_name(case, candidate, rule),
        *of_customer(case, candidate, rule),
        *of_kind(case, candidate, rule),
        *of_dates(case, candidate, rule),
        *of_practice(case, candidate.practice, rule),
        *of_region(case, candidate.region, rule),
        *chosen_before([p for p in precedents if p.code == candidate.code], candidate.code, case, rule),
    ]
    bare = CodeProposal(
        candidate.code,
        "existing",
        candidate.name,
        candidate.practice,
        candidate.region,
        project_id=candidate.project_id,
    )
    return _weighed(bare, reasons)


def _new(
    case: CodeCase,
    place: tuple[str, str, int],
    precedents: Sequence[Precedent],
    carrying: Sequence[Candidate],
    rule: Numbering,
) -> Weighed:
    practice, region, _ = place
    name = rule.practices[practice].name
    begins = "new" if case.kind == "document" else "new_for_a_line"
    reasons = [
        Reason("None that exists: a new project under the next free number", rule.weights[begins]),
        *of_practice(case, practice, rule),
        *of_region(case, region, rule),
        *chosen_before([p for p in precedents if p.practice == practice], name, case, rule),
        *(Reason(f"{c.code} carries the same reference, but {why}", 0.0) for c, why in _barred(case, carrying)),
        *of_unknown_reference(case, carrying, rule),
    ]
    if case.customer_id is None:
        who = case.customer_name or "not stated"
        reasons.append(Reason(f"The customer ({who}) was not found in the ERP: create it first", -0.02))
    return _weighed(CodeProposal(rule.code(*place), "new", name, practice, region), reasons)


def _barred(case: CodeCase, carrying: Sequence[Candidate]) -> list[tuple[Candidate, str]]:
    return [(c, _why_not(case, c)) for c in carrying if not may_be_proposed(case, c)]


def _why_not(case: CodeCase, candidate: Candidate) -> str:
    if candidate.status in CLOSED:
        return "is closed"
    if candidate.opened is not None and case.on is not None and candidate.opened > case.on:
        return f"opens only on {candidate.opened.isoformat()}"
    return "belongs to another customer"


def _weighed(bare: CodeProposal, reasons: Sequence[Reason]) -> Weighed:
    ordered = sorted(reasons, key=lambda reason: -abs(reason.weight))
    total = sum(reason.weight for reason in ordered)
    proposal = replace(
        bare,
        score=round(min(1.0, max(0.0, total)), 3),
        reasons=tuple(reason.text for reason in ordered if reason.weight >= 0),
        against=tuple(reason.text for reason in ordered if reason.weight < 0),
    )
    return Weighed(proposal, total)


def _bound(
    ranked: list[CodeProposal],
    case: CodeCase,
    candidates: Sequence[Candidate],
    standing: Standing | None,
    rule: Numbering,
) -> tuple[CodeProposal, ...]:
    if standing is None:
        return tuple(ranked)
    said = f"Chosen for this work by {standing.person or 'a person'} on {standing.chosen_at.date().isoformat()}"
    known = next((c for c in candidates if c.code == standing.code), None)
    if known is not None and not may_be_proposed(case, known):
        told = f"{said}: {standing.code}, but it {_why_not(case, known)}"
        return tuple(replace(proposal, against=(told, *proposal.against)) for proposal in ranked)
    first = next((one for one in ranked if one.code == standing.code), None) or _chosen(standing, known, rule)
    bound = replace(first, score=1.0, confidence=1.0, binding=True, reasons=(said, *first.reasons))
    return (bound, *(replace(one, confidence=0.0) for one in ranked if one.code != standing.code))


def _chosen(standing: Standing, known: Candidate | None, rule: Numbering) -> CodeProposal:
    if known is not None:
        return CodeProposal(
            known.code, "existing", known.name, known.practice, known.region, project_id=known.project_id
        )
    practice = rule.practices.get(standing.practice or "")
    name = practice.name if practice else standing.code
    return CodeProposal(standing.code, "new", name, standing.practice, standing.region)
