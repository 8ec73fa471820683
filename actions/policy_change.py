"""Changing policy is an action like any other: drafted, checked, replayed over the past, and approved by two people."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from actions.arguments import EDITABLE
from actions.comparing import normalised
from actions.house import House
from actions.proposals import propose
from actions.replay import Replay, replay
from domain.actions import Action, Intent
from domain.actor import Actor, Operation
from domain.errors import InvalidInput
from policies.engine import FOLDER, Policies, read
from store.database import Database

REPLAYED = timedelta(days=90)
SHOWN = 12  # differences that a proposal itself tells; the whole replay is one request away


@dataclass(frozen=True)
class FileDifference:
    """A unified diff of one file."""

    name: str
    lines: tuple[str, ...]


def drafted(current: Policies, files: Mapping[str, str]) -> Policies:
    """The policy that these files would make for the firm whose policy is `current`; a file left out stays as it is.

    Raises InvalidInput with what is wrong with them.
    """
    whole = complete(current, files)
    normalised(Intent("policy.change", {"files": whole}, "A draft"))
    draft = Policies({**read(FOLDER), **whole}, base_currency=current.base_currency)
    if draft.matrix.currency != current.base_currency:
        raise InvalidInput(
            f"The matrix is in {draft.matrix.currency}, the firm's limits in {current.base_currency}: it would approve "
            "nothing."
        )
    return draft


def complete(current: Policies, files: Mapping[str, str]) -> dict[str, str]:
    """Both files, with those left out as they are, and lines ended as in the files of the product.

    Raises InvalidInput for a file that a firm cannot change.
    """
    if unknown := set(files) - set(EDITABLE):
        raise InvalidInput(f"A firm can change {' and '.join(EDITABLE)}, not {', '.join(sorted(unknown))}.")
    given = {name: text.replace("\r\n", "\n") for name, text in files.items()}
    return {name: given.get(name, current.texts[name]) for name in EDITABLE}


async def try_out(
    database: Database, current: Policies, tenant: str, files: Mapping[str, str], *, since: datetime
) -> Replay:
    """What these files would have made of the past. Changes nothing. Raises InvalidInput."""
    draft = drafted(current, files)
    async with database.tenant(tenant) as connection:
        return await replay(connection, tenant, draft, current, since=since)


async def propose_change(
    database: Database,
    current: Policies,
    actor: Actor,
    files: Mapping[str, str],
    summary: str,
    *,
    now: datetime,
    compensates: str | None = None,
) -> Action:
    """Propose these files as the firm's policy; the proposal tells what a replay over the last 90 days found.

    Raises NotPermitted, InvalidInput (the files), Conflict (nothing would change).
    """
    current.require(actor, Operation.POLICY_PROPOSE)
    found = await try_out(database, current, actor.tenant, files, since=now - REPLAYED)
    intent = Intent("policy.change", {"files": complete(current, files)}, summary)
    house = House(database, actor.tenant)
    told = replace(intent, reasons=found.lines(SHOWN))
    return await propose(database, house, current, actor, told, now=now, compensates=compensates)


async def restore(
    database: Database, current: Policies, actor: Actor, undoing: Intent, *, now: datetime, compensates: str
) -> Action:
    """Propose the files that were in force before a change, as what undoes it. Raises like `propose_change`."""
    files: dict[str, str] = dict(undoing.arguments["files"])
    return await propose_change(database, current, actor, files, undoing.summary, now=now, compensates=compensates)


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[FileDifference, ...]:
    """The unified diff of each file that differs."""
    return tuple(
        FileDifference(name, lines)
        for name in EDITABLE
        if (lines := tuple(_unified(name, before.get(name, ""), after.get(name, ""))))
    )


def _unified(name: str, before: str, after: str) -> Sequence[str]:
    return list(difflib.unified_diff(before.splitlines(), after.splitlines(), name, name, lineterm="", n=2))
