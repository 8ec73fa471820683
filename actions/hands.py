"""What the worker works with, and the one way in which it moves an action: state, attempt and audit entry together."""

from __future__ import annotations

import os
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeVar

from actions.breaker import Breaker, CircuitOpen, Limits
from actions.catalogue import known
from actions.house import House
from actions.notices import UNSETTLED, Why
from actions.patience import Patience, patiently
from actions.rulebook import Rulebook
from domain.actions import Action, ActionState, Image
from domain.actor import Actor
from domain.attempts import Outcome
from domain.errors import ErpNotReached, ErpUnavailable
from domain.source import Source
from erp.reader import Images
from erp.writer import ErpWriter
from store import actions, attempts, audit, documents, jobs
from store.database import Connection, Database

T = TypeVar("T")
MAX_PROBLEM = 4000  # an ERP may say more than an audit entry can hold


@dataclass(frozen=True)
class Timing:
    """How long one write may take, and begin in the ERP; after how long it can no longer take effect there; how long a
    silent ERP is asked what became of a write before a person is told; and after how long an approved action that no
    job has carried out is picked up.
    """

    write: timedelta = timedelta(seconds=60)
    in_flight: timedelta = timedelta(seconds=120)
    give_up: timedelta = timedelta(hours=4)
    idle: timedelta = timedelta(seconds=30)


def _name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


@dataclass(frozen=True)
class Hands:
    """What the worker works with. `name` tells in an attempt's row which process made it."""

    database: Database
    reader: Images
    writer: ErpWriter
    policies: Rulebook
    timing: Timing = Timing()
    limits: Limits = field(default_factory=Limits)
    patience: Patience = field(default_factory=Patience)
    name: str = field(default_factory=_name)

    def serving(self, action: Action) -> Hands:
        """The same hands, on the system in which this action is carried out."""
        if known(action.type).system != House.system:
            return self
        house = House(self.database, action.tenant)
        return replace(self, reader=house, writer=house)

    async def ask(self, tenant: str, call: Callable[[], Awaitable[T]]) -> T:
        """What the ERP answers to a question that changes nothing, asked again while it is away."""
        return await self._patiently(tenant, call, ErpUnavailable)

    async def tell(self, tenant: str, call: Callable[[], Awaitable[T]]) -> T:
        """What the ERP answers to a write, sent again only while it is certain that nothing was sent."""
        return await self._patiently(tenant, call, ErpNotReached)

    async def _patiently(self, tenant: str, call: Callable[[], Awaitable[T]], after: type[Exception]) -> T:
        breaker = Breaker(self.database, tenant, self.writer.system, self.limits)
        return await patiently(lambda: breaker.call(call), self.patience, after=after, never=CircuitOpen)


def worker(tenant: str) -> Actor:
    """The actor of the worker's own audit entries: nobody, with no role."""
    return Actor(tenant, "worker", "Countersign worker", frozenset(), service=True)


async def move(
    hands: Hands,
    action: Action,
    state: ActionState,
    event: str,
    problem: str = "",
    *,
    outcome: Outcome | None = None,
    record: Source | None = None,
    after: Image | None = None,
) -> None:
    """Move the action on from the state and attempt in which it was read, and say how that attempt ended, if it did.

    What an action undoes is `compensated` in the transaction in which it is verified. Raises Conflict if another
    worker was faster.
    """
    problem = problem[:MAX_PROBLEM]
    async with hands.database.tenant(action.tenant) as connection:
        await actions.move(connection, action, state, problem=problem, record=record, after=after)
        if outcome:
            await attempts.end(connection, action, outcome, problem)
        facts = {"attempt": action.attempt, "digest": action.digest, "problem": problem, "record": record}
        await audit.append(connection, worker(action.tenant), event, f"action:{action.id}", facts)
        if state is ActionState.VERIFIED and action.compensates:
            await _compensated(connection, action, action.compensates)
        if state is ActionState.VERIFIED and after:
            await _attached(connection, action, after)
        if state not in {ActionState.EXECUTED, ActionState.APPROVED}:
            await jobs.defer_settled(connection, action.tenant, action.id)
        if state in UNSETTLED:
            await jobs.defer_notice(connection, action.tenant, action.id, Why.UNSETTLED)


async def _attached(connection: Connection, action: Action, after: Image) -> None:
    """The document from which a contract was made belongs to it from then on, unless a person said otherwise."""
    number, document = after.fields.get("contract_number"), action.intent.document
    if number and document and (await documents.get(connection, document)).contract is None:
        await documents.attach(connection, document, number)
        facts = {"contract": number, "by": action.id}
        await audit.append(connection, worker(action.tenant), "document.attached", f"document:{document}", facts)


async def _compensated(connection: Connection, undoing: Action, action_id: str) -> None:
    undone = await actions.lock(connection, action_id)
    if undone.state in {ActionState.VERIFIED, ActionState.DIVERGED}:
        await actions.move(connection, undone, ActionState.COMPENSATED, problem=undone.problem)
        facts = {"by": undoing.id, "digest": undone.digest}
        await audit.append(connection, worker(undone.tenant), "action.compensated", f"action:{undone.id}", facts)
        await jobs.defer_settled(connection, undone.tenant, undone.id)
