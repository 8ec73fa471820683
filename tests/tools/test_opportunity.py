"""A set-up tells what the ERP has, what is to be made and who says so, and warns of what may be there already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from actions.comparing import normalised
from domain.errors import Conflict
from domain.facts import FactKind
from domain.money import Money
from domain.records import Firm
from domain.source import Evidence
from domain.terms import Term
from policies.codes import CodeProposal
from sow.families import Paper as Filed
from tests.unit.prerequisites.records import CONTRACT, CUSTOMER, PRICES, TODAY, Small, fact
from tools.codes import Paper
from tools.opportunity.fields import Field
from tools.opportunity.plan import Around, SetUp, set_up
from tools.opportunity.proposal import NEW, Stated, engagement_from
from tools.opportunity.schedule import invoice_days
from tools.opportunity.work import Chosen

STATED: dict[str, Any] = {
    "client": "Fenwick Ports plc",
    "document_number": "SOW-0500",
    "effective_date": "2026-12-01",
    "end_date": "2027-03-31",
    "billing_type": "time_and_materials",
    "currency": "EUR",
    "payment_terms_days": 30,
    "invoice_frequency": "monthly",
    "po_required": True,
    "po_number": "PO-500",
    "not_to_exceed": "90000.00",
    "invoice_delivery": "ap@fenwick.example",
}
RATES = ({"role": "Engineer", "amount": "100.00", "per": "hour"}, {"role": "Architect", "amount": "960", "per": "day"})
MILESTONES = (
    {"name": "Design", "due": "2026-12-31", "amount": "40%"},
    {"name": "Handover", "due": "2027-03-31", "amount": "30000.00"},
)
CHOSEN = Chosen("CLD-UKI-1002")


def said(field: str, value: Any) -> Term:
    return Term(field, value, (Evidence(2, f"{field} is {value}", 0, 9),), 0.9)


def paper(
    *, rates: tuple[Any, ...] = RATES, milestones_: tuple[Any, ...] = (), without: str = "", **changes: Any
) -> Paper:
    stated = {field: value for field, value in (STATED | changes).items() if field != without}
    terms = (*(said(*item) for item in stated.items()), *(said("rates", rate) for rate in rates))
    terms += tuple(said("milestones", one) for one in milestones_)
    return Paper("Statement of work\nQuay crane telemetry\n", terms, "Quay crane telemetry.pdf", "d1")


def told(found: SetUp) -> Mapping[tuple[str, str], Field]:
    return {(section.name, field.name): field for section in found.sections for field in section.fields}


def planned(of: Paper, firm: Firm | None = None, around: Around | None = None, chosen: Chosen = CHOSEN) -> SetUp:
    return set_up(of, firm or Small().firm(), around or Around(), chosen, TODAY)


def test_every_field_says_where_it_comes_from() -> None:
    for found in told(planned(paper())).values():
        if found.value is not None:
            origin = found.origin
            assert origin is not None, found
            assert origin.source or origin.evidence or origin.note, found


def test_a_known_customer_s_new_work() -> None:
    found = planned(paper())
    fields = told(found)
    assert fields["Customer", "Name"].state == fields["Customer", "Invoices go to"].state == "in_erp"
    assert fields["Customer", "Name"].origin.source == CUSTOMER.source  # pyright: ignore[reportOptionalMemberAccess]
    assert {name: fields["Contract", name].value for name in ("Purchase order", "Begins", "Payment terms, days")} == {
        "Purchase order": "PO-500",
        "Begins": "2026-12-01",
        "Payment terms, days": 30,
    }
    assert fields["Contract", "Not to exceed"].value == {"amount": "90000.00", "currency": "EUR"}
    assert fields["Project", "Opens"].value == "2026-12-01"
    assert fields["Tasks", "Architect"].value == {"price an hour": {"amount": "120.0000", "currency": "EUR"}}
    assert fields["Billing schedule", "Invoices expected"].value == {
        "first": "2026-12-31",
        "last": "2027-03-31",
        "count": 4,
    }
    assert found.missing == ()
    assert (found.differing, found.duplicates, found.project) == ((), (), None)


def test_the_set_up_shows_what_the_proposal_would_write() -> None:
    of, firm = paper(), Small().firm()
    fields, intent = told(planned(of, firm)), engagement_from(of, firm, "CLD-UKI-1002")
    assert fields["Project", "Code"].value == intent.arguments["code"]
    assert fields["Project", "Name"].value == intent.arguments["name"]
    assert fields["Project", "Billed by"].value == intent.arguments["billing"]
    assert [name for section, name in fields if section == "Tasks"] == [t["name"] for t in intent.arguments["tasks"]]


def test_the_proposal_sets_up_what_the_erp_lacks_each_argument_with_its_source() -> None:
    firm = Small().firm()
    intent = engagement_from(paper(rates=(), milestones_=MILESTONES, total_value="50000.00"), firm, "CLD-UKI-1002")
    made = normalised(intent)
    assert made.amount == Money(Decimal("50000.00"), "EUR")
    arguments = made.arguments
    assert (arguments["customer_id"], arguments["customer_name"]) == (CUSTOMER.id, None)
    assert [(line["name"], line["price"]) for line in arguments["lines"]] == [
        ("Design", "20000.00"),
        ("Handover", "30000.00"),
    ]
    assert arguments["schedule"] == [
        "Design: 2026-12-31, EUR 20,000.00",
        "Handover: 2027-03-31, EUR 30,000.00",
    ]
    assert arguments["contract_title"].startswith("SOW-0500")
    assert {name for name, value in intent.arguments.items() if value not in (None, [], ())} <= {*intent.origins}
    sooner = engagement_from(paper(effective_date="2026-10-01"), firm, "CLD-UKI-1002")
    for one, kind, day in ((intent, "document", "2026-12-01"), (sooner, "policy", firm.fetched_at.date().isoformat())):
        assert (one.arguments["opens"], one.origins["opens"].kind) == (day, kind)
    timed = normalised(engagement_from(paper(), firm, "CLD-UKI-1002")).arguments
    assert timed["rates"] == [{"name": "Engineer", "price": "100.0000"}, {"name": "Architect", "price": "120.0000"}]
    assert [(line["name"], line["price"]) for line in timed["lines"]] == [("Fees, not to exceed", "90000.00")]
    assert timed["schedule"] == ["Invoiced monthly: 4 invoices, the first on 2026-12-31, the last on 2027-03-31"]


def test_whose_work_it_is_a_person_says_where_the_erp_does_not() -> None:
    firm, strange = Small().firm(), paper(client="Fenwick Harbours Ltd")
    with pytest.raises(Conflict, match="say which it is"):
        engagement_from(strange, firm, "CLD-UKI-1002")
    new = engagement_from(strange, firm, "CLD-UKI-1002", stated=Stated(NEW, billing_email="ap@fenwick.example"))
    assert (new.arguments["customer_name"], new.origins["billing_email"].kind) == ("Fenwick Harbours Ltd", "person")
    assert new.origins["customer_name"].evidence
    same = engagement_from(strange, firm, "CLD-UKI-1002", stated=Stated(CUSTOMER.id))
    assert (same.arguments["customer_id"], same.customer) == (CUSTOMER.id, CUSTOMER.name)
    with pytest.raises(Conflict, match="no fee"):
        engagement_from(paper(rates=(), without="not_to_exceed"), firm, "CLD-UKI-1002")


def test_an_unknown_client_is_to_be_asked() -> None:
    found = planned(paper(client="Fenwick Harbours Ltd"))
    assert {one for one in found.missing if one.startswith("Customer")} == {
        "Customer: Invoice address",
        "Customer: Tax identifier",
    }
    assert told(found)["Customer", "Name"].value == "Fenwick Harbours Ltd"


def test_another_spelling_of_a_customer_is_shown_before_a_new_one_is_made() -> None:
    other = replace(CUSTOMER, id="c2", name="Fenwyck Portes Ltd")
    found = planned(paper(), replace(Small().firm(), customers=(other,)))
    assert [(one.what, one.label) for one in found.duplicates] == [("Customer", "Fenwyck Portes Ltd")]


@pytest.mark.parametrize("missing", ["payment_terms_days", "currency", "end_date", "po_number", "invoice_frequency"])
def test_what_nobody_states_is_named(missing: str) -> None:
    names = {
        "payment_terms_days": "Contract: Payment terms, days",
        "currency": "Contract: Currency",
        "end_date": "Contract: Ends",
        "po_number": "Contract: Purchase order",
        "invoice_frequency": "Billing schedule: Invoices",
    }
    assert names[missing] in planned(paper(without=missing)).missing


def test_a_purchase_order_that_nobody_requires_is_not_missed() -> None:
    assert planned(paper(without="po_number", po_required=False)).missing == ()


def test_the_contract_that_carries_the_number_is_compared() -> None:
    contract = replace(CONTRACT, description="SOW-0500", po_number="PO-501", payment_terms_days=45)
    found = planned(paper(), replace(Small().firm(), contracts=(contract,)))
    assert set(found.differing) == {"Contract: Purchase order", "Contract: Payment terms, days"}
    fields = told(found)
    assert fields["Contract", "Record"].value == "S-1001"
    assert fields["Contract", "Currency"].state == "in_erp"
    assert "PO-501" in fields["Contract", "Purchase order"].note
    # Its price list is compared, too: the day rate is no price of an hour that it has.
    assert fields["Price list", "Engineer"].state == "in_erp"
    # Another code was chosen than that of the contract's project: one of the two would be there twice.
    assert [one.why for one in found.duplicates] == ["It is the project of contract S-1001."]
    undecided = planned(paper(), replace(Small().firm(), contracts=(contract,)), chosen=Chosen(None))
    assert (undecided.project, undecided.duplicates) == ("CLD-UKI-1001", ())
    assert told(undecided)["Project", "Billed by"].state == "in_erp"


def test_a_shared_purchase_order_is_no_sign_of_the_same_contract() -> None:
    shared = replace(CONTRACT, description="SOW-0400", po_number="PO-500")
    found = planned(paper(), replace(Small().firm(), contracts=(shared,)))
    assert ("Contract", "Record") not in told(found)
    assert [(one.what, one.label) for one in found.duplicates] == [("Contract", "S-1001")]


def test_a_dearer_rate_than_the_list_s_is_a_difference() -> None:
    contract = replace(CONTRACT, description="SOW-0500")
    rates = ({"role": "engineer", "amount": "118.00", "per": "hour"},)
    fields = told(planned(paper(rates=rates), replace(Small().firm(), contracts=(contract,))))
    assert fields["Price list", "engineer"].state == "differs"
    assert "100.00 EUR" in fields["Price list", "engineer"].note


def test_another_list_with_the_same_rates_could_serve() -> None:
    rates = ({"role": "Engineer", "amount": "100", "per": "hour"},)
    assert told(planned(paper(rates=rates)))["Price list", "Record"].value == PRICES.name
    assert ("Price list", "Record") not in told(planned(paper(rates=rates, currency="USD")))


def test_milestones_are_the_schedule_and_add_up() -> None:
    terms = tuple(said("milestones", one) for one in MILESTONES)
    of = paper(rates=(), billing_type="milestone", total_value="50000.00", without="invoice_frequency")
    found = planned(replace(of, terms=(*of.terms, *terms)))
    fields = told(found)
    assert fields["Billing schedule", "Design"].value == {"due": "2026-12-31", "amount": "40%"}
    assert fields["Billing schedule", "Milestones together"].value == {"amount": "50000.00", "currency": "EUR"}
    assert fields["Project", "Billed by"].value == "effort"
    assert found.differing == ()
    less = replace(of, terms=(*(t for t in of.terms if t.field != "total_value"), said("total_value", "51000"), *terms))
    assert planned(less).differing == ("Billing schedule: Milestones together",)


def test_a_milestone_without_a_day_is_asked_for() -> None:
    of = paper(rates=(), without="invoice_frequency")
    found = planned(replace(of, terms=(*of.terms, said("milestones", {"name": "Design", "amount": "10.00"}))))
    assert "Billing schedule: Design" in found.missing


def test_an_advance_is_told_in_money_where_the_total_is_known() -> None:
    fields = told(planned(paper(advance="25%", total_value="264000.00", billing_type="fixed_fee")))
    assert fields["Billing schedule", "Advance"].note == "66,000.00 EUR of the total value."


def test_the_won_opportunity_is_found_by_its_number_or_its_words() -> None:
    reports = (
        fact(FactKind.OPPORTUNITY, "C1/Quay crane telemetry", status="won", on="2026-11-10", amount="90000"),
        fact(FactKind.OPPORTUNITY, "C1/Customs archive", status="won", amount="5"),
        fact(FactKind.OPPORTUNITY, "C2/Quay crane telemetry", status="won", amount="6"),
    )
    fields = told(planned(paper(), around=Around(reports)))
    assert fields["Opportunity", "Name"].value == "Quay crane telemetry"
    assert fields["Opportunity", "Won on"].value == "2026-11-10"
    assert fields["Opportunity", "Name"].origin.source.system == "psa"  # pyright: ignore[reportOptionalMemberAccess]
    numbered = fact(FactKind.OPPORTUNITY, "C1/Customs archive", status="won", amount="5", number="SOW 0500")
    other = planned(paper(), around=Around((reports[0], numbered)))
    assert told(other)["Opportunity", "Name"].value == "Customs archive"
    assert other.differing == ("Opportunity: Amount",)
    lost = tuple(replace(one, value={**one.value, "status": "lost"}) for one in reports)
    assert told(planned(paper(), around=Around(lost)))["Opportunity", "Won"].state == "not_stated"


def test_without_a_choice_the_best_code_is_proposed() -> None:
    best = CodeProposal("CLD-UKI-1007", "new", "Cloud", "CLD", "UKI", reasons=("Next free number",), confidence=0.8)
    found = planned(paper(), chosen=Chosen(None, (best,)))
    code = told(found)["Project", "Code"]
    assert (code.value, code.state, found.code) == ("CLD-UKI-1007", "proposed", None)
    assert told(planned(paper(), chosen=Chosen(None)))["Project", "Code"].state == "not_stated"


def test_a_project_that_is_there_is_shown() -> None:
    taken = planned(paper(), chosen=Chosen("CLD-UKI-1001"))
    assert (taken.project, taken.duplicates) == ("CLD-UKI-1001", ())
    assert told(taken)["Project", "Name"].value == "Port systems"
    assert told(taken)["Tasks", "Build"].state == "in_erp"
    titled = replace(Small().firm(), projects=(replace(Small().project, name="Quay Crane Telemetry"),))
    assert [one.why for one in planned(paper(), titled).duplicates] == ["The same customer's project of this title."]
    assert planned(paper(), titled).duplicates[0].href == "/projects/CLD-UKI-1001"


def test_the_same_document_again_is_named() -> None:
    def filed(document: str, number: str) -> Filed:
        row: Any = type("Row", (), {"id": document, "name": f"{document}.pdf"})()
        terms: Any = tuple(
            type("Row", (), {"field": field, "value": value, "status": "proposed"})()
            for field, value in (("client", "FENWICK PORTS PLC"), ("document_number", number))
        )
        return Filed(row, terms)

    around = Around(filed=(filed("d1", "SOW-0500"), filed("d2", "sow 0500"), filed("d3", "SOW-0501")))
    assert [(one.what, one.href) for one in planned(paper(), around=around).duplicates] == [
        ("Document", "/documents/d2")
    ]


@pytest.mark.parametrize(
    ("starts", "ends", "months", "days"),
    [
        ("2026-12-15", "2027-01-31", 1, ["2026-12-31", "2027-01-31"]),
        ("2026-12-15", "2027-02-10", 1, ["2026-12-31", "2027-01-31", "2027-02-10"]),
        ("2026-11-15", "2027-03-31", 3, ["2027-01-31", "2027-03-31"]),
        ("2026-11-15", "2026-11-20", 12, ["2026-11-20"]),
    ],
)
def test_the_days_of_regular_invoices(starts: str, ends: str, months: int, days: list[str]) -> None:
    found = invoice_days(date.fromisoformat(starts), date.fromisoformat(ends), months)
    assert [day.isoformat() for day in found] == days
