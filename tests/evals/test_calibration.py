"""Confidence: what was fitted on known answers is found again, is judged on what was left out, and is what docs say."""

from __future__ import annotations

import random

import pytest

from evals.codes.calibrating import Answer, bands, error, fit, folds, said
from evals.codes.fitting import BASES, DOCS
from policies.confidence import Confidence, fitted


def drawn(truth: Confidence, count: int, seed: int, *, basis: str = "line") -> list[Answer]:
    """Answers that are right as often as `truth` says."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, no secret
    found: list[Answer] = []
    for _ in range(count):
        gap = chance.choice((0.0, 0.02, 0.05, 0.1, 0.4))
        sums, new = (0.8, 0.8 - gap, 0.1), chance.random() < 0.5
        found.append(Answer(basis, sums, new, chance.random() < truth.held(truth.shares(sums)[0], new=new)))
    return found


def test_what_answers_were_drawn_by_is_found_again() -> None:
    truth = Confidence(0.05, 0.95, 0.85)
    found = fit(drawn(truth, 12_000, 3))
    assert found.temperature == pytest.approx(0.05, abs=0.01)
    assert (found.surest, found.surest_new) == (pytest.approx(0.95, abs=0.02), pytest.approx(0.85, abs=0.02))


def test_few_answers_make_nobody_sure() -> None:
    right = [Answer("line", (0.9, 0.1), new=False, right=True)] * 8
    assert fit(right).surest <= 9 / 10


def test_a_firm_is_judged_by_numbers_that_never_saw_it() -> None:
    truthful, wrong = drawn(Confidence(0.05, 0.95, 0.95), 600, 5), [Answer("line", (0.9, 0.1), new=False, right=False)]
    every = folds({1: truthful, 2: wrong * 50})["line"]
    judged = every[len(truthful) :]
    assert min(one.confidence for one in judged) > 0.9, "the wrong answers were fitted on"
    assert error(judged) > 0.9


def test_bands_count_every_answer_once() -> None:
    known = drawn(Confidence(0.05, 0.95, 0.85), 300, 7)
    assert sum(int(band["count"]) for band in bands(said(known, {"line": Confidence(0.05, 0.95, 0.85)}))) == 300


def test_the_table_in_the_docs_is_of_the_numbers_in_force() -> None:
    text = DOCS.read_text("utf-8")
    for basis, title in BASES.items():
        numbers = " | ".join(f"{value:g}" for value in vars(fitted()[basis]).values())
        assert f"| {title} | {numbers} |" in text
