"""How a firm sets its rules: switched, weighed, with thresholds of its own, and with rules of its own; or refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.errors import ConfigurationError
from domain.facts import FactKind, OutsideFact
from domain.findings import Severity, Verdict, Waiver
from domain.money import Money
from policies.prerequisites.conditions import holds
from policies.prerequisites.fields import Found
from policies.prerequisites.outside import Outside
from policies.prerequisites.own import rule_settings
from policies.prerequisites.rulebook import Condition
from tests.unit.prerequisites.records import NOW, TODAY, Small, eur, invoice

SMALL = Small()
OWN = """
[[rule]]
id = "own.{name}"
title = "A rule of ours"
problem = "Not as we want it"
severity = "blocks"
owner = "Practice lead"
remedy = "Do as we said."
fails = "It is not."
passes = "It is."
"""


def set_so(text: str, small: Small = SMALL) -> Small:
    return small.but(settings=rule_settings(text))


def own(conditions: str, small: Small = SMALL, name: str = "ours") -> Verdict:
    return set_so(OWN.replace("{name}", name) + conditions, small).finding(f"own.{name}").verdict


def test_a_rule_that_is_switched_off_is_not_asked() -> None:
    spoilt = SMALL.but(customer__tax_identifiers=())
    answer = set_so('[rules."customer.tax_id_missing"]\non = false', spoilt).answer()
    assert "customer.tax_id_missing" not in {finding.rule for finding in answer.findings}
    assert answer.ready == eur(2000)


def test_a_rule_weighs_as_much_as_the_firm_says() -> None:
    spoilt = SMALL.but(customer__tax_identifiers=())
    answer = set_so('[rules."customer.tax_id_missing"]\nseverity = "warns"\nowner = "Tax"', spoilt).answer()
    found = next(finding for finding in answer.findings if finding.rule == "customer.tax_id_missing")
    assert (found.verdict, found.severity, found.owner) == (Verdict.FAIL, Severity.WARNS, "Tax")
    assert answer.ready == eur(2000)


@pytest.mark.parametrize(("days", "verdict"), [(52, Verdict.FAIL), (53, Verdict.PASS)])
def test_a_threshold_is_the_firms_own(days: int, verdict: Verdict) -> None:
    late = SMALL.but(invoices=(invoice("1", date(2026, 10, 1), 900, "draft"),))
    text = f'[rules."invoice.draft_stuck"]\nthresholds = {{ days = {days} }}'
    assert set_so(text, late).finding("invoice.draft_stuck").verdict is verdict


@pytest.mark.parametrize(
    ("conditions", "verdict"),
    [
        ('require = [{ field = "project.manager", op = "present" }]', Verdict.PASS),
        ('require = [{ field = "project.manager", op = "is", value = "ann" }]', Verdict.PASS),
        ('require = [{ field = "project.manager", op = "absent" }]', Verdict.FAIL),
        ('require = [{ field = "contract.total", op = "at_least", value = 50000 }]', Verdict.PASS),
        ('require = [{ field = "contract.total", op = "at_most", value = 49999 }]', Verdict.FAIL),
        ('require = [{ field = "contract.po_number", op = "matches", value = "PO-[0-9]+" }]', Verdict.PASS),
        ('require = [{ field = "contract.po_number", op = "matches", value = "[0-9]+" }]', Verdict.FAIL),
        ('require = [{ field = "project.region", op = "one_of", value = ["UKI", "DACH"] }]', Verdict.PASS),
        ('require = [{ field = "project.region", op = "not_one_of", value = ["UKI"] }]', Verdict.FAIL),
        ('require = [{ field = "sow.end_date", op = "is_not", value = "x" }]', Verdict.UNKNOWN),
        ('require = [{ field = "fact.budget.amount", op = "at_least", value = 1 }]', Verdict.UNKNOWN),
        ('require = [{ field = "fact.billing_hold.held", op = "is", value = false }]', Verdict.PASS),
        (
            'applies = [{ field = "project.practice", op = "is", value = "DAT" }]\n'
            'require = [{ field = "project.manager", op = "absent" }]',
            Verdict.NOT_APPLICABLE,
        ),
        (
            'needs = ["budget"]\nswitch = "reported"\nrequire = [{ field = "fact.budget.held", op = "is", value = false }]',
            Verdict.NOT_APPLICABLE,
        ),
    ],
)
def test_a_firm_adds_rules_without_code(conditions: str, verdict: Verdict) -> None:
    assert own(conditions) is verdict


@pytest.mark.parametrize("pattern", [r"\w*\w*\w*\w*\w*\w*!", r"(\w+ ?)+!", r"(\w|\w)*!"])
def test_no_pattern_of_a_firm_holds_up_the_process(pattern: str) -> None:
    named = Condition(field="project.name", op="matches", value=pattern)
    assert holds(named, Found("a" * 20_000)) is False
    assert holds(named, Found("a!")) is True


def test_a_rule_of_the_firms_own_holds_money_and_can_be_waived() -> None:
    text = OWN.replace("{name}", "ours") + 'require = [{ field = "project.manager", op = "absent" }]'
    small = set_so(text)
    assert (small.answer().status, small.answer().ready) == ("blocked", eur(0))
    agreed = Waiver("own.ours", "w1", TODAY, "Agreed", "Ada")
    assert small.but(waivers=(agreed,)).answer().ready == eur(2000)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[", "cannot be used"),
        ('[rules."no.such"]\non = true', "no rule no.such"),
        ('[rules."invoice.draft_stuck"]\nthresholds = { weeks = 3 }', "no threshold weeks"),
        ('[rules."invoice.draft_stuck"]\nthresholds = { days = -3 }', "between 0"),
        ('[rules."po.balance"]\nseverity = "hides"', "severity"),
        ('[precedence]\nweather = ["psa"]', "precedence"),
        (OWN.replace("own.{name}", "po.mine") + 'require = [{ field = "project.code", op = "present" }]', "own."),
        (OWN.replace("{name}", "a"), "fails"),
        (
            OWN.replace("{name}", "a") + 'require = [{ field = "project.colour", op = "present" }]',
            "no field project.colour",
        ),
        (OWN.replace("{name}", "a") + 'require = [{ field = "sow.colour", op = "present" }]', "no field"),
        (OWN.replace("{name}", "a") + 'require = [{ field = "fact.weather.rain", op = "present" }]', "no field"),
        (OWN.replace("{name}", "a") + 'require = [{ field = "project.code", op = "is" }]', "takes a value"),
        (OWN.replace("{name}", "a") + 'require = [{ field = "project.code", op = "one_of", value = "A" }]', "a list"),
        (
            OWN.replace("{name}", "a") + 'require = [{ field = "project.code", op = "matches", value = "(?=a)a" }]',
            "pattern",
        ),
        (OWN.replace("{name}", "a") + 'require = [{ field = "project.code", op = "matches", value = "(" }]', "pattern"),
        (
            OWN.replace("{name}", "a")
            + 'action = "project.create"\nrequire = [{ field = "project.code", op = "present" }]',
            "only shipped rules",
        ),
    ],
)
def test_settings_that_cannot_hold_are_refused_with_what_is_wrong(text: str, word: str) -> None:
    with pytest.raises(ConfigurationError, match=word):
        rule_settings(text)


def _hold(system: str, held: bool, hours: int) -> OutsideFact:
    return OutsideFact(FactKind.BILLING_HOLD, "P", {"held": held}, system, NOW + timedelta(hours=hours), system)


def test_whom_to_believe_is_a_setting_and_a_contradiction_is_told() -> None:
    reports = [_hold("psa", True, 0), _hold("portal", False, 1)]
    plain = Outside.of(reports)
    assert plain.get(FactKind.BILLING_HOLD, "P") == reports[1]
    strict = Outside.of(reports, {FactKind.BILLING_HOLD: ("psa",)})
    assert strict.get(FactKind.BILLING_HOLD, "P") == reports[0]
    for found in (plain, strict):
        assert found.disagreements("P") == ((FactKind.BILLING_HOLD, "P"),)
        assert found.disagreements("Q") == ()
    assert Outside.of([*reports, _hold("psa", False, 2)]).disagreements("P") == ()


def test_values_that_are_spelled_differently_do_not_contradict() -> None:
    one = OutsideFact(FactKind.BUDGET, "P", {"amount": "10.00", "currency": "EUR"}, "psa", NOW, "1")
    other = replace(one, value={"amount": "10", "held": False}, system="erp", id="2")
    assert Outside.of([one, other]).disagreements("P") == ()


def test_a_waiver_holds_for_its_rule_its_project_and_its_time() -> None:
    spoilt = SMALL.but(customer__tax_identifiers=())
    agreed = Waiver("customer.tax_id_missing", "w1", TODAY, "It is in the post", "Ada", "a1")
    found = spoilt.but(waivers=(agreed,)).finding("customer.tax_id_missing")
    assert (found.verdict, found.amount, found.waiver) == (Verdict.WAIVED, None, agreed)
    assert "until 2026-11-23 by Ada: It is in the post." in found.reason
    for other in (
        replace(agreed, until=TODAY - timedelta(1)),
        replace(agreed, project="w2"),
        replace(agreed, rule="po.missing"),
    ):
        assert spoilt.but(waivers=(other,)).finding("customer.tax_id_missing").verdict is Verdict.FAIL
    assert SMALL.but(waivers=(agreed,)).finding("customer.tax_id_missing").verdict is Verdict.PASS


def test_money_compares_by_its_amount() -> None:
    condition = Condition(field="contract.total", op="is", value=50000)
    assert holds(condition, Found(Money(eur("50000.00").amount, "EUR")))
