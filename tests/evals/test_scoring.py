"""The scorers can tell right from wrong: otherwise a good figure would mean nothing."""

from __future__ import annotations

from decimal import Decimal

from domain.findings import Finding, Readiness, Severity, Verdict
from domain.money import Money
from evals import readiness, terms
from evals.truth import Lookalike, Planted

STATED = {
    "client": ("Halden Rail Group plc",),
    "not_to_exceed": ("420000.00",),
    "signed": (True,),
    "rates": ({"role": "Cloud Engineer", "amount": "118.00", "per": "hour"},),
}


def eur(amount: int) -> Money:
    return Money(Decimal(amount), "EUR")


def test_right_missing_and_wrong_values_are_told_apart() -> None:
    read = [
        ("client", "HALDEN RAIL GROUP PLC"),
        ("not_to_exceed", "420000"),
        ("signed", False),
        ("rates", {"role": "cloud engineer", "amount": "118", "per": "day"}),
        ("term", "P3Y"),
    ]
    score = terms.score("doc", STATED, read)
    assert (score.right, score.missing, score.wrong) == (2, 2, 3)
    assert "doc: term = P3Y" in score.false
    assert (score.precision, score.recall) == (0.4, 0.5)


def test_nothing_read_scores_nothing() -> None:
    score = terms.score("doc", STATED, [])
    assert (score.right, score.missing, score.precision, score.recall, score.f1) == (0, 4, 0.0, 0.0, 0.0)


def test_the_same_value_twice_counts_once() -> None:
    score = terms.score("doc", {"client": ("Halden",)}, [("client", "Halden"), ("client", "Halden")])
    assert (score.right, score.wrong) == (1, 1)


def readiness_of(code: str | None, *failed: tuple[str, Money | None]) -> Readiness:
    findings = [
        Finding(rule, rule, Verdict.FAIL, Severity.BLOCKS, "why", "finance", amount=amount) for rule, amount in failed
    ]
    findings.append(Finding("contract.missing", "", Verdict.PASS, Severity.BLOCKS, "", "finance"))
    nothing = eur(0)
    return Readiness(
        "1", code, "Platform", None, None, None, None, tuple(findings), nothing, nothing, nothing, "2026-11-23"
    )


def test_planted_missed_false_and_look_alike() -> None:
    planted = (
        Planted("CLD-UKI-1001", "po.missing", eur(100)),
        Planted("CLD-UKI-1001", "cap.reached", eur(50)),
        Planted("CLD-UKI-1001", "contract.missing", None),
    )
    lookalikes = (Lookalike("CLD-UKI-1001", "po.expired", "valid until tomorrow"),)
    found = readiness.score(
        [readiness_of("CLD-UKI-1001", ("po.missing", eur(100)), ("cap.reached", eur(51)), ("po.expired", None))],
        planted,
        lookalikes,
    )
    assert found.found == ("CLD-UKI-1001 po.missing", "CLD-UKI-1001 cap.reached")
    assert found.missed == ("CLD-UKI-1001 contract.missing",)
    assert found.wrong_amount == ("CLD-UKI-1001 cap.reached: EUR 51.00 instead of EUR 50.00",)
    assert found.false == ("CLD-UKI-1001 po.expired: why",)
    assert found.deceived == ("CLD-UKI-1001 po.expired",)


def test_a_project_without_a_code_is_found_by_its_name() -> None:
    planted = (Planted("Platform", "project.code_missing", None),)
    found = readiness.score([readiness_of(None, ("project.code_missing", None))], planted, ())
    assert (len(found.found), found.missed, found.false) == (1, (), ())
