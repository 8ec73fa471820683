"""Ranks the project codes that a statement of work could be booked on, with what speaks for and against each.

Pure: it is handed what the document says, the firm's open projects with their nearness, and earlier choices. It only
ranks; a person chooses.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from policies.numbering import Numbering, numbering

CLOSED = frozenset({"done", "cancelled"})
TITLE_IS_THE_SAME = 0.86  # nearness above which a document's title and a project's name mean the same work
AS_NEAR = 0.95  # of the nearest practice: too close to call
PRECEDENT_COUNTS = 0.45
SHOWN = 6


@dataclass(frozen=True)
class CodeCase:
    """What is known of the work. `practices` says how near it is to each practice (0 to 1); `references` are the
    purchase orders, document and contract numbers that the document carries, in upper case.
    """

    customer_id: str | None
    customer_name: str
    region: str | None
    practices: dict[str, float]
    billing: frozenset[str] = frozenset()
    currency: str | None = None
    references: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Candidate:
    """A project of the firm. `subject` is the nearness of its name to the document's title (0 to 1), `references` the
    numbers its contracts carry; `other_number` is set when they name another statement of work.
    """

    code: str
    name: str
    project_id: str
    customer_id: str | None
    practice: str | None
    region: str | None
    status: str
    billing: frozenset[str] = frozenset()
    currency: str | None = None
    subject: float = 0.0
    references: frozenset[str] = frozenset()
    other_number: str = ""


@dataclass(frozen=True)
class Precedent:
    """What a person chose for work of this similarity (cosine)."""

    code: str
    practice: str | None
    region: str | None
    customer: str
    similarity: float


@dataclass(frozen=True)
class Reason:
    """One reason and what it adds to the score (negative: it speaks against)."""

    text: str
    weight: float


@dataclass(frozen=True)
class CodeProposal:
    """A proposed code. `kind` is `existing` or `new`; `score` lies between 0 and 1, for ranking and nothing else."""

    code: str
    kind: str
    name: str
    practice: str | None
    region: str | None
    score: float = 0.0
    reasons: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    project_id: str | None = None


def rank(
    case: CodeCase,
    candidates: Sequence[Candidate],
    precedents: Sequence[Precedent],
    *,
    used: Iterable[str] = (),
    rule: Numbering | None = None,
) -> tuple[CodeProposal, ...]:
    """The proposals, best first: open projects of the same customer, and one new code per practice and region.

    `used` are codes that are taken besides those of `candidates`. Closed projects give no proposal, but their numbers
    stay taken, and a document that names one says so in the new codes' reasons.
    """
    rule = rule or numbering()
    number = rule.next_number([*used, *(candidate.code for candidate in candidates)])
    proposals = [
        _existing(case, candidate, precedents, rule) for candidate in candidates if _may_be_proposed(case, candidate)
    ]
    carrying = [c for c in candidates if c.references & case.references]
    proposals += [
        _new(case, (practice, region, number), precedents, carrying, rule)
        for practice in rule.practices
        for region in ([case.region] if case.region else rule.regions)
    ]
    return tuple(sorted(proposals, key=lambda proposal: (-proposal.score, proposal.code))[:SHOWN])


def _may_be_proposed(case: CodeCase, candidate: Candidate) -> bool:
    if candidate.status in CLOSED or not candidate.code:
        return False
    return case.customer_id is None or candidate.customer_id == case.customer_id


def _existing(case: CodeCase, candidate: Candidate, precedents: Sequence[Precedent], rule: Numbering) -> CodeProposal:
    reasons = [
        *_same_contract(case, candidate, rule),
        *_same_kind(case, candidate, rule),
        *_practice(case, candidate.practice, rule),
        *_region(case, candidate.region, rule),
        *_chosen_before([p for p in precedents if p.code == candidate.code], candidate.code, rule),
    ]
    bare = CodeProposal(candidate.code, "existing", candidate.name, candidate.practice, candidate.region)
    return replace(_proposal(bare, reasons), project_id=candidate.project_id)


def _same_contract(case: CodeCase, candidate: Candidate, rule: Numbering) -> Iterable[Reason]:
    shared = sorted(case.references & candidate.references)
    if shared:
        yield Reason(f"Its contract carries the same reference: {', '.join(shared)}", rule.weights["reference"])
    elif candidate.subject >= TITLE_IS_THE_SAME and not candidate.other_number:
        yield Reason(f"The document's title is that of the project: {candidate.name}", rule.weights["reference"])
    elif candidate.other_number:
        text = f"Its contract belongs to another statement of work: {candidate.other_number}"
        yield Reason(text, rule.weights["other_number"])
    yield Reason(
        f"Nearness of title and project name: {candidate.subject:.0%}", rule.weights["subject"] * candidate.subject
    )


def _same_kind(case: CodeCase, candidate: Candidate, rule: Numbering) -> Iterable[Reason]:
    if case.customer_id is not None and candidate.customer_id == case.customer_id:
        yield Reason(f"Same customer: {case.customer_name}", rule.weights["customer"])
    if case.billing and candidate.billing:
        same = bool(case.billing & candidate.billing)
        text = (
            f"Billed as the project is: {_words(candidate.billing)}"
            if same
            else (f"The project is billed otherwise: {_words(candidate.billing)}")
        )
        yield Reason(text, rule.weights["billing" if same else "other_billing"])
    if case.currency and candidate.currency and case.currency != candidate.currency:
        yield Reason(f"The project is billed in {candidate.currency}", rule.weights["other_currency"])
    if candidate.status == "on_hold":
        yield Reason("The project is on hold", rule.weights["on_hold"])


def _practice(case: CodeCase, practice: str | None, rule: Numbering) -> Iterable[Reason]:
    if practice is None or practice not in rule.practices or not case.practices:
        return
    share = _share(case.practices, practice)
    name = rule.practices[practice].name
    best = max(case.practices, key=lambda key: case.practices[key])
    if share >= AS_NEAR:
        yield Reason(f"The work is that of {name}", rule.weights["practice"] * share)
    else:
        text = f"The work is nearer to {rule.practices[best].name} than to {name}"
        yield Reason(text, rule.weights["practice"] * (share - _share(case.practices, best)))


def _region(case: CodeCase, region: str | None, rule: Numbering) -> Iterable[Reason]:
    if case.region is None or region is None or region not in rule.regions:
        return
    name = rule.regions[region].name
    if region == case.region:
        yield Reason(f"The customer belongs to {name}", rule.weights["region"])
    else:
        yield Reason(f"The customer does not belong to {name}", rule.weights["other_region"])


def _new(
    case: CodeCase,
    place: tuple[str, str, int],
    precedents: Sequence[Precedent],
    carrying: Sequence[Candidate],
    rule: Numbering,
) -> CodeProposal:
    practice, region, _ = place
    name = rule.practices[practice].name
    reasons = [
        Reason("A new project: the next free number", rule.weights["new"]),
        *_practice(case, practice, rule),
        *_region(case, region, rule),
        *_chosen_before([p for p in precedents if p.practice == practice], name, rule),
        *(Reason(f"{c.code} carries the same reference, but is closed", 0.0) for c in carrying if c.status in CLOSED),
        *_unknown(case, carrying, rule),
    ]
    if case.customer_id is None:
        who = case.customer_name or "not stated"
        reasons.append(Reason(f"The customer ({who}) was not found in the ERP: create it first", -0.02))
    return _proposal(CodeProposal(rule.code(*place), "new", name, practice, region), reasons)


def _unknown(case: CodeCase, carrying: Sequence[Candidate], rule: Numbering) -> Iterable[Reason]:
    if case.references and not carrying:
        text = f"No contract in the ERP carries {', '.join(sorted(case.references))}"
        yield Reason(text, rule.weights["unknown_reference"])


def _chosen_before(precedents: Sequence[Precedent], what: str, rule: Numbering) -> Iterable[Reason]:
    near = max(precedents, key=lambda p: p.similarity, default=None)
    if near is None or near.similarity < PRECEDENT_COUNTS:
        return
    text = f"{what} was chosen for similar work before: {near.code} ({near.customer or 'customer unknown'})"
    yield Reason(text, rule.weights["precedent"] * near.similarity)


def _proposal(bare: CodeProposal, reasons: Sequence[Reason]) -> CodeProposal:
    ordered = sorted(reasons, key=lambda reason: -abs(reason.weight))
    score = min(1.0, max(0.0, sum(reason.weight for reason in ordered)))
    return replace(
        bare,
        score=round(score, 3),
        reasons=tuple(reason.text for reason in ordered if reason.weight >= 0),
        against=tuple(reason.text for reason in ordered if reason.weight < 0),
    )


def _share(nearness: dict[str, float], practice: str) -> float:
    """How far this practice is the nearest: 1.0 for the nearest, less for the others by what they lack."""
    best = max(nearness.values())
    return max(0.0, min(1.0, nearness.get(practice, 0.0) / best)) if best > 0 else 0.0


def _words(billing: frozenset[str]) -> str:
    return ", ".join(sorted(kind.replace("_", " ") for kind in billing))
