"""Whether confidence says the truth: fitted on questions of several firms, judged on the one that was left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean

import numpy as np

from evals.codes.ranking import Asked, right
from policies.codes import weigh
from policies.confidence import Confidence

EDGES = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1.0)
TEMPERATURES = tuple(step / 400 for step in range(2, 121))
SUREST = tuple(step / 200 for step in range(140, 200))
WIDTHS = 10


@dataclass(frozen=True)
class Answer:
    """A question's ranking as the fit sees it: what each proposal's reasons add up to, and whether the first is right.

    `basis`: what there was to judge by (`policies.codes.CodeCase.basis`); `new`: the first is "none that exists".
    """

    basis: str
    sums: tuple[float, ...]
    new: bool
    right: bool


@dataclass(frozen=True)
class Said:
    """What was said of a first proposal, and whether it was right."""

    confidence: float
    right: bool


def answers(asked: Sequence[Asked]) -> tuple[Answer, ...]:
    """Of all questions that no person's own choice answers."""
    found: list[Answer] = []
    for one in asked:
        gathered = one.found
        ranked = weigh(gathered.case, gathered.candidates, gathered.precedents, used=gathered.used)
        if ranked and gathered.standing is None:
            sums = tuple(weighed.sum for weighed in ranked)
            first = ranked[0].proposal
            found.append(Answer(gathered.case.basis, sums, first.kind == "new", right(first, one.question)))
    return tuple(found)


def fit(known: Sequence[Answer]) -> Confidence:
    """The numbers at which what is said costs least (logarithmic score), never surer than the count of cases allows.

    That bound is the rule of succession: of n answers that were all right, (n + 1) / (n + 2).
    """
    kinds = [[answer for answer in known if answer.new == new] for new in (False, True)]
    if not any(kinds):
        raise ValueError("There is nothing to fit on.")
    tried = ((temperature, [_held(answers_, temperature) for answers_ in kinds]) for temperature in TEMPERATURES)
    _, temperature, (existing, new) = min(
        (sum(cost for cost, _ in held), temperature, [surest for _, surest in held]) for temperature, held in tried
    )
    return Confidence(temperature, existing, new)


def _held(known: Sequence[Answer], temperature: float) -> tuple[float, float]:
    """(what it costs in all, the most that should be said) at this temperature."""
    most = np.array([surest for surest in SUREST if surest <= (len(known) + 1) / (len(known) + 2)] or SUREST[:1])
    if not known:
        return 0.0, float(most[0])
    raw = Confidence(temperature, 1.0, 1.0)
    shares = np.array([raw.shares(answer.sums)[0] for answer in known])
    said_ = np.minimum(shares, most[:, None])
    costs = -np.log(np.where(np.array([answer.right for answer in known]), said_, 1 - said_)).sum(axis=1)
    return float(costs.min()), float(most[costs.argmin()])


def said(known: Sequence[Answer], by: Mapping[str, Confidence]) -> list[Said]:
    """What these numbers say of each."""
    return [_said(answer, by[answer.basis]) for answer in known]


def _said(answer: Answer, confidence: Confidence) -> Said:
    return Said(confidence.held(confidence.shares(answer.sums)[0], new=answer.new), answer.right)


def folds(by_seed: Mapping[int, Sequence[Answer]]) -> dict[str, list[Said]]:
    """By basis, what is said of each firm's questions by numbers that were fitted on all other firms'."""
    found: dict[str, list[Said]] = {}
    for left_out, mine in by_seed.items():
        others = [answer for seed, every in by_seed.items() if seed != left_out for answer in every]
        for basis in sorted({answer.basis for answer in mine}):
            confidence = fit([answer for answer in others if answer.basis == basis])
            said_ = [_said(answer, confidence) for answer in mine if answer.basis == basis]
            found.setdefault(basis, []).extend(said_)
    return found


def error(every: Sequence[Said]) -> float:
    """The expected calibration error in ten bands of equal width (0: what is said is true)."""
    bands: list[list[Said]] = [[] for _ in range(WIDTHS)]
    for one in every:
        bands[min(WIDTHS - 1, int(one.confidence * WIDTHS))].append(one)
    gaps = [abs(_mean(band) - mean(one.right for one in band)) * len(band) for band in bands if band]
    return round(sum(gaps) / len(every), 3) if every else 0.0


def bands(every: Sequence[Said]) -> list[dict[str, float | int | str]]:
    """{band, said, right, count} for each band of what was said that holds any."""
    found: list[dict[str, float | int | str]] = []
    for low, high in pairwise(EDGES):
        mine = [one for one in every if low <= one.confidence < high or (high == 1.0 and one.confidence == 1.0)]
        if mine:
            found.append(
                {
                    "band": f"{low:.0%} to {high:.0%}",
                    "said": round(_mean(mine), 3),
                    "right": round(mean(one.right for one in mine), 3),
                    "count": len(mine),
                }
            )
    return found


def _mean(every: Sequence[Said]) -> float:
    return mean(one.confidence for one in every)
