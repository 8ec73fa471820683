"""How often the right code comes first, and what each kind of evidence adds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import mean

from evals.codes.cases import Question
from policies.codes import CodeProposal, rank
from policies.numbering import numbering, parts
from tools.codes import Gathered

RULES = (
    "reference",
    "customer",
    "practice",
    "practice_of_a_line",
    "region",
    "billing",
    "other_number",
    "opened_with_it",
    "on_hold",
)


@dataclass(frozen=True)
class Asked:
    """A question with what was gathered for it by the product's own way."""

    question: Question
    found: Gathered


def right(proposal: CodeProposal, question: Question) -> bool:
    """An existing code must be the very one; a new one of the right practice and region, under whatever number."""
    if question.none_fits:
        return proposal.kind == "new" and (proposal.practice, proposal.region) == parts(question.wanted)
    return proposal.code == question.wanted


def place(ranked: Sequence[CodeProposal], question: Question) -> int | None:
    """Where the right code stands (0: first), None when it is not proposed."""
    return next((at for at, proposal in enumerate(ranked) if right(proposal, question)), None)


def whole(found: Gathered) -> tuple[CodeProposal, ...]:
    """The product's own ranking."""
    return found.ranked()


def without_precedents(found: Gathered) -> tuple[CodeProposal, ...]:
    """As if nobody had ever chosen anything."""
    return replace(found, precedents=(), standing=None).ranked()


def without_vectors(found: Gathered) -> tuple[CodeProposal, ...]:
    """By letters and records alone: no meaning of names, services or earlier choices."""
    spelt = tuple(replace(c, subject=c.spelling or 0.0) for c in found.candidates)
    return replace(found, candidates=spelt, precedents=(), case=replace(found.case, practices={})).ranked()


def without_rules(found: Gathered) -> tuple[CodeProposal, ...]:
    """By names and earlier choices alone: customer, numbers, practice, region and dates say nothing."""
    weights = {**numbering().weights, **dict.fromkeys(RULES, 0.0)}
    case = replace(found.case, references=frozenset())
    rule = replace(numbering(), weights=weights)
    return rank(case, found.candidates, found.precedents, used=found.used, rule=rule)


WAYS: Mapping[str, Callable[[Gathered], tuple[CodeProposal, ...]]] = {
    "whole": whole,
    "without_precedents": without_precedents,
    "without_vectors": without_vectors,
    "without_rules": without_rules,
}


def shares(asked: Sequence[Asked], way: Callable[[Gathered], tuple[CodeProposal, ...]] = whole) -> dict[str, float]:
    """top1 and top3, as shares of all questions."""
    places = [place(way(one.found), one.question) for one in asked]
    return {
        "top1": round(mean(at == 0 for at in places), 3),
        "top3": round(mean(at is not None and at < 3 for at in places), 3),  # noqa: PLR2004 - as its name says
    }


def by_kind(asked: Sequence[Asked]) -> dict[str, str]:
    """Right in the first place, of how many, by kind of question."""
    total = Counter(one.question.kind for one in asked)
    first = Counter(one.question.kind for one in asked if place(one.found.ranked(), one.question) == 0)
    return {kind: f"{first[kind]}/{count}" for kind, count in sorted(total.items())}


def safe(asked: Sequence[Asked], bookable: frozenset[str]) -> int:
    """How many proposals named a code that was closed, or not open yet. It must be none."""
    return sum(
        proposal.kind == "existing" and proposal.code not in bookable
        for one in asked
        for proposal in one.found.ranked()
    )
