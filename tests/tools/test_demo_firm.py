"""The whole firm in the real ERP: what was planted is found, with its amount, and nothing else is reported."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from datetime import UTC, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from domain.blocks import Table
from domain.findings import Readiness, Verdict
from domain.records import Firm
from erp.demo import server
from erp.mirror import Mirror
from policies.prerequisites.portfolio import portfolio
from sow import library
from store import actions
from store.database import Database
from store.facts_file import import_facts
from tests.erp.firm import DemoFirm
from tests.tools.conftest import Desk
from tools import knowledge
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
        await _proposals(demo_firm, desk, reader, snapshot)


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
