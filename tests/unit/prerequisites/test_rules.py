"""Each rule: the problem that it must notice, and the look-alike that it must not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from domain.facts import FactKind
from domain.findings import Severity, Verdict
from domain.records import Amendment
from policies.prerequisites.rulebook import rulebook
from tests.unit.prerequisites.records import (
    CONTRACT,
    ENTRIES,
    LINE,
    TASKS,
    TODAY,
    Small,
    entry,
    eur,
    invoice,
    source,
    term,
)

SMALL = Small()
PO, HOLD, CR = FactKind.PURCHASE_ORDER, FactKind.BILLING_HOLD, FactKind.CHANGE_REQUEST
CODE, NUMBER, WEEK = "CLD-UKI-1001", "S-1001", "CLD-UKI-1001/Lena Ortiz/2026-W42"
NO_PO = SMALL.but(contract__po_number=None)
DRAFT = Amendment("a1", TODAY, "draft", "More", source("sale.amendment", "a1"))
CR_TASKS = (*TASKS, replace(TASKS[1], id="t3", name="CR-2 Extra reports", parent_id="t1"))
CR_TIME = SMALL.but(project__tasks=CR_TASKS, time=(*ENTRIES, entry("h6", date(2026, 11, 4), "3", task_id="t3")))
OTHER_PRICE = (*ENTRIES[:2], replace(ENTRIES[2], price=eur(110)))
NO_PRICE = (*ENTRIES[:2], replace(ENTRIES[2], price=None))
FIXED = SMALL.but(
    project__billing="manual",
    contract__lines=(
        replace(LINE, id="m1", description="Design accepted", unit="u", amount=eur(20000)),
        replace(LINE, id="m2", description="Go-live", unit="u", amount=eur(15000)),
    ),
)
ACCEPTED = FIXED.report(FactKind.MILESTONE, "S-1001/Design accepted", status="accepted", on="2026-10-20")
TWICE = (invoice("1", date(2026, 10, 31), 900), invoice("2", date(2026, 10, 30), 900))


def order(**value: object) -> Small:
    return SMALL.report(PO, NUMBER, **{"required": True, "number": "PO-77", "amount": "40000", **value})


def stating(**terms: object) -> Small:
    return SMALL.but(terms={NUMBER: tuple(term(name, value) for name, value in terms.items())})


PROBLEMS = [
    ("contract.missing", SMALL.but(project__contract_ids=()), "2000.00"),
    ("contract.not_confirmed", SMALL.but(contract__state="quotation"), "2000.00"),
    ("po.missing", NO_PO, "2000.00"),
    ("po.missing", NO_PO.silent(PO).but(terms={NUMBER: (term("po_required", value=True),)}), "2000.00"),
    ("po.missing", NO_PO.silent(PO).but(terms={NUMBER: (term("po_number", "9"),)}), "2000.00"),
    ("po.differs", SMALL.but(contract__po_number="PO-78"), "2000.00"),
    ("po.differs", stating(po_number="4500"), "2000.00"),
    ("po.expired", order(valid_until="2026-11-22"), "2000.00"),
    ("po.balance", order(amount="11500"), "500.00"),
    ("po.balance", order(amount="9000"), "2000.00"),
    ("cap.reached", stating(not_to_exceed="11000.00"), "1000.00"),
    ("cap.reached", order(capped=True).but(contract__total=eur(11900)), "100.00"),
    ("change_request.open", CR_TIME.report(CR, "S-1001/CR-2", status="open", amount="900"), "300.00"),
    ("amendment.not_carried", SMALL.but(contract__amendments=(DRAFT,)), None),
    ("price.differs", SMALL.but(time=OTHER_PRICE), "880.00"),
    ("price.differs", stating(rates={"role": "engineer", "amount": "95", "per": "hour"}), "2000.00"),
    ("project.not_active", SMALL.but(project__status="on_hold"), "2000.00"),
    ("project.code_missing", SMALL.but(project__code=None), "2000.00"),
    ("project.customer_differs", SMALL.but(contract__customer_id="c2"), "2000.00"),
    ("billing.hold", SMALL.report(HOLD, CODE, held=True), "2000.00"),
    ("billing.hold", SMALL.report(HOLD, CODE, held="perhaps"), "2000.00"),
    ("time.not_approved", SMALL.report(FactKind.TIMESHEET, WEEK, status="submitted"), "400.00"),
    ("time.outside_contract", SMALL.but(contract__date=date(2026, 10, 6)), "800.00"),
    ("time.outside_contract", stating(end_date="2026-10-31"), "800.00"),
    ("time.no_rate", SMALL.but(time=NO_PRICE), "0.00"),
    ("milestone.not_accepted", FIXED.report(FactKind.MILESTONE, "S-1001/Go-live", status="delivered"), "15000.00"),
    ("invoice.duplicate", SMALL.but(invoices=TWICE), "2000.00"),
    ("invoice.draft_stuck", SMALL.but(invoices=(invoice("1", date(2026, 10, 1), 900, "draft"),)), None),
    ("customer.invoice_address_missing", SMALL.but(customer__invoice_address=None), "2000.00"),
    ("customer.tax_id_missing", SMALL.but(customer__tax_identifiers=()), "2000.00"),
    ("customer.tax_id_malformed", SMALL.but(customer__tax_identifiers=(("gb_vat", "678008375"),)), "2000.00"),
    ("customer.tax_id_malformed", SMALL.but(customer__tax_identifiers=(("", "GB12"),)), "2000.00"),
    ("customer.billing_contact_missing", SMALL.but(customer__billing_emails=()), None),
    (
        "customer.payment_terms_missing",
        SMALL.but(contract__payment_terms_days=None, customer__payment_terms_days=None),
        "2000.00",
    ),
    ("payment_terms.differ", stating(payment_terms_days=45), None),
    ("currency.differs", SMALL.but(prices__currency="GBP"), "2000.00"),
    ("advance.not_applied", SMALL.but(contract__advance_unapplied=eur(500)), None),
    ("project.activation_delayed", SMALL.but(time=(), project__opened=date(2026, 6, 20)), None),
    ("project.over_budget", SMALL.but(project__tasks=(replace(TASKS[0], effort_hours=Decimal(29)),)), None),
    ("billing.schedule_missing", stating(milestones={"name": "Go-live", "due": None, "amount": "7.00"}), None),
    ("billing.schedule_missing", FIXED.but(contract__lines=()), None),
]

LOOKALIKES = [
    ("contract.missing", SMALL.but(project__contract_ids=(), project__status="done", time=())),
    ("contract.not_confirmed", SMALL.but(contract__state="done")),
    ("po.missing", NO_PO.report(PO, NUMBER, required=False)),
    ("po.missing", NO_PO.silent(PO).but(terms={NUMBER: (term("po_required", value=False),)})),
    ("po.differs", SMALL.but(contract__po_number="po77")),
    ("po.expired", order(valid_until=TODAY.isoformat())),
    ("po.expired", order(valid_until=None)),
    ("po.balance", order(amount="12000")),
    ("cap.reached", stating(not_to_exceed="12000.00")),
    ("cap.reached", SMALL.but(contract__total=eur(10500))),
    ("change_request.open", CR_TIME.report(CR, "S-1001/CR-2", status="approved", amount="900")),
    ("change_request.open", SMALL.report(CR, "S-1001/CR-2", status="open", amount="900")),
    ("change_request.open", CR_TIME.report(CR, "S-1001/CR-22", status="open", amount="900")),
    ("amendment.not_carried", SMALL.but(contract__amendments=(replace(DRAFT, state="validated"),))),
    ("price.differs", stating(rates={"role": "Engineer", "amount": "800", "per": "day"})),
    ("price.differs", SMALL.but(time=(*ENTRIES, entry("h9", date(2026, 9, 1), price=eur(7), invoice_line_id="x")))),
    ("project.not_active", SMALL.but(project__status="on_hold", time=())),
    ("billing.hold", SMALL.report(HOLD, "CLD-UKI-1002", held=True)),
    ("time.not_approved", SMALL.report(FactKind.TIMESHEET, f"{CODE}/Other/2026-W42", status="submitted")),
    ("time.outside_contract", SMALL.but(contract__date=date(2026, 10, 5))),
    ("time.outside_contract", stating(end_date="2026-11-02")),
    ("milestone.not_accepted", ACCEPTED),
    ("invoice.duplicate", SMALL.but(invoices=(TWICE[0], invoice("2", date(2026, 9, 30), 900)))),
    ("invoice.duplicate", SMALL.but(invoices=(*TWICE, invoice("3", date(2026, 11, 2), -900)))),
    ("invoice.duplicate", SMALL.but(invoices=(TWICE[0], replace(TWICE[1], state="cancelled")))),
    ("invoice.duplicate", SMALL.but(invoices=(TWICE[0], invoice("2", date(2026, 10, 30), 900, text="Milestone 2")))),
    ("invoice.draft_stuck", SMALL.but(invoices=(invoice("1", TODAY - timedelta(30), 900, "draft"),))),
    ("customer.tax_id_missing", SMALL.but(customer__tax_identifiers=(), customer__country="US")),
    ("customer.tax_id_malformed", SMALL.but(customer__tax_identifiers=(("ie_vat", "6388047V"),))),
    ("customer.payment_terms_missing", SMALL.but(contract__payment_terms_days=None)),
    ("payment_terms.differ", stating(payment_terms_days=30)),
    ("currency.differs", SMALL.but(contract__price_list_id=None)),
    ("advance.not_applied", SMALL.but(contract__advance_unapplied=eur(0))),
    ("project.activation_delayed", SMALL.but(time=(), project__opened=date(2026, 6, 15))),
    ("project.over_budget", SMALL.but(project__tasks=(replace(TASKS[0], effort_hours=Decimal(30)),))),
    ("billing.schedule_missing", stating(milestones={"name": "Engineering", "due": None, "amount": None})),
]

UNKNOWN = [
    ("po.missing", NO_PO.silent(PO)),
    ("po.expired", SMALL.silent(PO)),
    ("po.balance", SMALL.silent(PO)),
    ("change_request.open", SMALL.silent(CR)),
    ("billing.hold", SMALL.silent(HOLD).report(HOLD, "CLD-UKI-1002", held=False)),
    ("time.not_approved", SMALL.silent(FactKind.TIMESHEET)),
    ("milestone.not_accepted", FIXED),
    ("price.differs", SMALL.but(contract__price_list_id=None)),
    ("invoice.draft_stuck", SMALL.but(invoices=(invoice("1", None, 900, "draft"),))),
]


def test_the_firm_as_it_stands_is_billable() -> None:
    answer = SMALL.answer()
    assert [f for f in answer.findings if f.verdict in (Verdict.FAIL, Verdict.UNKNOWN)] == []
    assert (answer.status, answer.unbilled, answer.ready, answer.blocked) == ("billable", eur(2000), eur(2000), eur(0))


@pytest.mark.parametrize(("rule", "small", "amount"), PROBLEMS)
def test_a_problem_is_found(rule: str, small: Small, amount: str | None) -> None:
    found = small.finding(rule)
    assert found.verdict is Verdict.FAIL, found.reason
    assert found.amount == (eur(amount) if amount else None)
    assert found.remedy is not None
    assert found.remedy.text


@pytest.mark.parametrize(("rule", "small", "amount"), PROBLEMS)
def test_a_blocking_problem_holds_its_money_back(rule: str, small: Small, amount: str | None) -> None:
    answer = small.answer()
    blocks = small.finding(rule).severity is Severity.BLOCKS
    assert answer.status == ("blocked" if blocks else answer.status)
    assert answer.blocked.amount >= Decimal(amount or 0)


@pytest.mark.parametrize(("rule", "small"), LOOKALIKES)
def test_a_lookalike_is_not_reported(rule: str, small: Small) -> None:
    found = small.finding(rule)
    assert found.verdict in (Verdict.PASS, Verdict.NOT_APPLICABLE), found.reason


@pytest.mark.parametrize(("rule", "small"), UNKNOWN)
def test_what_nobody_knows_is_unknown(rule: str, small: Small) -> None:
    assert small.finding(rule).verdict is Verdict.UNKNOWN
    if small.finding(rule).severity is Severity.BLOCKS:
        assert small.answer().status in ("cannot_determine", "blocked")


def test_every_rule_has_its_data() -> None:
    assert {rule for rule, _, _ in PROBLEMS} <= {rule.id for rule in rulebook()}
    assert all(rule.owner and rule.remedy for rule in rulebook())


def test_a_rule_names_the_other_purchase_order_as_remedy() -> None:
    remedy = NO_PO.finding("po.missing").remedy
    assert remedy is not None
    assert remedy.action_type == "contract.set_po_number"
    assert dict(remedy.arguments) == {"contract_id": CONTRACT.id, "po_number": "PO 77"}


def test_two_different_numbers_are_not_guessed_from() -> None:
    small = NO_PO.but(terms={NUMBER: (term("po_number", "4500"),)})
    remedy = small.finding("po.missing").remedy
    assert remedy is not None
    assert dict(remedy.arguments) == {"contract_id": CONTRACT.id}


def test_a_term_of_the_master_agreement_is_said_to_be_its() -> None:
    taken = replace(term("payment_terms_days", 45), master="Master Services Agreement.pdf")
    finding = SMALL.but(terms={NUMBER: (taken,)}).finding("payment_terms.differ")
    assert (finding.verdict, "The master agreement states it: Master" in finding.reason) == (Verdict.FAIL, True)
    assert "master agreement" not in stating(payment_terms_days=45).finding("payment_terms.differ").reason


def test_only_approved_time_is_ready() -> None:
    answer = SMALL.report(FactKind.TIMESHEET, WEEK, status="rejected").answer()
    assert (answer.ready, answer.blocked) == (eur(1600), eur(400))


def test_a_period_holds_its_own_work_only() -> None:
    answer = SMALL.answer("2026-10")
    assert answer.unbilled == eur(1200)


def test_a_milestone_in_future_is_not_unbilled_work() -> None:
    assert ACCEPTED.answer().unbilled == eur(20000)
    assert ACCEPTED.answer().status == "billable"


def test_an_invoiced_milestone_is_billed() -> None:
    billed = ACCEPTED.but(invoices=(invoice("1", date(2026, 10, 31), 20000, text="Design accepted"),))
    assert billed.answer().unbilled == eur(0)


def test_a_project_that_is_over_raises_nothing() -> None:
    over = SMALL.but(project__status="done", time=ENTRIES[3:], contract__po_number=None, customer__billing_emails=())
    assert {f.verdict for f in over.answer().findings} == {Verdict.NOT_APPLICABLE}
    assert over.answer().status == "nothing_to_bill"


def test_an_unpriced_hour_is_held_and_counts_nothing() -> None:
    answer = SMALL.but(time=NO_PRICE).answer()
    assert (answer.status, answer.unbilled, answer.ready) == ("blocked", eur(1200), eur(1200))
