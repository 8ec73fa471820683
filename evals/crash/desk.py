"""The people of the harness: they propose, approve, and have failed actions tried again, all by the product's ways."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from actions import resolutions
from actions.decisions import decide
from actions.placing import placed
from actions.proposals import propose
from domain.actions import Action, ActionState, Intent
from domain.actor import Actor, Role
from domain.errors import CountersignError
from domain.records import Firm
from erp.tryton.reader import TrytonReader
from evals.stand import TENANT
from policies.engine import Policies
from store import actions, people
from store.database import Database

MOVING = (ActionState.APPROVED, ActionState.EXECUTING, ActionState.EXECUTED, ActionState.UNKNOWN, ActionState.FAILED)
LIVE = frozenset({"confirmed", "processing"})


@dataclass
class Desk:
    """A project manager and an approver before the real ERP, in calm weather. `contracts` are free to be changed."""

    database: Database
    reader: TrytonReader
    policies: Policies
    manager: Actor
    approver: Actor
    firm: Firm
    contracts: list[str]
    on_contract: dict[str, str] = field(default_factory=dict[str, str])
    made: int = 0

    async def approved(self, *, only_orders: bool = False) -> str | None:
        """Propose and approve one more action; its id. None when every contract has one under way."""
        self.made += 1
        if only_orders or self.made % 3:
            intent = await self._order()
        else:
            intent = self._project() if self.made % 2 else self._engagement()
        if intent is None:
            return None
        now, intent = datetime.now(UTC), placed(intent, self.firm)
        action = await propose(self.database, self.reader, self.policies, self.manager, intent, now=now)
        if intent.action_type == "contract.set_po_number":
            self.on_contract[intent.arguments["contract_id"]] = action.id
        approver = dataclasses.replace(self.approver, authenticated_at=now)
        await decide(self.database, self.policies, approver, action.id, verdict="approve", digest=action.digest)
        return action.id

    async def moving(self) -> tuple[Action, ...]:
        """What was approved and is not done with."""
        async with self.database.tenant(TENANT) as connection:
            return await actions.listing(connection, MOVING, limit=1000)

    async def settle(self, action: Action) -> None:
        """What a person does where a worker cannot go on: look, say so, and have it tried again."""
        asked = (self.database, self.policies, self.approver, action.id)
        try:
            if action.state is ActionState.FAILED:
                await resolutions.replay(*asked, reason="The network was bad; nothing was written.")
            elif action.state is ActionState.UNKNOWN:
                await resolutions.resolve(*asked, verdict="did_not", reason="Nothing of it is in the ERP.")
        except CountersignError as error:
            print(f"  {action.id} {action.state.value}: {error.detail}")

    async def _order(self) -> Intent | None:
        busy = {action.id for action in await self.moving()}
        contract = next((c for c in self.contracts if self.on_contract.get(c) not in busy), None)
        if contract is None:
            return None
        self.contracts.remove(contract)
        self.contracts.append(contract)  # each in its turn
        arguments = {"contract_id": contract, "po_number": f"CRASH-{self.made}"}
        return Intent("contract.set_po_number", arguments, f"Set PO number CRASH-{self.made}")

    def _project(self) -> Intent:
        code = f"CRA-SH-{self.made}"
        arguments = {
            "name": f"Crash {self.made}",
            "code": code,
            "customer_id": self.firm.customers[0].id,
            "tasks": [{"name": "T"}],
        }
        return Intent("project.create", arguments, f"Create {code}")

    def _engagement(self) -> Intent:
        """Four records in one write: half of them would be as wrong as twice of them."""
        name, code = f"Crash {self.made}", f"CRA-SH-{self.made}"
        arguments = {
            "customer_name": f"{name} plc",
            "invoice_address": {"street": "1 Quay", "postal_code": "D01", "city": "Dublin", "country": "IE"},
            "contract_title": f"{name} contract",
            "currency": "EUR",
            "lines": [{"name": "Fixed fee", "quantity": "1", "price": "1000"}],
            "price_list_name": f"{name} rates",
            "rates": [{"name": "Cloud Engineer", "price": "118"}],
            "code": code,
            "name": name,
        }
        return Intent("engagement.set_up", arguments, f"Set up {code}")


async def desk(database: Database, reader: TrytonReader) -> Desk:
    """The people at their desk, in a firm that has neither yet."""
    firm = await reader.firm()
    contracts = [contract.id for contract in firm.contracts if contract.state in LIVE]
    manager = await _person(database, "Manager", Role.PROJECT_MANAGER)
    approver = await _person(database, "Approver", Role.APPROVER, Decimal(1_000_000))
    return Desk(database, reader, Policies.load(), manager, approver, firm, contracts)


async def _person(database: Database, name: str, role: Role, limit: Decimal | None = None) -> Actor:
    async with database.tenant(TENANT) as connection:
        made = await people.add(
            connection,
            TENANT,
            email=f"{name.lower()}@northlight.example",
            name=name,
            password_hash="nobody signs in",  # noqa: S106 - it is none
            roles=(role,),
            approval_limit=limit,
        )
        found = await people.get(connection, made)
    if found is None:
        raise LookupError(name)
    return found.actor()
