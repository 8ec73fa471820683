"""The tools that answer from records: figures with their sources, unknown said as unknown, no free text to a model."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from domain.actor import Actor, Operation, Role
from domain.blocks import Table
from domain.errors import InvalidInput, NotFound
from domain.facts import FactKind
from policies.engine import Policies
from policies.prerequisites.rulebook import rulebook
from tests.tools.conftest import Desk
from tests.unit.prerequisites.records import Small, invoice
from tools.registry import TOOLS, tools_for
from tools.rules import rules_about, subjects, told_of
from tools.tool import ToolResult

SMALL = Small()
BILLED = SMALL.but(
    invoices=(
        invoice("i1", date(2026, 9, 30), 4000),
        invoice("i2", date(2026, 10, 31), 2500),
        invoice("i3", None, 900, state="draft"),
    )
)
pytestmark = pytest.mark.anyio


def first(result: ToolResult) -> Table:
    return next(block for block in result.blocks if isinstance(block, Table))


def column(result: ToolResult, index: int) -> list[Any]:
    return [row[index].value for row in first(result).rows]


async def test_invoices_of_a_span(desk: Desk) -> None:
    result = await desk.ask(BILLED, "invoices", since="2026-10-01", until="2026-12-31")
    assert (result.facts["count"], result.facts["net"]) == (1, [{"amount": "2500.00", "currency": "EUR"}])
    assert all(row[0].sources for row in first(result).rows)


async def test_drafts_and_the_rest_are_told_apart(desk: Desk) -> None:
    assert (await desk.ask(BILLED, "invoices", state="draft")).facts["count"] == 1
    assert (await desk.ask(BILLED, "invoices")).facts["count"] == 2
    assert (await desk.ask(BILLED, "invoices", state="overdue")).facts["count"] == 0


async def test_invoices_by_project_and_number(desk: Desk) -> None:
    grouped = await desk.ask(BILLED, "invoices", group_by="project")
    assert grouped.facts["groups"] == [
        {"project": "CLD-UKI-1001", "count": 2, "net": [{"amount": "6500.00", "currency": "EUR"}]}
    ]
    assert (await desk.ask(BILLED, "invoices", number="inv-i2")).facts["invoices"][0]["date"] == "2026-10-31"


async def test_hours_of_a_person(desk: Desk) -> None:
    result = await desk.ask(
        SMALL, "time_worked", person="lena", group_by="person", since="2026-10-01", until="2026-10-31"
    )
    assert (result.facts["hours"], result.facts["worth"]) == ("12", [{"amount": "1200.00", "currency": "EUR"}])
    assert column(result, 0) == ["Lena Ortiz"]
    assert "Lena" not in json.dumps(result.facts)


async def test_hours_that_are_billed_or_not_billable(desk: Desk) -> None:
    assert (await desk.ask(SMALL, "time_worked", billed=True)).facts["hours"] == "8"
    assert (await desk.ask(SMALL, "time_worked", billable=False)).facts["hours"] == "2"
    assert (await desk.ask(SMALL, "time_worked", group_by="month")).facts["groups"][0]["month"] == "2026-09"


async def test_nobody_of_that_name(desk: Desk) -> None:
    with pytest.raises(NotFound):
        await desk.ask(SMALL, "time_worked", person="Somebody Else")


async def test_a_customer_without_a_tax_identifier(desk: Desk) -> None:
    assert (await desk.ask(SMALL, "customers", missing="tax_id")).facts["count"] == 0
    lacking = await desk.ask(SMALL.but(customer__tax_identifiers=()), "customers", missing="tax_id")
    assert column(lacking, 0) == ["Fenwick Ports plc"]
    assert "Fenwick" not in json.dumps(lacking.facts)


async def test_an_engagement_says_what_is_left(desk: Desk) -> None:
    result = await desk.ask(SMALL, "engagement", project="CLD-UKI-1001")
    contract = result.facts["contracts"][0]
    assert contract["not_invoiced"] == {"amount": "40000.00", "currency": "EUR"}
    assert (contract["cap"], contract["po_number"]) == (None, "PO-77")
    with pytest.raises(InvalidInput):
        await desk.ask(SMALL, "engagement")


async def test_findings_about_a_subject(desk: Desk) -> None:
    spoilt = SMALL.but(contract__po_number=None)
    assert (await desk.ask(SMALL, "problems", about="purchase order missing")).facts["count"] == 0
    found = await desk.ask(spoilt, "problems", about="purchase order missing")
    assert [(row["project"], row["rule"]) for row in found.facts["projects"]] == [("CLD-UKI-1001", "po.missing")]
    by_owner = await desk.ask(spoilt, "problems", group_by="owner")
    assert column(by_owner, 0) == ["Finance"]
    with pytest.raises(InvalidInput):
        await desk.ask(spoilt, "problems", about="the weather")


async def test_reports_of_a_kind(desk: Desk) -> None:
    held = SMALL.report(FactKind.BILLING_HOLD, "CLD-UKI-1001", held=True)
    assert (await desk.ask(held, "reports", kind="billing_hold", state="held")).facts["count"] == 1
    silent = await desk.ask(SMALL, "reports", kind="milestone")
    assert silent.facts["reported_on"] is False
    assert "cannot be determined" in first(silent).note


async def test_who_would_approve(desk: Desk) -> None:
    small = await desk.ask(SMALL, "who_approves", action_type="invoice.create_draft", amount="100000")
    large = await desk.ask(SMALL, "who_approves", action_type="invoice.create_draft", amount="100000.01")
    assert [len(found.facts["approval"]) for found in (small, large)] == [1, 2]
    assert len((await desk.ask(SMALL, "who_approves")).facts["rules"]) > 5
    with pytest.raises(InvalidInput):
        await desk.ask(SMALL, "who_approves", action_type="cake.bake")


async def test_nothing_was_changed_yet(desk: Desk) -> None:
    result = await desk.ask(SMALL, "changes_made", project="CLD-UKI-1001", about="po")
    assert result.facts["count"] == 0
    assert "not known here" in first(result).note
    with pytest.raises(NotFound):
        await desk.ask(SMALL, "changes_made", person="Nobody Here")


async def test_operations_and_rights(desk: Desk) -> None:
    result = await desk.ask(SMALL, "operations_status")
    assert (result.facts["erp"], result.facts["frozen"], result.facts["need_a_person"]) == ("tryton", [], 0)
    rights = await desk.ask(SMALL, "my_rights")
    assert (rights.facts["roles"], rights.facts["may_decide"]) == (["project_manager"], False)
    assert (await desk.ask(SMALL, "people", role="project_manager")).facts["count"] == 1
    assert (await desk.ask(SMALL, "documents")).facts["count"] == 0


def test_the_audit_log_is_offered_to_those_who_may_read_it(policies: Policies) -> None:
    for role in Role:
        actor = Actor("t", "p", "P", frozenset({role}))
        offered = {tool.name for tool in tools_for(policies, actor)}
        assert ("audit_entries" in offered) == policies.authorize(actor, Operation.AUDIT_READ).allowed


def test_names_of_tools_are_unique() -> None:
    assert len({tool.name for tool in TOOLS}) == len(TOOLS)


@pytest.mark.parametrize("rule", [rule.id for rule in rulebook()])
def test_each_rule_is_found_by_what_it_is_called(rule: str) -> None:
    found = next(one for one in rulebook() if one.id == rule)
    assert rule in {one.id for one in rules_about(rule)}
    assert rule in {one.id for one in rules_about(found.problem)}, found.problem


def test_each_subject_means_some_rule() -> None:
    for name, said, starts in subjects():
        assert [rule for rule in rulebook() if rule.id.startswith(starts)], name
        assert said.search(name) or name == "sow against erp", name


@pytest.mark.parametrize(
    ("text", "told", "rules"),
    [
        ("which projects have no po", "purchase order missing", {"po.missing"}),
        ("where has the po run out", "purchase order expired", {"po.expired"}),
        ("purchase order balance too low", "purchase order balance", {"po.balance"}),
    ],
)
def test_a_word_of_trouble_narrows_a_subject(text: str, told: str, rules: set[str]) -> None:
    assert told_of("purchase order", text) == told
    assert {rule.id for rule in rules_about(told)} == rules
