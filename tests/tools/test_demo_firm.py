"""The whole firm in the real ERP: what was planted is found, with its amount, and nothing else is reported."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from actions.comparing import normalised
from domain.blocks import Table
from domain.findings import Readiness, Verdict
from domain.records import Firm
from erp.demo import server
from erp.mirror import Mirror
from evals.truth import DocumentTruth, documents
from policies.prerequisites.assessment import STOPS
from policies.prerequisites.case import Case
from policies.prerequisites.portfolio import Dossier, portfolio
from policies.prerequisites.work import approved
from sow import library
from store import actions, outstanding
from store.database import Database
from store.facts_file import import_facts
from store.sought import Sought
from store.worked import Asked, summed
from tests.erp.firm import DemoFirm
from tests.tools.conftest import Desk
from tools import knowledge
from tools.codes import EMBEDDED
from tools.evaluating import around, evaluate, prepare
from tools.opportunity.fields import Field
from tools.opportunity.plan import SetUp, plan
from tools.opportunity.proposal import engagement_from
from tools.paper import paper
from tools.registry import TOOLS
from tools.tool import ToolContext, ToolResult

TRUTH = Path(__file__).parents[2] / "evals" / "truth" / "planted.toml"
pytestmark = [pytest.mark.anyio, pytest.mark.erp]


async def learned(demo: DemoFirm, desk: Desk, reader: Any) -> Mirror:
    """Take in what the demo takes in: the other systems' reports, and the contracts' statements of work."""
    snapshot = Mirror(desk.database, "northlight", reader, seconds=3600)
    firm = await snapshot.get()
    text = server.outside_file(demo.home).read_text("utf-8")
    report = await import_facts(desk.database, desk.actor, text, now=datetime.combine(demo.today, time(23), UTC))
    assert report.recorded > 500
    assert report.bad == ()
    await _read_documents(demo, desk.database, desk, firm)
    return snapshot


async def _read_documents(demo: DemoFirm, database: Database, desk: Desk, firm: Firm) -> None:
    folder = server.documents_folder(demo.home)
    for contract in firm.contracts:
        for attachment in contract.attachments:
            data = (folder / attachment.name).read_bytes()
            await library.upload(database, desk.actor, data, attachment.name, contract=contract.number)


def _failed(answers: Iterable[Readiness]) -> dict[tuple[str, str], Decimal | None]:
    """(the truth's name of the project, rule): the amount held back."""
    return {
        (answer.project_code or answer.project_name, finding.rule): finding.amount.amount if finding.amount else None
        for answer in answers
        for finding in answer.findings
        if finding.verdict is Verdict.FAIL
    }


async def test_the_planted_is_found_and_nothing_else(demo_firm: DemoFirm, desk: Desk) -> None:
    truth = tomllib.loads(TRUTH.read_text("utf-8"))
    async with demo_firm.reader() as reader:
        snapshot = await learned(demo_firm, desk, reader)
        dossier = await knowledge.load(desk.database, snapshot, "northlight")
        answers = portfolio(dossier, None, demo_firm.today)
        found = _failed(answers)
        assert set(found) == {(item["project"], item["rule"]) for item in truth["planted"]}
        wrong = {
            (item["project"], item["rule"]): (item["amount"], found[item["project"], item["rule"]])
            for item in truth["planted"]
            if "amount" in item and found[item["project"], item["rule"]] != Decimal(item["amount"])
        }
        assert wrong == {}
        assert all(answer.ready + answer.blocked == answer.unbilled for answer in answers)
        await _judged_alike(snapshot, demo_firm.today)
        await _summed_alike(snapshot, demo_firm.today, dossier, answers)
        await _proposals(demo_firm, desk, reader, snapshot)


async def _judged_alike(snapshot: Mirror, today: date) -> None:
    """Whether billed time comes entry by entry or summed, every answer is the same to the last source."""
    state, projects = await snapshot.current(), (await snapshot.masters()).projects
    await prepare(snapshot.database, "northlight", today)
    async with snapshot.database.tenant("northlight") as connection:
        plain = await around(connection, state, projects)
        summed = await around(connection, state, projects, summed_on=today)
    assert len(summed.firm.time) < len(plain.firm.time)
    for project in projects:
        for month in (None, f"{today:%Y-%m}"):
            assert summed.assess(project, month, today) == plain.assess(project, month, today), project.code


async def _summed_alike(snapshot: Mirror, today: date, dossier: Dossier, answers: Iterable[Readiness]) -> None:
    """What PostgreSQL is asked over the whole firm is what the records and answers one by one add up to."""
    firm = dossier.firm
    for asked in (Asked(), Asked(by="person", billed=False), Asked(by="month", billable=True, until=firm.time[0].date)):
        assert set(await snapshot.worked(asked)) == set(summed(firm.time, asked))
    for sought in (Sought(), Sought(states=frozenset({"draft"})), Sought(since=firm.invoices[9].date)):
        assert list(await snapshot.invoices(sought)) == [one for one in firm.invoices if sought.holds(one)]
    await evaluate(snapshot.database, "northlight", today)
    async with snapshot.database.tenant("northlight") as connection:
        findings = await outstanding.findings(connection)
        work = await outstanding.work(connection)
    stopping = {(a.project_id, f.rule, f.amount) for a in answers for f in a.findings if f.verdict in STOPS}
    assert {(one.project, one.rule, one.amount) for one in findings} == stopping
    cases = [Case(project, dossier.facts(project), None, today) for project in firm.projects]
    assert sum(one.amount for one in work) == sum(i.amount.amount for c in cases for i in c.work if i.amount)
    assert sum(one.hours for one in work if one.approved) == sum(
        item.entry.hours for case in cases for item in case.work if item.entry and approved(case, item)
    )


async def _proposals(demo: DemoFirm, desk: Desk, reader: Any, snapshot: Mirror) -> None:
    """The main job's own example, and a draft invoice: proposed over the real ERP's before-image."""
    context = ToolContext(desk.actor, desk.database, reader, snapshot, desk.policies, demo.today)
    fix = await _ask(context, "propose_fix", project="CLD-UKI-1001")
    async with desk.database.tenant("northlight") as connection:
        action = await actions.get(connection, fix.facts["action_id"])
    assert action.intent.arguments["po_number"] == "4500718832"
    assert action.before.fields == {"po_number": None}
    assert action.intent.origins["po_number"].evidence
    billable = await _ask(context, "portfolio_readiness", status="billable", practice="ADV")
    assert isinstance(billable.blocks[0], Table)
    month = f"{demo.today:%Y-%m}"
    invoice = await _ask(context, "propose_invoice", project="ADV-DACH-2006", month=month)
    assert invoice.facts["proposed"] == "invoice.create_draft" or invoice.facts["unbilled"]["amount"] == "0.00"


async def _ask(context: ToolContext, name: str, **arguments: Any) -> ToolResult:
    tool = next(tool for tool in TOOLS if tool.name == name)
    return await tool.run(context, tool.arguments.model_validate(arguments))


NEW = ("cedarpoint-finops", "kestrel-procurement", "quillon-integration")
FIELDS = {
    "document_number": "Statement of work",
    "po_number": "Purchase order",
    "effective_date": "Begins",
    "end_date": "Ends",
    "currency": "Currency",
    "payment_terms_days": "Payment terms, days",
}


async def test_new_work_is_set_up_as_its_document_says(demo_firm: DemoFirm, desk: Desk) -> None:
    truths = {one.key: one for one in documents(demo_firm.today) if one.key in NEW}
    assert set(truths) == set(NEW)
    async with demo_firm.reader() as reader:
        snapshot = Mirror(desk.database, "northlight", reader, seconds=3600)
        firm = await snapshot.get()
        for key, truth in truths.items():
            data = (server.documents_folder(demo_firm.home) / truth.file).read_bytes()
            row = await library.upload(desk.database, desk.actor, data, truth.file, password=truth.password)
            async with desk.database.tenant("northlight") as connection:
                found = await plan(connection, desk.actor, firm, row.id, demo_firm.today, EMBEDDED)
                known = await paper(connection, desk.actor, row.id, demo_firm.today)
            _as_stated(found, truth)
            states = {section.name: section.state for section in found.sections}
            assert (states["Customer"], states["Project"]) == ("in_erp", "proposed"), key
            code = next(field.value for field in _section(found, "Project") if field.name == "Code")
            intent = normalised(engagement_from(known, firm, code))
            assert [t["name"] for t in intent.arguments["tasks"]] == [f.name for f in _section(found, "Tasks")] or not (
                intent.arguments["tasks"]
            )
            image = await reader.image("engagement.set_up", intent.arguments)
            assert image.fields["in_the_way"] == [], key


def _section(found: SetUp, name: str) -> tuple[Field, ...]:
    return next((one.fields for one in found.sections if one.name == name), ())


def _as_stated(found: SetUp, truth: DocumentTruth) -> None:
    contract = {field.name: field for field in _section(found, "Contract")}
    for term, name in FIELDS.items():
        if term in truth.terms:
            assert contract[name].value == truth.terms[term][0], (truth.key, name)
            assert contract[name].origin, name
    rates = {field.name: field.value for field in _section(found, "Price list")}
    for rate in truth.terms.get("rates", ()):
        (said,) = rates[rate["role"]].items()
        assert (said[0], Decimal(said[1]["amount"])) == (f"per {rate['per']}", Decimal(rate["amount"])), truth.key
    if "total_value" in truth.terms:
        assert Decimal(contract["Total value"].value["amount"]) == Decimal(truth.terms["total_value"][0])
