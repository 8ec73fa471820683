"""The reader reads the whole demo firm out of a real Tryton, as the account that may do nothing else."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest

from domain.errors import ConfigurationError, ErpUnavailable, InvalidInput, NotFound
from domain.money import Money
from domain.records import Contract, Customer, Firm, Project
from erp.demo.plan import read_plan
from erp.tryton.reader import TrytonReader
from tests.erp.firm import DemoFirm

pytestmark = [pytest.mark.anyio, pytest.mark.erp]


@pytest.fixture(scope="module")
async def firm(demo_firm: DemoFirm, anyio_backend: str) -> Firm:
    async with demo_firm.reader() as reader:
        return await reader.firm()


def _project(firm: Firm, code: str) -> Project:
    return next(project for project in firm.projects if project.code == code)


def _contract(firm: Firm, project: Project) -> Contract:
    return next(contract for contract in firm.contracts if contract.id in project.contract_ids)


def _customer(firm: Firm, name: str) -> Customer:
    return next(customer for customer in firm.customers if customer.name.startswith(name))


async def test_the_firm_is_as_large_as_promised(firm: Firm) -> None:
    assert (firm.company, firm.base_currency) == ("Northlight Consulting", "EUR")
    assert len(firm.customers) >= 12
    assert len({customer.country for customer in firm.customers}) >= 4
    assert len(firm.projects) >= 30
    assert len(firm.time) >= 3000
    assert len(firm.invoices) >= 40
    assert {project.status for project in firm.projects} == {"open", "on_hold", "done", "cancelled"}
    assert {p.practice for p in firm.projects if p.code} == {"CLD", "DAT", "ADV"}
    assert {p.region for p in firm.projects if p.code} == {"UKI", "DACH"}
    assert {invoice.state for invoice in firm.invoices} >= {"draft", "posted"}


async def test_every_planned_amount_is_what_tryton_would_bill(firm: Firm, demo_firm: DemoFirm) -> None:
    plan = read_plan(demo_firm.today)
    planned = {e.title: e.unbilled() for e in plan.engagements if e.billing == "timesheet" and e.has_project}
    names = {project.id: project.name for project in firm.projects}
    found = dict.fromkeys(planned, Decimal(0))
    for entry in firm.time:
        if entry.billable and entry.invoice_line_id is None and entry.price is not None:
            found[names[entry.project_id]] += entry.hours * entry.price.amount
    assert found == planned


async def test_a_contract_carries_its_terms_amendments_and_attachments(firm: Firm, demo_firm: DemoFirm) -> None:
    contract = _contract(firm, _project(firm, "CLD-UKI-1001"))
    assert (contract.state, contract.po_number, contract.currency) == ("processing", None, "EUR")
    assert contract.payment_terms_days == 30
    assert [amendment.state for amendment in contract.amendments] == ["validated"]
    assert contract.invoiced == Money(Decimal("83184.00"), "EUR")
    prices = next(dict(found.prices) for found in firm.price_lists if found.id == contract.price_list_id)
    assert prices["Cloud Engineer"] == Decimal("118.00")
    assert len(contract.attachments) == 2
    async with demo_firm.reader() as reader:
        assert (await reader.attachment(contract.attachments[0].id)).startswith(b"%PDF")
        with pytest.raises(NotFound):
            await reader.attachment("999999")


async def test_an_advance_is_left_or_set_off(firm: Firm) -> None:
    left = _contract(firm, _project(firm, "ADV-UKI-1006"))
    settled = _contract(firm, _project(firm, "ADV-DACH-2006"))
    assert left.advance_unapplied == Money(Decimal("29600.00"), "EUR")
    assert settled.advance_unapplied == Money(Decimal("0.00"), "EUR")
    assert _contract(firm, _project(firm, "CLD-UKI-1001")).advance_unapplied is None


async def test_a_customer_carries_what_an_invoice_needs(firm: Firm) -> None:
    sound, bare = _customer(firm, "Rheintal"), _customer(firm, "Alpenrad")
    assert sound.tax_identifiers == (("eu_vat", "DE662438137"),)
    assert sound.invoice_address is not None
    assert (sound.invoice_address.city, sound.invoice_address.country) == ("Koblenz", "DE")
    assert sound.billing_emails == ("rechnungen@rheintal-maschinenbau.example",)
    assert sound.payment_terms_days == 30
    assert bare.invoice_address is None
    assert _customer(firm, "Skellig").tax_identifiers == ()
    assert _customer(firm, "Steinbach").tax_identifiers == (("", "DE76135964"),)
    assert _customer(firm, "Cedar Point").payment_terms_days is None
    assert _customer(firm, "Isarwerk").billing_emails == ()


async def test_time_without_a_price_is_told_from_time_that_nobody_pays(firm: Firm) -> None:
    unpriced = _project(firm, "DAT-UKI-1022")
    tasks = {task.name: task for task in unpriced.tasks}
    entries = [entry for entry in firm.time if entry.task_id == tasks["Defect taxonomy workshop"].id]
    assert entries
    assert all(entry.billable and entry.price is None for entry in entries)
    goodwill = {task.name: task for task in _project(firm, "DAT-UKI-2002").tasks}["Report design, goodwill"]
    assert not any(entry.billable for entry in firm.time if entry.task_id == goodwill.id)


async def test_invoices_name_the_project_and_contract_that_they_bill(firm: Firm) -> None:
    project = _project(firm, "DAT-DACH-1008")
    billed = [i for i in firm.invoices if any(line.project_id == project.id for line in i.lines)]
    assert len(billed) == 3
    assert {contract for invoice in billed for contract in invoice.contract_ids} == set(project.contract_ids)
    assert sum(1 for task in project.tasks if task.invoice_line_id) == 3
    assert all(
        invoice.due is not None and invoice.date is not None and invoice.due > invoice.date for invoice in billed
    )


async def test_every_record_can_be_cited_with_its_stamp(firm: Firm) -> None:
    records = [*firm.customers, *firm.contracts, *firm.projects, *firm.time, *firm.invoices, *firm.price_lists]
    assert all(r.source.system == "tryton" and r.source.version and r.source.id == r.id for r in records)


async def test_reading_the_firm_takes_few_seconds(demo_firm: DemoFirm) -> None:
    async with demo_firm.reader() as reader:
        await reader.firm()
        since = time.process_time(), time.monotonic()
        await reader.firm()
    assert time.monotonic() - since[1] < 20  # about one on an idle machine; the bound only notices a runaway


async def test_what_cannot_be_reached_or_entered_is_said(demo_firm: DemoFirm) -> None:
    account = demo_firm.account("countersign_reader")
    async with TrytonReader("http://127.0.0.1:9", account.database, account.user, account.password) as nowhere:
        with pytest.raises(ErpUnavailable):
            await nowhere.firm()
    async with TrytonReader(account.url, account.database, account.user, "wrong") as stranger:
        with pytest.raises(ConfigurationError):
            await stranger.firm()


async def test_an_image_is_refused_for_what_is_not_there(demo_firm: DemoFirm) -> None:
    async with demo_firm.reader() as reader:
        with pytest.raises(NotFound):
            await reader.image("contract.set_po_number", {"contract_id": "99999", "po_number": "1"})
        with pytest.raises(InvalidInput):
            await reader.image("contract.set_po_number", {"contract_id": "1 or 1=1", "po_number": "1"})
        with pytest.raises(InvalidInput):
            await reader.image("party.delete", {})
