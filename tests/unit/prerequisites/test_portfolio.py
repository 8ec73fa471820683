"""The portfolio: every project has its own facts, contracts without a project are told, ready time fits the ceilings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings

from domain.errors import InvalidInput
from domain.facts import FactKind
from domain.findings import Readiness, Verdict
from erp.tryton.work import hours
from policies.prerequisites.case import Case
from policies.prerequisites.outside import Outside
from policies.prerequisites.period import month_of, span, within
from policies.prerequisites.portfolio import Dossier, portfolio
from policies.prerequisites.ready import ready_items, worth
from tests.unit.prerequisites.records import (
    CONTRACT,
    CUSTOMER,
    ENTRIES,
    PROJECT,
    TODAY,
    Small,
    entry,
    eur,
    fact,
    invoice,
)
from tests.unit.prerequisites.test_properties import PERIODS, smalls
from tools.invoicing import priced

SMALL = Small()


def _answers(dossier: Dossier) -> dict[str, Readiness]:
    return {answer.project_code or answer.project_name: answer for answer in portfolio(dossier, None, TODAY)}


def test_a_project_is_judged_by_its_own_records() -> None:
    firm = SMALL.firm()
    other = replace(PROJECT, id="w2", code="CLD-UKI-1002", contract_ids=("k2",), customer_id="c2")
    firm = replace(
        firm,
        projects=(other, PROJECT),
        contracts=(*firm.contracts, replace(CONTRACT, id="k2", number="S-1002", customer_id="c2", po_number=None)),
        customers=(*firm.customers, replace(CUSTOMER, id="c2", name="Other", billing_emails=())),
        time=(*ENTRIES, entry("x1", date(2026, 10, 5), project_id="w2")),
        invoices=(invoice("1", date(2026, 10, 31), 900), invoice("2", date(2026, 10, 31), 900)),
    )
    facts = (*SMALL.facts, fact(FactKind.BILLING_HOLD, "CLD-UKI-1002", held=True))
    answers = _answers(Dossier.of(firm, Outside.of(facts), {}))
    own = {f.rule for f in answers["CLD-UKI-1001"].findings if f.verdict is Verdict.FAIL}
    others = {f.rule for f in answers["CLD-UKI-1002"].findings if f.verdict is Verdict.FAIL}
    assert own == {"invoice.duplicate"}
    assert others == {"customer.billing_contact_missing", "billing.hold"}


@pytest.mark.parametrize(("days", "told"), [(14, False), (15, True)])
def test_a_signed_contract_without_a_project_is_told(days: int, told: bool) -> None:
    late = replace(CONTRACT, id="k2", number="S-1002", date=TODAY - timedelta(days))
    firm = SMALL.firm()
    answers = _answers(Dossier.of(replace(firm, contracts=(*firm.contracts, late)), Outside.of(SMALL.facts), {}))
    assert ("S-1002" in answers) is told
    if told:
        (finding,) = answers["S-1002"].findings
        assert (finding.rule, finding.verdict) == ("project.activation_delayed", Verdict.FAIL)
        assert answers["S-1002"].status == "nothing_to_bill"


@settings(max_examples=100)
@given(small=smalls(), period=PERIODS)
def test_an_invoice_holds_no_more_than_is_ready(small: Small, period: str | None) -> None:
    case = Case(small.project, small.dossier().facts(small.project), period, TODAY)
    items = ready_items(case)
    answer = small.answer(period)
    assert worth(case, items) <= answer.ready
    assert not items or answer.ready.amount > 0 or worth(case, items) == eur(0)


def test_two_thousand_entries_add_up() -> None:
    many = tuple(entry(f"n{n}", date(2026, 9, 1) + timedelta(n % 80)) for n in range(2000))
    assert SMALL.but(time=many).answer().unbilled == eur(1600000)


def test_minutes_add_up_to_the_cent_and_the_draft_has_the_hours_that_an_invoice_line_can_say() -> None:
    third = str(hours(timedelta(minutes=20)))
    small = SMALL.but(time=tuple(entry(f"m{n}", date(2026, 9, 1 + n), third, price=eur(115)) for n in range(3)))
    assert small.answer().unbilled == eur("115.00")
    seven = tuple(entry(f"m{n}", date(2026, 9, 1 + n), third, price=eur(115)) for n in range(7))
    case = Case(small.project, SMALL.but(time=seven).dossier().facts(small.project), None, TODAY)
    assert priced(case.items, "EUR") == eur("267.95")  # 2.33 hours, as Tryton rounds the line's quantity


def test_an_expense_in_another_currency_is_told_and_held() -> None:
    small = SMALL.report(FactKind.EXPENSE, "CLD-UKI-1001/E1", amount="100", currency="USD", status="approved")
    found = small.finding("currency.differs")
    assert (found.verdict, found.amount) == (Verdict.FAIL, eur("0.00"))
    assert "USD 100.00" in found.reason


@pytest.mark.parametrize("period", ["2026-13", "2026-1", "26-01", "", "0000-01", "2026-01-01", "٢٠٢٦-01"])
def test_what_is_no_month_is_refused(period: str) -> None:
    with pytest.raises(InvalidInput):
        span(period)


def test_a_month_has_its_days_and_no_future() -> None:
    assert span("2028-02") == (date(2028, 2, 1), date(2028, 2, 29))
    assert within(date(2026, 11, 23), "2026-11", TODAY)
    assert not within(date(2026, 11, 24), "2026-11", TODAY)
    assert not within(date(2026, 10, 31), "2026-11", TODAY)
    assert month_of(date(2026, 1, 9)) == "2026-01"


def test_the_newer_report_counts_whatever_the_order() -> None:
    old = fact(SMALL.facts[0].kind, "S/x/2026-W01", status="submitted")
    new = replace(old, value={"status": "approved"}, reported_at=old.reported_at + timedelta(hours=1))
    for order in ((old, new), (new, old)):
        found = Outside.of(order).get(old.kind, old.subject)
        assert found is not None
        assert found.value == {"status": "approved"}
