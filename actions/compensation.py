"""Undo what was carried out: by another action of its own, which waits for its own approval like any other."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from actions.catalogue import known
from actions.house import House
from actions.policy_change import restore
from actions.proposals import propose
from actions.refusals import recorded
from actions.standing import told
from domain.actions import Action, ActionState, FieldChange, Image, Intent
from domain.actor import Actor
from domain.errors import Conflict, InvalidInput, NoWayBack, WrongState
from erp.reader import ErpReader, Images
from policies.engine import Policies
from store import actions
from store.database import Database

UNDOABLE = frozenset({ActionState.VERIFIED, ActionState.DIVERGED})


async def compensate(
    database: Database,
    reader: ErpReader,
    policies: Policies,
    actor: Actor,
    action_id: str,
    reason: str,
    *,
    now: datetime,
) -> Action:
    """Propose the action that undoes this one, and return that proposal.

    Once it is verified the earlier one becomes `compensated`. Raises NoWayBack with the reason, WrongState (nothing was
    carried out), Conflict (the ERP no longer says what the action wrote), and whatever `propose` raises.
    """
    async with database.tenant(actor.tenant) as connection:
        action = await actions.get(connection, action_id)
    async with recorded(database, actor, action_id, "compensate"):
        policies.require(actor, known(action.type).operation)
        intent = _undoing(action, reason.strip())
        at_home = known(action.type).system == House.system
        place: Images = House(database, actor.tenant) if at_home else reader
        await _must_still_stand(place, action)
        try:
            if action.type == "policy.change":
                undoing = await restore(database, policies, actor, intent, now=now, compensates=action.id)
            else:
                undoing = await propose(database, place, policies, actor, intent, now=now, compensates=action.id)
        except InvalidInput as error:
            raise NoWayBack(f"What was there before cannot be written back. {error.detail}") from error
        if undoing.compensates != action.id:
            raise Conflict(f"The same change is proposed already, by action {undoing.id}; decide on that one.")
        return undoing


def _undoing(action: Action, reason: str) -> Intent:
    if action.state not in UNDOABLE:
        raise WrongState(f"This action is {action.state.value.replace('_', ' ')}; there is nothing to undo.")
    intent = inverse(action)
    if isinstance(intent, str):
        raise NoWayBack(f"There is no way back by Countersign. {intent}")
    return dataclasses.replace(intent, reasons=(*intent.reasons, reason)) if reason else intent


def inverse(action: Action) -> Intent | str:
    """What would undo the action, or why nothing does."""
    return known(action.type).inverse(action)


async def _must_still_stand(reader: Images, action: Action) -> None:
    """What came after is not undone with it."""
    if action.after is None:
        return
    arguments = dict(action.intent.arguments)
    if reader.system != House.system:  # there the reference names what the action made, and not what is there now
        arguments["reference"] = action.id
    now = await reader.image(action.type, arguments)
    changed = _changed(action, action.after, now)
    if changed:
        raise Conflict(told("The ERP changed after this action, and undoing it would undo that too", changed))


def _changed(action: Action, after: Image, now: Image) -> list[FieldChange]:
    return [
        FieldChange(name, label, after.fields.get(name), now.fields.get(name))
        for name, label in known(action.type).labels.items()
        if after.fields.get(name) != now.fields.get(name)
    ]
