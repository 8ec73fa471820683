"""Each of the later rules, verdict by verdict: met, not met, does not apply, and cannot be determined."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.facts import FactKind, OutsideFact
from domain.findings import Severity, Verdict
from domain.money import Money
from domain.records import Address
from policies.prerequisites.assessment import checks
from policies.prerequisites.rulebook import rulebook
from policies.prerequisites.settings import RuleSettings
from tests.unit.prerequisites.records import (
    CONTRACT,
    ENTRIES,
    TASKS,
    TODAY,
    Small,
    entry,
    eur,
    invoice,
    term,
)
from tests.unit.prerequisites.test_rules import ACCEPTED, FIXED, PROBLEMS, UNKNOWN

SMALL = Small()
CODE, NUMBER, CLIENT = "CLD-UKI-1001", "S-1001", "C1"
PASS, FAIL, NO, OPEN = Verdict.PASS, Verdict.FAIL, Verdict.NOT_APPLICABLE, Verdict.UNKNOWN
RATE = {"role": "Engineer", "amount": "100", "per": "hour"}
SEPTEMBER_TO = date(2026, 12, 31)
ALL = ENTRIES[:3]


def told(kind: FactKind, subject: str, **value: Any) -> Small:
    return SMALL.report(kind, subject, **value)


def also(small: Small, kind: FactKind, subject: str, **value: Any) -> Small:
    return small.report(kind, subject, **value)


def stating(base: Small = SMALL, **terms: Any) -> Small:
    found = tuple(
        term(name, one) for name, value in terms.items() for one in (value if isinstance(value, list) else [value])
    )
    return base.but(terms={NUMBER: (*base.terms.get(NUMBER, ()), *found)})


def wanting(small: Small, rule: str) -> Small:
    return small.but(settings=RuleSettings(on=frozenset({rule})))


def order(**value: Any) -> Small:
    return told(FactKind.PURCHASE_ORDER, NUMBER, required=True, number="PO-77", amount="40000", currency="EUR", **value)


def spent(**value: Any) -> Small:
    return also(
        stating(expenses=["reimbursed"]),
        FactKind.EXPENSE,
        f"{CODE}/EX-1",
        **{
            "amount": "120.00",
            "currency": "EUR",
            "on": "2026-10-06",
            "category": "hotel",
            "status": "approved",
            "receipt": True,
        }
        | value,
    )


def books(**value: Any) -> Small:
    full = {"posting": True, "cost_centre": "4711", "income_account": "4400", "revenue_schedule": "POC"}
    return told(FactKind.ACCOUNTING, CODE, **{k: v for k, v in (full | value).items() if v is not None})


def electronic(**value: Any) -> Small:
    full = {
        "required": True,
        "endpoint": "9930:de1",
        "buyer_reference": "04011000-1234512345-06",
        "order_reference": True,
    }
    return told(FactKind.E_INVOICING, CLIENT, **{k: v for k, v in (full | value).items() if v is not None})


def taxed(**value: Any) -> Small:
    return told(FactKind.TAX_SETUP, CLIENT, **value)


OTHER = replace(CONTRACT, id="k2", number="S-2", customer_id="c1")
NO_CONTRACT = SMALL.but(project__contract_ids=())
QUIET = SMALL.but(time=())
MILESTONES = stating(FIXED, milestones=[{"name": "Go-live", "due": "2026-06-30", "amount": "15000.00"}])
DELIVERED = also(FIXED, FactKind.MILESTONE, "S-1001/Go-live", status="delivered", on="2026-11-20")
GERMAN = replace(SMALL.customer, country="DE", invoice_address=Address("1 Weg", "20095", "Hamburg", "DE"))
ELSEWHERE = {"Rheintal": "x"}
ASSIGNED = f"{CODE}/Lena Ortiz"
FOREIGN = SMALL.but(
    contract__currency="GBP",
    contract__invoiced=Money(Decimal(0), "GBP"),
    time=tuple(replace(e, price=Money(Decimal(100), "GBP")) for e in ENTRIES),
)
YEAR_OLD = stating(rates=[RATE], effective_date="2025-06-01", rate_escalation="3%/year")
RIVAL = OutsideFact(FactKind.BILLING_HOLD, CODE, {"held": True}, "portal", SMALL.facts[0].reported_at, "rival")
ECHO = replace(RIVAL, value={"held": False})

TABLE: list[tuple[str, Verdict, Small]] = [
    ("contract.not_signed", PASS, stating(signed=True)),
    ("contract.not_signed", PASS, SMALL),
    ("contract.not_signed", FAIL, stating(signed=False)),
    ("contract.not_signed", OPEN, SMALL.but(contract__state="draft")),
    ("contract.not_signed", NO, NO_CONTRACT),
    ("contract.not_in_force", PASS, stating(effective_date="2026-10-05")),
    ("contract.not_in_force", FAIL, stating(effective_date="2026-10-06")),
    ("contract.not_in_force", NO, SMALL),
    ("contract.ambiguous", PASS, SMALL),
    ("contract.ambiguous", PASS, SMALL.but(more=(replace(OTHER, state="cancelled"),))),
    ("contract.ambiguous", FAIL, SMALL.but(more=(OTHER,))),
    ("contract.ambiguous", NO, NO_CONTRACT),
    ("contract.over_total", PASS, ACCEPTED),
    ("contract.over_total", FAIL, ACCEPTED.but(contract__total=eur(29999))),
    ("contract.over_total", OPEN, ACCEPTED.but(contract__total=Money(Decimal(9), "GBP"))),
    ("contract.over_total", NO, SMALL),
    ("cap.part_reached", PASS, told(FactKind.PART_CAP, f"{NUMBER}/Engineer", amount="2800", currency="EUR")),
    ("cap.part_reached", FAIL, told(FactKind.PART_CAP, f"{NUMBER}/Engineer", amount="2799", currency="EUR")),
    ("cap.part_reached", FAIL, told(FactKind.PART_CAP, f"{NUMBER}/Build", amount="900", currency="EUR")),
    ("cap.part_reached", OPEN, told(FactKind.PART_CAP, f"{NUMBER}/Engineer", amount="9", currency="GBP")),
    ("cap.part_reached", NO, told(FactKind.PART_CAP, "S-9/Engineer", amount="9", currency="EUR")),
    ("facts.disagree", PASS, SMALL),
    ("facts.disagree", PASS, SMALL.but(facts=(*SMALL.facts, ECHO))),
    ("facts.disagree", FAIL, SMALL.but(facts=(*SMALL.facts, RIVAL))),
    ("facts.disagree", NO, SMALL.but(project__status="done", time=())),
    ("sow.currency_differs", PASS, stating(currency="EUR")),
    ("sow.currency_differs", FAIL, stating(currency="USD")),
    ("sow.currency_differs", NO, SMALL),
    ("sow.total_differs", PASS, stating(FIXED, total_value="50000.00")),
    ("sow.total_differs", FAIL, stating(FIXED, total_value="55000.00")),
    ("sow.total_differs", NO, stating(total_value="55000.00")),
    ("sow.milestones_differ", PASS, stating(FIXED, milestones=[{"name": "Go-live", "due": None, "amount": "30%"}])),
    ("sow.milestones_differ", FAIL, stating(FIXED, milestones=[{"name": "Go-live", "due": None, "amount": "9.00"}])),
    ("sow.milestones_differ", NO, stating(FIXED, milestones=[{"name": "Elsewhere", "due": None, "amount": "9.00"}])),
    ("sow.price_list_differs", PASS, stating(rates=[RATE])),
    ("sow.price_list_differs", PASS, stating(rates=[RATE | {"amount": "90"}])),  # told by price.differs instead
    ("sow.price_list_differs", FAIL, stating(QUIET, rates=[RATE | {"amount": "90"}])),
    ("sow.price_list_differs", FAIL, stating(rates=[RATE | {"role": "Architect"}])),
    ("sow.price_list_differs", NO, SMALL),
    ("sow.unit_differs", PASS, stating(rates=[RATE])),
    ("sow.unit_differs", FAIL, stating(rates=[RATE | {"per": "day", "amount": "800"}])),
    ("sow.unit_differs", NO, stating(rates=[RATE | {"role": "Architect"}])),
    ("sow.end_date_differs", PASS, stating(SMALL.but(project__ends=SEPTEMBER_TO), end_date="2026-12-31")),
    ("sow.end_date_differs", FAIL, stating(SMALL.but(project__ends=SEPTEMBER_TO), end_date="2027-01-31")),
    ("sow.end_date_differs", NO, stating(end_date="2027-01-31")),
    ("sow.advance_missing", PASS, stating(SMALL.but(contract__advance_unapplied=eur(0)), advance="20%")),
    ("sow.advance_missing", FAIL, stating(advance="20%")),
    ("sow.advance_missing", NO, SMALL),
    ("sow.delivery_differs", PASS, stating(invoice_delivery="e-mail to AP@fenwick.example")),
    ("sow.delivery_differs", FAIL, stating(invoice_delivery="invoices@fenwick.example")),
    ("sow.delivery_differs", NO, stating(invoice_delivery="client portal")),
    ("sow.client_differs", PASS, stating(client="FENWICK PORTS PLC")),
    ("sow.client_differs", PASS, stating(client="Fenwick Ports")),
    ("sow.client_differs", FAIL, stating(client="Fenwick Ports Limited")),
    ("sow.client_differs", FAIL, stating(client="Halden Rail plc")),
    ("sow.client_differs", NO, SMALL),
    ("sow.billing_type_differs", PASS, stating(billing_type=["time_and_materials"])),
    ("sow.billing_type_differs", FAIL, stating(billing_type=["fixed_fee"])),
    ("sow.billing_type_differs", FAIL, stating(FIXED, billing_type=["time_and_materials"])),
    ("sow.billing_type_differs", NO, stating(billing_type=["fixed_fee", "time_and_materials"])),
    ("po.not_yet_valid", PASS, order(valid_from="2026-10-05")),
    ("po.not_yet_valid", FAIL, order(valid_from="2026-10-06")),
    ("po.not_yet_valid", NO, SMALL),
    ("po.currency_differs", PASS, SMALL),
    ("po.currency_differs", FAIL, told(FactKind.PURCHASE_ORDER, NUMBER, required=True, currency="GBP", amount="9")),
    ("po.currency_differs", NO, SMALL.silent(FactKind.PURCHASE_ORDER)),
    ("po.document_missing", PASS, order(evidence=True)),
    ("po.document_missing", FAIL, order(evidence=False)),
    ("po.document_missing", OPEN, wanting(SMALL.silent(FactKind.PURCHASE_ORDER), "po.document_missing")),
    ("po.document_missing", NO, SMALL),
    ("project.customer_missing", PASS, SMALL),
    ("project.customer_missing", FAIL, SMALL.but(project__customer_id=None)),
    ("project.customer_missing", NO, SMALL.but(project__status="done", time=())),
    ("project.customer_missing", FAIL, SMALL.but(project__customer_id="c9")),
    ("project.not_billable", PASS, SMALL),
    ("project.not_billable", FAIL, SMALL.but(project__billing="manual")),
    ("project.not_billable", PASS, SMALL.but(project__billing="manual", time=())),
    ("project.not_billable", NO, SMALL.but(contract__lines=(), project__billing="manual")),
    ("project.wbs_missing", PASS, SMALL),
    ("project.wbs_missing", FAIL, SMALL.but(project__tasks=())),
    ("project.wbs_missing", NO, NO_CONTRACT),
    ("project.posting_closed", PASS, books()),
    ("project.posting_closed", FAIL, books(posting=False)),
    ("project.posting_closed", OPEN, told(FactKind.ACCOUNTING, "OTHER", posting=True)),
    ("project.posting_closed", NO, SMALL),
    ("budget.held", PASS, told(FactKind.BUDGET, CODE, held=False)),
    ("budget.held", FAIL, told(FactKind.BUDGET, CODE, held=True)),
    ("budget.held", OPEN, wanting(SMALL, "budget.held")),
    ("budget.held", NO, told(FactKind.BUDGET, CODE, amount="9", currency="EUR")),
    ("budget.exceeded", PASS, told(FactKind.BUDGET, CODE, amount="12000", currency="EUR")),
    ("budget.exceeded", FAIL, told(FactKind.BUDGET, CODE, amount="11999", currency="EUR")),
    ("budget.exceeded", OPEN, told(FactKind.BUDGET, CODE, amount="11999", currency="GBP")),
    ("budget.exceeded", NO, told(FactKind.BUDGET, CODE, held=False)),
    ("accounting.cost_centre_missing", PASS, books()),
    ("accounting.cost_centre_missing", FAIL, books(cost_centre=None)),
    ("accounting.cost_centre_missing", OPEN, told(FactKind.ACCOUNTING, "OTHER", posting=True)),
    ("accounting.cost_centre_missing", NO, SMALL),
    ("accounting.income_account_missing", PASS, books()),
    ("accounting.income_account_missing", FAIL, books(income_account=None)),
    ("accounting.income_account_missing", OPEN, wanting(SMALL, "accounting.income_account_missing")),
    ("accounting.income_account_missing", NO, SMALL),
    ("accounting.revenue_schedule_missing", PASS, books()),
    ("accounting.revenue_schedule_missing", FAIL, books(revenue_schedule=None)),
    ("accounting.revenue_schedule_missing", OPEN, wanting(SMALL, "accounting.revenue_schedule_missing")),
    ("accounting.revenue_schedule_missing", NO, SMALL),
    ("tax.code_missing", PASS, taxed(tax_code="S19")),
    ("tax.code_missing", FAIL, taxed(withholding=False)),
    ("tax.code_missing", OPEN, told(FactKind.TAX_SETUP, "C9", tax_code="S19")),
    ("tax.code_missing", NO, SMALL),
    ("tax.withholding_missing", PASS, taxed(withholding=True, withholding_category="15")),
    ("tax.withholding_missing", FAIL, taxed(withholding=True)),
    ("tax.withholding_missing", OPEN, wanting(SMALL, "tax.withholding_missing")),
    ("tax.withholding_missing", NO, taxed(tax_code="S19")),
    ("e_invoicing.endpoint_missing", PASS, electronic()),
    ("e_invoicing.endpoint_missing", FAIL, electronic(endpoint=None)),
    ("e_invoicing.endpoint_missing", OPEN, electronic(required=None, endpoint=None)),
    ("e_invoicing.endpoint_missing", NO, electronic(required=False, endpoint=None)),
    ("e_invoicing.buyer_reference_missing", PASS, electronic()),
    ("e_invoicing.buyer_reference_missing", FAIL, electronic(buyer_reference=None)),
    ("e_invoicing.buyer_reference_missing", OPEN, wanting(SMALL, "e_invoicing.buyer_reference_missing")),
    ("e_invoicing.buyer_reference_missing", NO, told(FactKind.E_INVOICING, "C9", required=True)),
    ("e_invoicing.buyer_reference_malformed", PASS, electronic().but(customer=GERMAN)),
    ("e_invoicing.buyer_reference_malformed", FAIL, electronic(buyer_reference="04011000-1234512345-07").but(customer=GERMAN)),
    ("e_invoicing.buyer_reference_malformed", OPEN, wanting(SMALL, "e_invoicing.buyer_reference_malformed")),
    ("e_invoicing.buyer_reference_malformed", NO, electronic()),
    ("e_invoicing.order_reference_missing", PASS, electronic()),
    ("e_invoicing.order_reference_missing", FAIL, electronic().but(contract__po_number=None)),
    ("e_invoicing.order_reference_missing", OPEN, wanting(SMALL, "e_invoicing.order_reference_missing")),
    ("e_invoicing.order_reference_missing", NO, electronic(order_reference=False)),
    ("time.no_task", PASS, SMALL),
    ("time.no_task", FAIL, SMALL.but(time=(*ALL, entry("x", date(2026, 10, 6), task_id=None)))),
    ("time.no_task", NO, QUIET),
    ("time.no_role", PASS, SMALL),
    ("time.no_role", FAIL, SMALL.but(employee__role=None, project__tasks=(replace(TASKS[0], product=None),))),
    ("time.no_role", NO, QUIET),
    ("time.before_opening", PASS, SMALL),
    ("time.before_opening", FAIL, SMALL.but(project__opened=date(2026, 10, 6))),
    ("time.before_opening", NO, SMALL.but(project__opened=None)),
    ("time.outside_assignment", PASS, told(FactKind.ASSIGNMENT, ASSIGNED, valid_from="2026-10-01")),
    ("time.outside_assignment", FAIL, told(FactKind.ASSIGNMENT, ASSIGNED, valid_until="2026-10-31")),
    ("time.outside_assignment", OPEN, told(FactKind.ASSIGNMENT, f"{CODE}/Other", valid_until="2026-10-31")),
    ("time.outside_assignment", NO, SMALL),
    ("time.after_cutoff", OPEN, wanting(SMALL, "time.after_cutoff")),
    ("time.after_cutoff", NO, SMALL),
    ("time.billable_differs", PASS, told(FactKind.TIMESHEET, f"{CODE}/Lena Ortiz/2026-W41", status="approved", billable=True)),
    ("time.billable_differs", FAIL, told(FactKind.TIMESHEET, f"{CODE}/Lena Ortiz/2026-W41", status="approved", billable=False)),
    ("time.billable_differs", FAIL, told(FactKind.TIMESHEET, f"{CODE}/Lena Ortiz/2026-W45", status="approved", billable=True)),
    ("time.billable_differs", NO, SMALL),
    ("time.too_long", PASS, SMALL),
    ("time.too_long", FAIL, SMALL.but(time=(*ALL, entry("x", date(2026, 10, 5), "17")))),
    ("time.too_long", NO, QUIET),
    ("time.dated_ahead", PASS, SMALL),
    ("time.dated_ahead", FAIL, SMALL.but(time=(*ALL, entry("x", date(2026, 11, 24))))),
    ("time.dated_ahead", NO, QUIET),
    ("time.billed_already", PASS, SMALL),
    ("time.billed_already", FAIL, SMALL.but(time=(*ALL, entry("x", date(2026, 10, 5), invoice_line_id="i")))),
    ("time.billed_already", PASS, SMALL.but(time=(*ALL, entry("x", date(2026, 10, 5), "4", invoice_line_id="i")))),
    ("time.billed_already", NO, QUIET),
    ("item.not_positive", PASS, SMALL),
    ("item.not_positive", FAIL, SMALL.but(time=(*ALL, entry("x", date(2026, 10, 6), "-2")))),
    ("item.not_positive", NO, QUIET),
    ("expense.receipt_missing", PASS, spent()),
    ("expense.receipt_missing", FAIL, spent(receipt=False)),
    ("expense.receipt_missing", OPEN, spent(receipt=None)),
    ("expense.receipt_missing", NO, spent(billable=False)),
    ("expense.not_approved", PASS, spent()),
    ("expense.not_approved", FAIL, spent(status="submitted")),
    ("expense.not_approved", OPEN, spent(status="")),
    ("expense.not_approved", NO, spent(billed=True)),
    ("expense.excluded", PASS, spent()),
    ("expense.excluded", FAIL, spent().but(terms={NUMBER: (term("expenses", "included"),)})),
    ("expense.excluded", OPEN, spent().but(terms={})),
    ("expense.excluded", NO, SMALL),
    ("expense.over_cap", PASS, stating(spent(), expense_cap="120.00")),
    ("expense.over_cap", FAIL, stating(spent(), expense_cap="119.99")),
    ("expense.over_cap", OPEN, stating(spent(currency="GBP"), expense_cap="119.99")),
    ("expense.over_cap", NO, spent()),
    ("milestone.rejected", PASS, ACCEPTED),
    ("milestone.rejected", FAIL, also(FIXED, FactKind.MILESTONE, "S-1001/Go-live", status="rejected")),
    ("milestone.rejected", NO, SMALL),
    ("milestone.evidence_missing", PASS, also(FIXED, FactKind.MILESTONE, "S-1001/Go-live", status="accepted", evidence=True)),
    ("milestone.evidence_missing", FAIL, also(FIXED, FactKind.MILESTONE, "S-1001/Go-live", status="accepted", evidence=False)),
    ("milestone.evidence_missing", NO, ACCEPTED),
    ("milestone.overdue", PASS, DELIVERED.but(terms=MILESTONES.terms)),
    ("milestone.overdue", FAIL, ACCEPTED.but(terms=MILESTONES.terms)),
    ("milestone.overdue", NO, ACCEPTED),
    ("delivery.not_confirmed", PASS, told(FactKind.DELIVERY, f"{NUMBER}/Report", status="confirmed")),
    ("delivery.not_confirmed", FAIL, told(FactKind.DELIVERY, f"{NUMBER}/Report", status="delivered")),
    ("delivery.not_confirmed", OPEN, wanting(SMALL, "delivery.not_confirmed")),
    ("delivery.not_confirmed", NO, told(FactKind.DELIVERY, "S-9/Report", status="delivered")),
    ("rate_card.missing", PASS, SMALL),
    ("rate_card.missing", FAIL, SMALL.but(contract__price_list_id=None)),
    ("rate_card.missing", NO, QUIET),
    ("rate_card.out_of_date", PASS, SMALL.but(prices__valid_until=date(2026, 11, 2))),
    ("rate_card.out_of_date", FAIL, SMALL.but(prices__valid_until=date(2026, 11, 1))),
    ("rate_card.out_of_date", FAIL, SMALL.but(prices__valid_from=date(2026, 10, 6))),
    ("rate_card.out_of_date", NO, SMALL),
    ("rate_card.ambiguous", PASS, SMALL),
    ("rate_card.ambiguous", FAIL, stating(rates=[RATE, RATE | {"amount": "110"}])),
    ("rate_card.ambiguous", NO, SMALL.but(contract__price_list_id=None)),
    ("rate_card.role_missing", PASS, SMALL),
    ("rate_card.role_missing", FAIL, SMALL.but(prices__prices=(("Architect", Decimal(1)),))),
    ("rate_card.role_missing", NO, SMALL.but(contract__price_list_id=None)),
    ("escalation.due", PASS, stating(rates=[RATE], effective_date="2026-06-01", rate_escalation="3%/year")),
    ("escalation.due", PASS, YEAR_OLD.but(prices__prices=(("Engineer", Decimal(103)),))),
    ("escalation.due", FAIL, YEAR_OLD),
    ("escalation.due", NO, SMALL),
    ("retainer.not_applied", PASS, told(FactKind.RETAINER, NUMBER, amount="10000", currency="EUR", used="10000")),
    ("retainer.not_applied", FAIL, told(FactKind.RETAINER, NUMBER, amount="10000", currency="EUR", used="4000")),
    ("retainer.not_applied", OPEN, told(FactKind.RETAINER, NUMBER, amount="10000", currency="EUR")),
    ("retainer.not_applied", NO, SMALL),
    ("retainer.used_up", PASS, told(FactKind.RETAINER, NUMBER, amount="10000", currency="EUR", used="10000")),
    ("retainer.used_up", FAIL, told(FactKind.RETAINER, NUMBER, amount="10000", currency="EUR", used="10001")),
    ("retainer.used_up", OPEN, told(FactKind.RETAINER, NUMBER, used="10001")),
    ("retainer.used_up", NO, SMALL),
    ("retainage.not_held", PASS, stating(SMALL.but(invoices=(invoice("1", TODAY, 9, text="Retainage 5%"),)), retainage="5%")),
    ("retainage.not_held", FAIL, stating(SMALL.but(invoices=(invoice("1", TODAY, 9),)), retainage="5%")),
    ("retainage.not_held", NO, SMALL.but(invoices=(invoice("1", TODAY, 9),))),
    ("credit.exceeded", PASS, told(FactKind.CREDIT, CLIENT, amount="9000", currency="EUR", used="7000")),
    ("credit.exceeded", FAIL, told(FactKind.CREDIT, CLIENT, amount="9000", currency="EUR", used="7001")),
    ("credit.exceeded", OPEN, told(FactKind.CREDIT, CLIENT, amount="9000", currency="GBP", used="7001")),
    ("credit.exceeded", NO, SMALL),
    ("exchange_rate.missing", PASS, FOREIGN.but(rates=(("GBP", date(2026, 1, 2)),))),
    ("exchange_rate.missing", FAIL, FOREIGN.but(rates=(("GBP", date(2026, 12, 2)), ("USD", date(2026, 1, 2))))),
    ("exchange_rate.missing", OPEN, FOREIGN),
    ("exchange_rate.missing", NO, SMALL),
    ("period.closed", PASS, SMALL.but(closed_periods=((date(2026, 10, 1), date(2026, 10, 31)),))),
    ("period.closed", FAIL, SMALL.but(closed_periods=((date(2026, 11, 1), date(2026, 11, 30)),))),
    ("period.closed", NO, QUIET),
    ("customer.address_incomplete", PASS, SMALL),
    ("customer.address_incomplete", PASS, SMALL.but(customer__invoice_address=Address("1 Quay", "", "Cork", "IE"))),
    ("customer.address_incomplete", FAIL, SMALL.but(customer__invoice_address=Address("1 Quay", "HU1", "", "GB"))),
    ("customer.address_incomplete", NO, SMALL.but(customer__invoice_address=None)),
    ("customer.tax_country_differs", PASS, SMALL),
    ("customer.tax_country_differs", PASS, SMALL.but(customer=replace(GERMAN, tax_identifiers=(("eu_vat", "DE123456788"),)))),
    ("customer.tax_country_differs", FAIL, SMALL.but(customer=GERMAN)),
    ("customer.tax_country_differs", NO, SMALL.but(customer__tax_identifiers=())),
    ("invoice.waiting", PASS, SMALL.but(invoices=(invoice("1", TODAY, 9, "validated"),))),
    ("invoice.waiting", FAIL, SMALL.but(invoices=(invoice("1", date(2026, 11, 1), 9, "validated"),))),
    ("invoice.waiting", OPEN, SMALL.but(invoices=(invoice("1", None, 9, "validated"),))),
    ("invoice.waiting", NO, SMALL),
]  # fmt: skip
EARLIER = {rule for rule, _, _ in PROBLEMS}


@pytest.mark.parametrize(("rule", "verdict", "small"), TABLE)
def test_a_rule_answers(rule: str, verdict: Verdict, small: Small) -> None:
    found = small.finding(rule)
    assert found.verdict is verdict, found.reason
    assert (found.remedy is None) is (verdict in (PASS, NO))
    answer = small.answer()
    assert answer.ready + answer.blocked == answer.unbilled
    if verdict is FAIL and found.severity is Severity.BLOCKS and answer.unbilled.amount > 0:
        assert answer.status == "blocked"


def test_every_rule_is_shown_in_every_verdict_that_it_has() -> None:
    shown = {(rule, verdict) for rule, verdict, _ in TABLE}
    for rule in rulebook():
        if rule.id in EARLIER:
            continue
        wanted = {FAIL, NO} if rule.id == "time.after_cutoff" else {PASS, FAIL, NO}
        wanted |= {OPEN} if rule.knows else set()
        missing = {verdict for verdict in wanted if (rule.id, verdict) not in shown} - {
            FAIL if rule.id == "time.after_cutoff" else None
        }
        assert not missing, (rule.id, missing)


def test_data_and_functions_fit() -> None:
    assert len(rulebook()) >= 60
    assert set(checks()) == {rule.id for rule in rulebook() if not rule.require}
    assert {rule for rule, _ in UNKNOWN} <= {rule.id for rule in rulebook() if rule.knows}


@pytest.mark.parametrize(("on", "verdict"), [("2026-11-05", PASS), ("2026-11-06", FAIL)])
def test_what_is_approved_after_the_cutoff_waits_for_the_next_bill(on: str, verdict: Verdict) -> None:
    small = SMALL
    for week in ("W41", "W42"):
        small = also(small, FactKind.TIMESHEET, f"{CODE}/Lena Ortiz/2026-{week}", status="approved", on=on)
    assert wanting(small, "time.after_cutoff").finding("time.after_cutoff", "2026-10").verdict is verdict


def test_expenses_are_billed_beside_the_time() -> None:
    answer = spent().answer()
    assert (answer.unbilled, answer.ready) == (eur(2120), eur(2120))
    answer = spent(receipt=False).answer()
    assert (answer.unbilled, answer.ready) == (eur(2120), eur(2000))
