"""The control: an executor as one would write it first. It notes what is done after doing it, and repeats on errors.

It has no attempts, no look-up, and a new reference for each try. Under the same faults it must write twice, else the
harness could not see a duplicate.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from actions.hands import Hands
from domain.actions import Action, ActionState
from domain.errors import CountersignError
from store import actions

LOOK_SECONDS = 0.1


async def work(hands: Hands, tenant: str, notes: Path) -> None:
    """Carry out whatever is approved and not noted as done, again and again; a file in `notes` says what is done."""
    while True:
        async with hands.database.tenant(tenant) as connection:
            approved = await actions.listing(connection, [ActionState.APPROVED])
        for action in approved:
            if not (notes / action.id).exists():
                with suppress(CountersignError, TimeoutError):
                    await _carry_out(hands, action)
                    (notes / action.id).touch()
        await asyncio.sleep(LOOK_SECONDS)


async def _carry_out(hands: Hands, action: Action) -> None:
    now = await hands.reader.image(action.type, action.intent.arguments)
    async with asyncio.timeout(hands.timing.write.total_seconds()):
        await hands.writer.write(
            action.type,
            action.intent.arguments,
            reference=f"{action.id}#{uuid4()}",
            versions=now.versions,
            attempt=1,
            deadline=datetime.now(UTC) + timedelta(hours=1),
        )
