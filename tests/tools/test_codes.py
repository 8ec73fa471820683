"""Codes for a document: proposed from the ERP and from precedents, chosen by a person, never applied."""

from __future__ import annotations

import psycopg
import pytest

from domain.actor import Actor, Role
from domain.blocks import Table
from domain.errors import InvalidInput
from domain.terms import Term
from sow import library
from store.database import Database
from tests.tools.conftest import Desk
from tests.unit.prerequisites.records import Small
from tools.codes import Paper, choose, propose

ANN = Actor("northlight", "5f0c4b5e-0000-4000-8000-000000000001", "Ann", frozenset({Role.PROJECT_MANAGER}))


@pytest.fixture
def tenant(owner: psycopg.Connection) -> None:
    owner.execute("insert into tenant (id, name, base_currency) values ('northlight', 'Northlight', 'EUR')")


def paper(title: str, *, document: str, po: str | None = None, client: str | None = None) -> Paper:
    stated = {"client": client, "po_number": po, "billing_type": "time_and_materials"}
    terms = tuple(Term(field, value, (), 0.9) for field, value in stated.items() if value)
    return Paper(f"Statement of Work\n{title}\n", terms, f"{title}.pdf", document)


@pytest.mark.anyio
async def test_the_purchase_order_leads_to_the_project(database: Database, tenant: None) -> None:
    firm = Small().firm()
    contract, project, customer = firm.contracts[0], firm.projects[0], firm.customers[0]
    assert contract.po_number
    async with database.tenant("northlight") as connection:
        known = paper("Something else", document="d1", po=contract.po_number, client=customer.name.upper())
        first, *_ = await propose(connection, firm, known)
        assert (first.code, first.kind) == (project.code, "existing")
        assert first.reasons[0].startswith("Its contract carries the same reference")
        fresh, *_ = await propose(
            connection, firm, paper("Due diligence", document="d2", po="X-1", client=customer.name)
        )
        assert (fresh.kind, fresh.practice) == ("new", "ADV")
        assert fresh.code not in {p.code for p in firm.projects}


@pytest.mark.anyio
async def test_a_choice_is_a_precedent_and_takes_its_number(database: Database, tenant: None) -> None:
    firm = Small().firm()
    async with database.tenant("northlight") as connection:
        before, *_ = await propose(connection, firm, paper("Kubernetes operations", document="d1"))
        assert before.kind == "new"
        await choose(connection, ANN, firm, paper("Kubernetes operations", document="d1"), code=before.code)
        again, *_ = await propose(connection, firm, paper("Kubernetes cluster operations", document="d2"))
        assert int(again.code[-4:]) == int(before.code[-4:]) + 1
        assert any("was chosen for similar work before" in text for text in again.reasons)


@pytest.mark.anyio
async def test_what_is_no_code_cannot_be_chosen(database: Database, tenant: None) -> None:
    async with database.tenant("northlight") as connection:
        with pytest.raises(InvalidInput):
            await choose(connection, ANN, Small().firm(), paper("Anything", document="d1"), code="hello")


@pytest.mark.anyio
async def test_a_set_up_in_a_conversation_shows_states_to_the_model_and_values_to_people(desk: Desk) -> None:
    text = b"# Statement of Work No. SOW-7: Kubernetes\n\nClient: Fenwick Ports plc.\n\nPayable within 30 days of invoice.\n"
    await library.upload(desk.database, desk.actor, text, "Kubernetes.md")
    found = await desk.ask(Small(), "set_up_project")
    states = {one["section"]: one.get("fields", {}) for one in found.facts["sections"]}
    assert states["Customer"]["Name"] == "in_erp"
    assert states["Contract"]["Payment terms, days"] == "to_set_up"
    assert "Fenwick" not in str(found.facts)
    table = found.blocks[0]
    assert isinstance(table, Table)
    values = {str(row[1].value): row[2].value for row in table.rows}
    assert (values["Name"], values["Payment terms, days"]) == ("Kubernetes", 30)
    assert found.blocks[-1].rows[0][0].href.endswith("/set-up")  # pyright: ignore[reportAttributeAccessIssue]
