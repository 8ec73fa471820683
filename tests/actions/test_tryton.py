"""The whole write path against a real Tryton: every action type, and a worker that dies around Tryton's commit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from actions.execution import Hands, execute
from actions.placing import placed
from actions.proposals import propose
from actions.rulebook import Rulebook
from domain.actions import Action, ActionState, Intent
from domain.errors import Conflict
from domain.records import Firm, Project
from domain.source import Source
from erp.tryton.reader import TrytonReader
from erp.tryton.writer import TrytonWriter
from store.database import Database
from tests.actions.conftest import AT_ONCE, People, countersigned
from tests.actions.ledger import Killed
from tests.actions.test_decisions import events
from tests.erp.firm import DemoFirm

pytestmark = [pytest.mark.anyio, pytest.mark.erp]


class Doomed:
    """The real writer, in a worker that dies once: before Tryton is asked, or after Tryton has committed."""

    system = "tryton"

    def __init__(self, writer: TrytonWriter, when: str) -> None:
        self.writer, self.when = writer, when

    async def write(self, action_type: str, arguments: Mapping[str, Any], **how: Any) -> Source:
        when, self.when = self.when, "never"
        if when == "before":
            raise Killed
        record = await self.writer.write(action_type, arguments, **how)
        if when == "after":
            raise Killed
        return record

    async def settle(self, reference: str, *, attempt: int) -> Source | None:
        return await self.writer.settle(reference, attempt=attempt)


async def approved(hands: Hands, people: People, action_type: str, arguments: dict[str, Any]) -> Action:
    intent = placed(Intent(action_type, arguments, "for the test"), await hands.reader.firm())
    policies = await hands.policies("northlight")
    action = await propose(hands.database, hands.reader, policies, people.priya, intent, now=datetime.now(UTC))
    assert action.state is ActionState.AWAITING_APPROVAL, action.verdict.reasons
    return await countersigned(hands, people.ada, action)


def billable(firm: Firm) -> tuple[Project, dict[str, Any]]:
    """A project in the firm's currency with priced, unbilled time, and the draft that would bill its first ten hours."""
    for project in firm.projects:
        entries = [e for e in firm.time if e.project_id == project.id and e.billable and not e.invoice_line_id][:10]
        if entries and project.status == "open" and all(e.price and e.price.currency == "EUR" for e in entries):
            amount = sum((e.hours * e.price.amount for e in entries if e.price), Decimal(0))
            period = f"{entries[0].date:%Y-%m}"
            ids = [e.id for e in entries]
            draft = {"project_id": project.id, "period": period, "time_entry_ids": ids, "currency": "EUR"}
            return project, {**draft, "contract_id": None, "amount": str(amount)}
    raise AssertionError("the demo firm has nothing to bill")


async def test_every_action_type_is_carried_out_and_verified(
    own_firm: DemoFirm, worker_database: Database, people: People, owner: psycopg.Connection
) -> None:
    async with own_firm.reader() as reader, own_firm.writer() as writer:
        hands = Hands(worker_database, reader, writer, Rulebook(worker_database), AT_ONCE)
        firm = await reader.firm()
        contract = next(c for c in firm.contracts if c.state in {"confirmed", "processing"} and c.po_number != "PO-9")
        project, draft = billable(firm)
        tasks = [{"name": "Discovery", "hours": "40", "price": "150.00", "currency": "EUR"}, {"name": "Steering"}]
        new = {"code": "ADV-DACH-9001", "customer_id": project.customer_id, "billing": "timesheet", "tasks": tasks}
        wanted = {
            "contract.set_po_number": {"contract_id": contract.id, "po_number": "PO-9"},
            "customer.set_billing_identity": {
                "customer_id": project.customer_id,
                "tax_identifier": {"type": "eu_vat", "code": "DE 136 695 976"},
                "invoice_address": {"street": "1 Quay", "postal_code": "D01", "city": "Dublin", "country": "IE"},
            },
            "invoice.create_draft": draft,
            "project.create": {"name": "Countersigned", "contract_id": contract.id, **new},
        }
        for action_type, arguments in wanted.items():
            action = await approved(hands, people, action_type, arguments)
            done = await execute(hands, "northlight", action.id)
            assert done.state is ActionState.VERIFIED, (action_type, done.problem)
            assert events(owner, done)[-3:] == ["action.executing", "action.executed", "action.verified"]
        for again in ("invoice.create_draft", "project.create"):
            with pytest.raises(Conflict):
                await approved(hands, people, again, {**wanted[again], "contract_id": contract.id})
        after = await reader.firm()
        assert len(after.invoices) == len(firm.invoices) + 1
        assert [p.name for p in after.projects if p.code == "ADV-DACH-9001"] == ["Countersigned"]


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_crash_around_trytons_commit_bills_once(
    when: str, own_firm: DemoFirm, worker_database: Database, people: People
) -> None:
    async with own_firm.reader() as reader, own_firm.writer() as writer:
        hands = Hands(worker_database, reader, Doomed(writer, when), Rulebook(worker_database))
        firm = await reader.firm()
        _, draft = billable(firm)
        action = await approved(hands, people, "invoice.create_draft", draft)
        with pytest.raises(Killed):
            await execute(hands, "northlight", action.id)
        assert (await execute(hands, "northlight", action.id)).state is ActionState.EXECUTING
        assert (await execute(replace(hands, timing=AT_ONCE), "northlight", action.id)).state is ActionState.VERIFIED
        assert len((await reader.firm()).invoices) == len(firm.invoices) + 1


async def test_a_change_in_tryton_since_the_proposal_goes_back_to_people(
    own_firm: DemoFirm, worker_database: Database, people: People
) -> None:
    async with own_firm.reader() as reader, own_firm.writer() as writer:
        hands = Hands(worker_database, reader, writer, Rulebook(worker_database), AT_ONCE)
        contract = await _contract(reader)
        first = await approved(hands, people, "contract.set_po_number", {"contract_id": contract, "po_number": "PO-1"})
        other = await approved(hands, people, "contract.set_po_number", {"contract_id": contract, "po_number": "PO-2"})
        assert (await execute(hands, "northlight", first.id)).state is ActionState.VERIFIED
        stale = await execute(hands, "northlight", other.id)
        assert (stale.state, "PO-1" in stale.problem) == (ActionState.STALE, True)


async def _contract(reader: TrytonReader) -> str:
    return next(c.id for c in (await reader.firm()).contracts if c.state in {"confirmed", "processing"})
