"""The propose tools write a proposal row and nothing else, and never with a value that nobody stated."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.actions import Reading
from domain.blocks import ActionCard, Choices, Findings, Table
from domain.errors import InvalidInput, NotPermitted
from domain.facts import FactKind
from domain.source import Evidence
from domain.terms import TermStatus
from store import actions
from tests.tools.conftest import Desk
from tests.unit.prerequisites.records import TODAY, Small, term
from tools.remedies import ProposeFix, fixes

SMALL = Small()
NO_PO = SMALL.but(contract__po_number=None)
CODE = "CLD-UKI-1001"
pytestmark = pytest.mark.anyio


async def test_the_missing_number_is_proposed(desk: Desk) -> None:
    result = await desk.ask(NO_PO, "propose_fix", project=CODE)
    assert result.facts["proposed"] == "contract.set_po_number"
    assert isinstance(result.blocks[0], ActionCard)
    async with desk.database.tenant("northlight") as connection:
        action = await actions.get(connection, result.facts["action_id"])
    assert action.intent.arguments == {"contract_id": "k1", "po_number": "PO 77"}
    assert (action.intent.finding, action.intent.practice, action.agent_run) == ("po.missing", "CLD", "run-1")
    assert action.intent.origins["po_number"].source is not None
    again = await desk.ask(NO_PO, "propose_fix", project=CODE, rule="po.missing")
    assert again.facts["action_id"] == result.facts["action_id"]


def test_a_quote_is_the_origin_of_what_it_holds_and_of_nothing_else() -> None:
    required = term("po_required", True)
    quoted = replace(required, evidence=(Evidence(1, "A purchase order is required.", 0, 29),))
    stated = term("po_number", "PO 77")
    corrected = replace(stated, evidence=(Evidence(1, "order number 77", 0, 15),), status=TermStatus.CORRECTED)
    for said, kind in (((quoted,), "erp"), ((quoted, stated), "document"), ((quoted, corrected), "document")):
        small = replace(NO_PO, terms={"S-1001": said})
        answer = small.dossier().assess(small.project, None, TODAY)
        (fix, *_) = fixes(small.dossier(), small.project, answer, ProposeFix(project=CODE, rule="po.missing"))
        number, contract = fix.origins["po_number"], fix.origins["contract_id"]
        assert number.kind == kind
        assert number.source is not None
        assert number.source.system == "psa"
        assert all("77" in quote.quote for quote in number.evidence)
        assert ("corrected" in number.note) is (corrected in said)
        assert (contract.kind, contract.source, contract.evidence) == ("erp", small.firm().contracts[0].source, ())


def test_a_value_that_only_a_person_put_into_a_term_is_not_the_erps() -> None:
    number = replace(
        term("po_number", "PO-9999"), evidence=(Evidence(1, "PO-4711", 0, 7),), status=TermStatus.CORRECTED
    )
    small = replace(NO_PO.silent(FactKind.PURCHASE_ORDER), terms={"S-1001": (number,)})
    answer = small.dossier().assess(small.project, None, TODAY)
    (fix, *_) = fixes(small.dossier(), small.project, answer, ProposeFix(project=CODE, rule="po.missing"))
    origin = fix.origins["po_number"]
    assert (fix.arguments["po_number"], origin.kind, origin.source) == ("PO-9999", "document", None)
    assert origin.terms == (Reading("po_number", "PO-9999", "", "PO-4711"),)


def test_a_quotation_is_confirmed_on_a_signed_statement_of_work_and_on_nothing_less() -> None:
    quotation = SMALL.but(contract__state="quotation")
    for said, complete in (((term("signed", True),), True), ((term("signed", False),), False), ((), False)):
        small = replace(quotation, terms={"S-1001": said})
        answer = small.dossier().assess(small.project, None, TODAY)
        (fix, *_) = fixes(
            small.dossier(), small.project, answer, ProposeFix(project=CODE, rule="contract.not_confirmed")
        )
        assert (fix.remedy.action_type, fix.complete) == ("contract.confirm", complete)
        assert fix.arguments == ({"contract_id": "k1"} if complete else {})


async def test_what_nobody_stated_is_asked_for(desk: Desk) -> None:
    nobody = NO_PO.report(FactKind.PURCHASE_ORDER, "S-1001", required=True)
    result = await desk.ask(nobody, "propose_fix", project=CODE)
    assert result.facts["proposed"] is None
    assert result.facts["needs"] == [{"rule": "po.missing", "any_of": ["po_number"]}]
    assert isinstance(result.blocks[-1], Choices)
    stated = await desk.ask(nobody, "propose_fix", project=CODE, po_number="4711")
    async with desk.database.tenant("northlight") as connection:
        action = await actions.get(connection, stated.facts["action_id"])
    assert action.intent.arguments["po_number"] == "4711"
    assert action.intent.origins["po_number"].kind == "person"


@pytest.mark.parametrize(
    ("country", "code", "kind", "kept"),
    [("GB", "678008374", "gb_vat", "678008374"), ("IE", "6388047V", "eu_vat", "IE6388047V")],
)
async def test_a_stated_tax_identifier_gets_its_kind(desk: Desk, country: str, code: str, kind: str, kept: str) -> None:
    missing = SMALL.but(customer__tax_identifiers=(), customer__country=country)
    result = await desk.ask(missing, "propose_fix", project=CODE, tax_code=code)
    async with desk.database.tenant("northlight") as connection:
        action = await actions.get(connection, result.facts["action_id"])
    assert action.intent.arguments["tax_identifier"] == {"type": kind, "code": kept}
    with pytest.raises(InvalidInput):
        await desk.ask(missing, "propose_fix", project=CODE, tax_code="123")


async def test_what_no_action_clears_is_advised(desk: Desk) -> None:
    held = SMALL.report(FactKind.BILLING_HOLD, CODE, held=True)
    result = await desk.ask(held, "propose_fix", project=CODE)
    assert result.facts["proposed"] is None
    findings = result.blocks[0]
    assert isinstance(findings, Findings)
    assert findings.findings[0].remedy is not None


async def test_nothing_is_wrong(desk: Desk) -> None:
    result = await desk.ask(SMALL, "propose_fix", project=CODE)
    assert result.facts["findings"] == []


async def test_only_ready_time_is_invoiced(desk: Desk) -> None:
    submitted = SMALL.report(FactKind.TIMESHEET, f"{CODE}/Lena Ortiz/2026-W42", status="submitted")
    result = await desk.ask(submitted, "propose_invoice", project=CODE, month="2026-10")
    assert result.facts["amount"] == {"amount": "800.00", "currency": "EUR"}
    async with desk.database.tenant("northlight") as connection:
        action = await actions.get(connection, result.facts["action_id"])
    assert action.intent.arguments["time_entry_ids"] == ["h1"]
    assert action.intent.amount is not None
    assert action.verdict.chain


async def test_a_ceiling_limits_the_invoice(desk: Desk) -> None:
    low = SMALL.report(FactKind.PURCHASE_ORDER, "S-1001", required=True, number="PO-77", amount="11000")
    result = await desk.ask(low, "propose_invoice", project=CODE, month="2026-10")
    assert result.facts["amount"] == {"amount": "800.00", "currency": "EUR"}


async def test_a_blocked_month_is_not_invoiced(desk: Desk) -> None:
    result = await desk.ask(NO_PO, "propose_invoice", project=CODE, month="2026-10")
    assert result.facts["proposed"] is None
    assert result.facts["status"] == "blocked"


async def test_the_proposals_state_and_its_policy(desk: Desk) -> None:
    made = await desk.ask(NO_PO, "propose_fix", project=CODE)
    status = await desk.ask(NO_PO, "actions_status", project=CODE, state="awaiting_approval")
    assert status.handles == {"A1": made.facts["action_id"]}
    listed = status.blocks[0]
    assert isinstance(listed, Table)
    assert listed.rows[0][0].href == f"/actions/{made.facts['action_id']}"
    why = await desk.ask(NO_PO, "explain_policy", action=made.facts["action_id"])
    assert why.facts["you_may_decide"] is False
    assert why.facts["approval"]


async def test_who_may_not_propose_is_refused(desk: Desk) -> None:
    desk.actor = type(desk.actor)("northlight", desk.actor.person, "Ines", frozenset())
    with pytest.raises(NotPermitted):
        await desk.ask(NO_PO, "propose_fix", project=CODE)
