"""Each way back in a real Tryton: carried out, stale when someone was faster, and refused where something builds on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from actions.compensation import compensate
from actions.engagement import OF_CUSTOMER
from actions.execution import Hands, execute
from actions.rulebook import Rulebook
from domain.actions import Action, ActionState
from domain.errors import Conflict, ErpRefused
from erp.tryton.rpc import TrytonRpc
from store import actions
from store.database import Database
from tests.actions.conftest import AT_ONCE, People, countersigned
from tests.actions.test_tryton import approved, billable
from tests.erp.firm import DemoFirm

pytestmark = [pytest.mark.anyio, pytest.mark.erp]
LIVE = {"confirmed", "processing"}


@dataclass
class Undoing:
    """People, worker and administrator around one firm."""

    hands: Hands
    people: People
    admin: TrytonRpc

    async def done(self, action_type: str, arguments: dict[str, Any]) -> Action:
        action = await approved(self.hands, self.people, action_type, arguments)
        done = await execute(self.hands, "northlight", action.id)
        assert done.state is ActionState.VERIFIED, done.problem
        return done

    async def proposed(self, action: Action) -> Action:
        hands, finn = self.hands, self.people.finn
        return await compensate(
            hands.database, hands.reader, await hands.policies("northlight"), finn, action.id, "", now=datetime.now(UTC)
        )

    async def approved(self, action: Action) -> Action:
        undoing = await self.proposed(action)
        assert undoing.state is ActionState.AWAITING_APPROVAL, undoing.verdict.reasons
        ada = self.people.ada
        return await countersigned(self.hands, ada, undoing)

    async def undone(self, action: Action) -> Action:
        undoing = await execute(self.hands, "northlight", (await self.approved(action)).id)
        assert undoing.state is ActionState.VERIFIED, undoing.problem
        assert (await self.state(action)) is ActionState.COMPENSATED
        return undoing

    async def state(self, action: Action) -> ActionState:
        async with self.hands.database.tenant("northlight") as connection:
            return (await actions.get(connection, action.id)).state

    async def refused_by_tryton(self, action: Action, action_type: str, arguments: dict[str, Any], why: str) -> None:
        """The ERP itself refuses, whatever was approved."""
        deadline = datetime.now(UTC) + timedelta(minutes=1)
        with pytest.raises(ErpRefused, match=why):
            await self.hands.writer.write(
                action_type, arguments, reference=f"forged-{why}", versions={}, attempt=1, deadline=deadline
            )

    async def record_time(self, project: str) -> None:
        (work,) = await self.admin.search_read("timesheet.work", [("origin", "=", f"project.work,{project}")], ())
        (employee, *_) = await self.admin.search_read("company.employee", [], ("company",))
        line = {"work": work["id"], "employee": employee["id"], "company": employee["company"]}
        line |= {"date": datetime.now(UTC).date(), "duration": timedelta(hours=2)}
        await self.admin.call("model.timesheet.line.create", [line])


@pytest.fixture
async def undoing(own_firm: DemoFirm, worker_database: Database, people: People) -> AsyncIterator[Undoing]:
    admin = TrytonRpc(**vars(own_firm.account("admin")))
    async with own_firm.reader() as reader, own_firm.writer() as writer:
        yield Undoing(Hands(worker_database, reader, writer, Rulebook(worker_database), AT_ONCE), people, admin)
    await admin.close()


async def new_project(undoing: Undoing, code: str) -> Action:
    firm = await undoing.hands.reader.firm()
    contract = next(c for c in firm.contracts if c.state in LIVE)
    tasks = [{"name": "Discovery", "hours": "40", "price": "150.00", "currency": "EUR"}]
    new = {"name": "Mistaken", "code": code, "customer_id": contract.customer_id, "contract_id": contract.id}
    return await undoing.done("project.create", {**new, "billing": "timesheet", "tasks": tasks})


async def test_a_project_is_cancelled_and_keeps_its_number(undoing: Undoing) -> None:
    action = await new_project(undoing, "ADV-DACH-9101")
    assert action.record is not None
    await undoing.undone(action)
    project = next(p for p in (await undoing.hands.reader.firm()).projects if p.code == "ADV-DACH-9101")
    assert (project.status, {task.status for task in project.tasks}) == ("cancelled", {"cancelled"})
    assert (await undoing.hands.reader.image("project.create", action.intent.arguments)).fields["code_taken"]


ENGAGEMENT: dict[str, Any] = {
    "customer_name": "Hollow Oak Water plc",
    "tax_identifier": {"type": "eu_vat", "code": "DE136695976"},
    "invoice_address": {"street": "1 Weir", "postal_code": "D01", "city": "Dublin", "country": "IE"},
    "billing_email": "ap@hollowoak.example",
    "contract_title": "SOW-0900 Reservoir telemetry",
    "contract_date": "2026-12-01",
    "currency": "EUR",
    "payment_terms_days": 30,
    "po_number": "HO-1",
    "lines": [
        {"name": "Design", "quantity": "1", "price": "12000.00"},
        {"name": "Pilot", "quantity": "1", "price": 500},
    ],
    "price_list_name": "Reservoir telemetry rates",
    "rates": [{"name": "Cloud Engineer", "price": "118.50"}],
    "name": "Reservoir telemetry",
    "billing": "effort",
    "opens": "2026-12-01",
    "ends": "2027-06-30",
    "tasks": [{"name": "Design", "amount": "12000.00"}, {"name": "Pilot", "amount": "500"}],
    "schedule": ["Design: 2027-01-31, EUR 12,000.00", "Pilot: 2027-05-31, EUR 500.00"],
}


async def test_an_engagement_is_set_up_at_once_and_taken_back_with_all_that_was_made_for_it(undoing: Undoing) -> None:
    firm = await undoing.hands.reader.firm()
    action = await undoing.done("engagement.set_up", {**ENGAGEMENT, "code": "CLD-UKI-9200"})
    assert action.intent.amount is not None
    assert (str(action.intent.amount.amount), action.intent.customer) == ("12500.00", "Hollow Oak Water plc")
    after = await undoing.hands.reader.firm()
    customer = next(one for one in after.customers if one.name == "Hollow Oak Water plc")
    contract = next(one for one in after.contracts if one.customer_id == customer.id)
    project = next(one for one in after.projects if one.code == "CLD-UKI-9200")
    assert (customer.payment_terms_days, customer.billing_emails) == (30, ("ap@hollowoak.example",))
    assert (contract.state, contract.po_number, contract.payment_terms_days) == ("quotation", "HO-1", 30)
    assert contract.number
    assert project.contract_ids == (contract.id,)
    assert {task.name: task.list_price.amount for task in project.tasks if task.list_price} == {
        "Design": 12000,
        "Pilot": 500,
    }
    with pytest.raises(Conflict, match="Hollow Oak Water plc already"):
        await approved(undoing.hands, undoing.people, "engagement.set_up", {**ENGAGEMENT, "code": "CLD-UKI-9201"})
    await undoing.undone(action)
    after = await undoing.hands.reader.firm()
    assert {one.name for one in after.customers} == {one.name for one in firm.customers}
    assert {one.name for one in after.price_lists} == {one.name for one in firm.price_lists}
    assert [one.state for one in after.contracts if one.id == contract.id] == ["cancelled"]


async def test_what_was_there_or_is_used_by_now_is_not_taken_back(undoing: Undoing) -> None:
    first = await undoing.done("engagement.set_up", {**ENGAGEMENT, "code": "CLD-UKI-9202"})
    assert first.after is not None
    customer, contract = first.after.fields["made_customer_id"], first.after.fields["made_contract_id"]
    waiting = await undoing.approved(first)
    new = {name: value for name, value in ENGAGEMENT.items() if name not in (*OF_CUSTOMER, "customer_name")}
    new |= {"customer_id": customer, "code": "CLD-UKI-9203", "price_list_name": None, "rates": []}
    second = await undoing.done("engagement.set_up", new)
    stale = await execute(undoing.hands, "northlight", waiting.id)
    assert (stale.state, "customer_used" in stale.problem) == (ActionState.STALE, True)
    undone = await undoing.undone(second)
    assert undone.intent.arguments["customer_id"] is None
    assert (await undoing.done("contract.confirm", {"contract_id": contract})).state is ActionState.VERIFIED
    with pytest.raises(Conflict, match="confirmed"):
        await undoing.proposed(first)
    await undoing.refused_by_tryton(first, "engagement.take_back", dict(waiting.intent.arguments), "processing")


async def test_a_project_with_time_on_it_is_not_cancelled(undoing: Undoing) -> None:
    action = await new_project(undoing, "ADV-DACH-9102")
    assert action.record is not None
    waiting = await undoing.approved(action)
    await undoing.record_time(action.record.id)
    stale = await execute(undoing.hands, "northlight", waiting.id)
    assert (stale.state, "recorded" in stale.problem) == (ActionState.STALE, True)
    assert (await undoing.state(action)) is ActionState.VERIFIED
    with pytest.raises(Conflict, match="recorded on it"):
        await undoing.proposed(action)
    arguments = dict(waiting.intent.arguments)
    await undoing.refused_by_tryton(action, "project.cancel", arguments, "recorded")
    other = next(p for p in (await undoing.hands.reader.firm()).projects if p.id != action.record.id)
    await undoing.refused_by_tryton(action, "project.cancel", {**arguments, "project_id": other.id}, "did not write")


async def test_a_purchase_order_number_goes_back_to_none_and_to_the_earlier_one(undoing: Undoing) -> None:
    firm = await undoing.hands.reader.firm()
    bare = next(c for c in firm.contracts if c.state in LIVE and not c.po_number)
    numbered = next(c for c in firm.contracts if c.state in LIVE and c.po_number)
    for contract in (bare, numbered):
        action = await undoing.done("contract.set_po_number", {"contract_id": contract.id, "po_number": "PO-UNDO"})
        await undoing.undone(action)
    after = {c.id: c.po_number for c in (await undoing.hands.reader.firm()).contracts}
    assert (after[bare.id], after[numbered.id]) == (None, numbered.po_number)


async def test_a_way_back_that_someone_overtook_goes_back_to_people(undoing: Undoing) -> None:
    firm = await undoing.hands.reader.firm()
    contract = next(c for c in firm.contracts if c.state in LIVE and not c.po_number)
    action = await undoing.done("contract.set_po_number", {"contract_id": contract.id, "po_number": "PO-UNDO"})
    waiting = await undoing.approved(action)
    await undoing.admin.call("model.sale.sale.write", [int(contract.id)], {"reference": "PO-OTHER"})
    stale = await execute(undoing.hands, "northlight", waiting.id)
    assert (stale.state, "PO-OTHER" in stale.problem) == (ActionState.STALE, True)
    with pytest.raises(Conflict, match="PO-OTHER"):
        await undoing.proposed(action)


async def test_an_earlier_billing_address_comes_back(undoing: Undoing) -> None:
    firm = await undoing.hands.reader.firm()
    for customer in firm.customers:
        wanted = {"customer_id": customer.id, "invoice_address": {**ADDRESS}}
        before = (await undoing.hands.reader.image("customer.set_billing_identity", wanted)).fields
        if before["invoice_address"] and all(before["invoice_address"].values()):
            break
    action = await undoing.done("customer.set_billing_identity", wanted)
    await undoing.undone(action)
    assert (await undoing.hands.reader.image("customer.set_billing_identity", wanted)).fields == before


ADDRESS = {"street": "Pilatusstrasse 9", "postal_code": "6003", "city": "Luzern", "country": "CH"}


async def test_a_draft_is_cancelled_and_its_time_can_be_billed_again(undoing: Undoing) -> None:
    _, draft = billable(await undoing.hands.reader.firm())
    action = await undoing.done("invoice.create_draft", draft)
    undone = await undoing.undone(action)
    assert (undone.intent.amount, undone.intent.customer) == (action.intent.amount, action.intent.customer)
    firm = await undoing.hands.reader.firm()
    assert {e.invoice_line_id for e in firm.time if e.id in draft["time_entry_ids"]} == {None}
    assert action.record is not None
    assert next(i for i in firm.invoices if i.id == action.record.id).state == "cancelled"
    assert (await undoing.done("invoice.create_draft", draft)).record != action.record


async def test_only_a_draft_that_the_named_action_made_is_cancelled(undoing: Undoing) -> None:
    _, draft = billable(await undoing.hands.reader.firm())
    action = await undoing.done("invoice.create_draft", draft)
    assert action.record is not None
    waiting = await undoing.approved(action)
    arguments = dict(waiting.intent.arguments)
    await undoing.refused_by_tryton(action, "invoice.cancel_draft", {**arguments, "amount": "1.00"}, "was approved")
    other = next(i for i in (await undoing.hands.reader.firm()).invoices if i.id != action.record.id)
    forged = {**arguments, "invoice_id": other.id}
    await undoing.refused_by_tryton(action, "invoice.cancel_draft", forged, "did not write")
    with pytest.raises(Conflict, match="did not draft"):
        await approved(undoing.hands, undoing.people, "invoice.cancel_draft", forged)
    invoice = int(action.record.id)
    await undoing.admin.call("model.account.invoice.write", [invoice], {"invoice_date": datetime.now(UTC).date()})
    await undoing.admin.call("model.account.invoice.validate_invoice", [invoice])
    assert (await execute(undoing.hands, "northlight", waiting.id)).state is ActionState.STALE
    await undoing.refused_by_tryton(action, "invoice.cancel_draft", arguments, "only a draft")
    with pytest.raises(Conflict, match="only a draft"):
        await undoing.proposed(action)
