"""Each action type is written in a real Tryton, read back by another account, found again, and refused when stale."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from domain.errors import ErpClosed, ErpNotReached, ErpRefused, ErpStale, ErpUnavailable, InvalidInput
from domain.records import Firm, Project, TimeEntry
from domain.source import Source
from erp.tryton.reader import TrytonReader
from erp.tryton.rpc import TrytonRpc
from erp.tryton.writer import TrytonWriter
from tests.erp.firm import DemoFirm

pytestmark = [pytest.mark.anyio, pytest.mark.erp]
ADDRESS = {"street": "Pilatusstrasse 9", "postal_code": "6003", "city": "Luzern", "country": "CH"}


async def _sent(
    writer: TrytonWriter,
    action: str,
    given: Mapping[str, Any],
    ref: str,
    versions: Mapping[str, str],
    *,
    attempt: int = 1,
    seconds: float = 60,
) -> Source:
    deadline = datetime.now(UTC) + timedelta(seconds=seconds)
    return await writer.write(action, given, reference=ref, versions=versions, attempt=attempt, deadline=deadline)


async def _write(reader: TrytonReader, writer: TrytonWriter, action: str, given: Mapping[str, Any], ref: str) -> Any:
    before = await reader.image(action, given)
    assert await writer.settle(ref, attempt=1) is None
    record = await _sent(writer, action, given, ref, before.versions, attempt=2)
    assert await writer.settle(ref, attempt=2) == record
    return before, record, await reader.image(action, {**given, "reference": ref})


def _open(firm: Firm, project: Project) -> list[TimeEntry]:
    return [e for e in firm.time if e.project_id == project.id and e.billable and e.invoice_line_id is None]


def _by_code(firm: Firm, code: str) -> Project:
    return next(project for project in firm.projects if project.code == code)


def _draft(firm: Firm, project: Project, entries: list[TimeEntry]) -> dict[str, Any]:
    amount = sum((e.hours * e.price.amount for e in entries if e.price), Decimal(0))
    return {
        "project_id": project.id,
        "contract_id": project.contract_ids[0],
        "period": f"{entries[0].date:%Y-%m}",
        "time_entry_ids": [entry.id for entry in entries],
        "amount": str(amount),
        "currency": "EUR",
    }


async def test_a_purchase_order_number_is_set_once(own_firm: DemoFirm) -> None:
    async with own_firm.reader() as reader, own_firm.writer() as writer:
        project = _by_code(await reader.firm(), "CLD-UKI-1001")
        given = {"contract_id": project.contract_ids[0], "po_number": "4500718832"}
        before, record, after = await _write(reader, writer, "contract.set_po_number", given, "act-1")
        assert (before.fields, after.fields) == ({"po_number": None}, {"po_number": "4500718832"})
        assert record.model == "sale.sale"
        again = await _sent(writer, "contract.set_po_number", given, "act-1", before.versions)
        assert again == record
        with pytest.raises(ErpStale):
            await _sent(writer, "contract.set_po_number", given, "act-2", before.versions)
        assert await writer.settle("act-2", attempt=1) is None


async def test_the_erp_itself_refuses_a_write_that_comes_too_late(own_firm: DemoFirm) -> None:
    async with own_firm.reader() as reader, own_firm.writer() as writer:
        project = _by_code(await reader.firm(), "CLD-UKI-1001")
        given = {"contract_id": project.contract_ids[0], "po_number": "4500718833"}
        before = await reader.image("contract.set_po_number", given)

        async def refused(ref: str, **late: Any) -> None:
            with pytest.raises(ErpClosed):
                await _sent(writer, "contract.set_po_number", given, ref, before.versions, **late)
            assert (await reader.image("contract.set_po_number", given)).fields == before.fields

        await refused("late-1", seconds=-1)
        assert await writer.settle("late-2", attempt=2) is None
        await refused("late-2", attempt=1)
        await refused("late-2", attempt=2)
        assert await writer.settle("late-2", attempt=1) is None  # asked late, it opens nothing again
        await refused("late-2", attempt=2)
        record = await _sent(writer, "contract.set_po_number", given, "late-2", before.versions, attempt=3)
        assert await writer.settle("late-2", attempt=3) == record


async def test_settling_and_writing_at_once_have_one_answer(own_firm: DemoFirm) -> None:
    async with own_firm.reader() as reader, own_firm.writer() as writer:
        customer = (await reader.firm()).customers[0].id
        for number in range(6):
            given = {"name": "Raced", "code": f"CLD-UKI-18{number:02}", "customer_id": customer, "contract_id": None}
            given |= {"billing": "timesheet", "tasks": []}
            ref = f"raced-{number}"
            sent, settled = await asyncio.gather(
                _sent(writer, "project.create", given, ref, {}), writer.settle(ref, attempt=1), return_exceptions=True
            )
            codes = [project.code for project in (await reader.firm()).projects]
            if isinstance(sent, Source):
                assert codes.count(given["code"]) == 1
                assert settled == sent or isinstance(settled, ErpUnavailable)
            else:
                assert given["code"] not in codes
                assert isinstance(sent, ErpClosed | ErpUnavailable), sent


async def test_a_billing_identity_is_completed_and_corrected(own_firm: DemoFirm) -> None:
    async with own_firm.reader() as reader, own_firm.writer() as writer:
        customers = {customer.name: customer.id for customer in (await reader.firm()).customers}
        address = {"customer_id": customers["Alpenrad Mobility AG"], "tax_identifier": None, "invoice_address": ADDRESS}
        before, _, after = await _write(reader, writer, "customer.set_billing_identity", address, "act-3")
        assert (before.fields, after.fields) == ({"invoice_address": None}, {"invoice_address": ADDRESS})

        right = {"type": "eu_vat", "code": "DE 761 359 640"}
        tax = {"customer_id": customers["Steinbach Chemie KG"], "tax_identifier": right, "invoice_address": None}
        before, _, after = await _write(reader, writer, "customer.set_billing_identity", tax, "act-4")
        assert before.fields["tax_identifier"]["code"] == "DE76135964"
        assert after.fields == {"tax_identifier": right}

        missing = {"type": "eu_vat", "code": "IE8564083A"}
        none = {"customer_id": customers["Skellig Offshore Wind Ltd"], "tax_identifier": missing}
        before, _, after = await _write(reader, writer, "customer.set_billing_identity", none, "act-5")
        assert (before.fields, after.fields) == ({"tax_identifier": None}, {"tax_identifier": missing})

        wrong = {**none, "tax_identifier": {"type": "eu_vat", "code": "IE0000000X"}}
        now = await reader.image("customer.set_billing_identity", wrong)
        with pytest.raises(ErpRefused):
            await _sent(writer, "customer.set_billing_identity", wrong, "act-6", now.versions)


async def test_a_draft_invoice_bills_exactly_the_approved_time(own_firm: DemoFirm) -> None:
    async with own_firm.reader() as reader, own_firm.writer() as writer:
        firm = await reader.firm()
        project = _by_code(firm, "CLD-UKI-1001")
        entries = _open(firm, project)
        given = _draft(firm, project, entries[:-2])
        _, record, after = await _write(reader, writer, "invoice.create_draft", given, "act-7")
        assert after.fields["time_entry_ids"] == given["time_entry_ids"]
        assert Decimal(after.fields["amount"]) == Decimal(given["amount"])
        assert (after.fields["state"], after.fields["currency"]) == ("draft", "EUR")

        firm = await reader.firm()
        assert {entry.id for entry in _open(firm, project)} == {entry.id for entry in entries[-2:]}
        invoice = next(found for found in firm.invoices if found.id == record.id)
        assert invoice.contract_ids == project.contract_ids
        assert {line.project_id for line in invoice.lines} == {project.id}


async def test_time_is_never_billed_twice_nor_at_another_amount(own_firm: DemoFirm) -> None:
    async with own_firm.reader() as reader, own_firm.writer() as writer:
        firm = await reader.firm()
        project = _by_code(firm, "DAT-DACH-1002")
        given = _draft(firm, project, _open(firm, project))
        before = await reader.image("invoice.create_draft", given)
        short = {**given, "amount": "1.00"}
        with pytest.raises(ErpRefused, match="was approved"):
            await _sent(writer, "invoice.create_draft", short, "act-8", before.versions)
        assert len((await reader.firm()).invoices) == len(firm.invoices)

        attempts = [_sent(writer, "invoice.create_draft", given, ref, before.versions) for ref in ("act-9", "act-10")]
        ends = await asyncio.gather(*attempts, return_exceptions=True)
        assert sum(not isinstance(end, BaseException) for end in ends) == 1
        assert len((await reader.firm()).invoices) == len(firm.invoices) + 1
        with pytest.raises((ErpStale, ErpRefused)):
            await _sent(writer, "invoice.create_draft", given, "act-11", before.versions)


async def test_a_stale_time_entry_stops_the_draft(own_firm: DemoFirm) -> None:
    async with own_firm.reader() as reader, own_firm.writer() as writer:
        firm = await reader.firm()
        project = _by_code(firm, "CLD-UKI-1004")
        given = _draft(firm, project, _open(firm, project))
        before = await reader.image("invoice.create_draft", given)
        administrator = TrytonRpc(**vars(own_firm.account("admin")))
        entry = int(given["time_entry_ids"][0])
        await administrator.call("model.timesheet.line.write", [entry], {"description": "changed meanwhile"})
        await administrator.close()
        with pytest.raises(ErpStale):
            await _sent(writer, "invoice.create_draft", given, "act-12", before.versions)
        assert len((await reader.firm()).invoices) == len(firm.invoices)


async def test_a_project_is_created_with_its_tasks_and_contract(own_firm: DemoFirm) -> None:
    async with own_firm.reader() as reader, own_firm.writer() as writer:
        firm = await reader.firm()
        contract = next(found for found in firm.contracts if found.description == "Tariff engine renewal")
        given = {
            "name": "Tariff engine renewal",
            "code": "DAT-DACH-1040",
            "customer_id": contract.customer_id,
            "contract_id": contract.id,
            "billing": "timesheet",
            "tasks": [
                {"name": "Data Engineer", "hours": "320", "price": "126.00", "currency": "EUR"},
                {"name": "Steering", "hours": None, "price": None, "currency": None},
            ],
        }
        before, record, after = await _write(reader, writer, "project.create", given, "act-13")
        assert before.fields["code_taken"] is False
        assert {name: after.fields[name] for name in given if name != "tasks"} == {
            name: value for name, value in given.items() if name != "tasks"
        }
        assert [task["name"] for task in after.fields["tasks"]] == ["Data Engineer", "Steering"]
        assert Decimal(after.fields["tasks"][0]["price"]) == Decimal("126.00")
        created = next(found for found in (await reader.firm()).projects if found.id == record.id)
        assert (created.code, created.contract_ids, created.region) == ("DAT-DACH-1040", (contract.id,), "DACH")
        assert next(task.product for task in created.tasks if task.name == "Data Engineer") == "Data Engineer"

        taken = await reader.image("project.create", given)
        assert taken.fields["code_taken"] is True
        with pytest.raises(ErpRefused):
            await _sent(writer, "project.create", given, "act-14", taken.versions)


async def test_a_second_project_with_the_same_code_is_refused(own_firm: DemoFirm) -> None:
    async with own_firm.reader() as reader, own_firm.writer() as writer:
        customer = (await reader.firm()).customers[0].id
        given = {"name": "Twin", "code": "CLD-UKI-1990", "customer_id": customer, "contract_id": None}
        given |= {"billing": "timesheet", "tasks": []}
        before = await reader.image("project.create", given)
        twins = [_sent(writer, "project.create", given, f"twin-{number}", before.versions) for number in range(2)]
        outcomes = await asyncio.gather(*twins, return_exceptions=True)
        assert sum(isinstance(outcome, ErpRefused) for outcome in outcomes) == 1, outcomes
        codes = [project.code for project in (await reader.firm()).projects]
        assert codes.count("CLD-UKI-1990") == 1


async def test_an_address_that_nobody_was_shown_is_left_alone(own_firm: DemoFirm) -> None:
    """Alpenrad has an address that is not marked for invoices; one with its postal code becomes a new one."""
    async with own_firm.reader() as reader, own_firm.writer() as writer:
        customers = {customer.name: customer.id for customer in (await reader.firm()).customers}
        party = customers["Alpenrad Mobility AG"]
        rpc = TrytonRpc(**vars(own_firm.account("admin")))
        wanted = ("street", "postal_code", "city", "invoice")
        try:
            there = await rpc.search_read("party.address", [("party", "=", int(party))], wanted)
            assert there
            assert not any(row["invoice"] for row in there)
            new = {**ADDRESS, "postal_code": there[0]["postal_code"]}
            given = {"customer_id": party, "tax_identifier": None, "invoice_address": new}
            await _write(reader, writer, "customer.set_billing_identity", given, "act-9")
            now = await rpc.search_read("party.address", [("party", "=", int(party))], wanted)
        finally:
            await rpc.close()
    assert [row for row in now if not row["invoice"]] == there
    assert [row["street"] for row in now if row["invoice"]] == [ADDRESS["street"]]


async def test_an_unknown_action_or_an_unreachable_tryton_is_said(own_firm: DemoFirm) -> None:
    account = own_firm.account("countersign_worker")
    async with own_firm.writer() as writer:
        with pytest.raises(InvalidInput):
            await _sent(writer, "party.delete", {}, "act-15", {})
    async with TrytonWriter("http://127.0.0.1:9", account.database, account.user, account.password) as nowhere:
        with pytest.raises(ErpNotReached):
            await _sent(nowhere, "contract.set_po_number", {"contract_id": "1"}, "act-16", {})
