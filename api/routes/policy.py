"""Policy as data: the files in force and their versions, why it asks what it asks, drafts replayed and proposed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from actions import policy_change
from actions.arguments import EDITABLE, MAX_POLICY
from actions.explanation import explained
from actions.rulebook import files_of
from api.access import ActionReader, PolicyProposer, PolicyReader
from api.services import Wired
from domain.canonical import plain
from store import actions, rulebook

router = APIRouter(tags=["policy"])
Json = dict[str, Any]


class Draft(BaseModel):
    """Policy files by name; one that is left out stays as it is."""

    files: dict[str, str] = Field(max_length=len(EDITABLE))


class Tried(Draft):
    """A draft, and since when it is to be tried on the past."""

    since: date


class Change(Draft):
    """A draft to be proposed, with what it is for in a few words."""

    summary: str = Field(min_length=1, max_length=300)


@router.get("/policy")
async def in_force(wired: Wired, actor: PolicyReader) -> Json:
    """The policy in force: its files, its digest, and the versions that led to it."""
    policies = await wired.policies(actor.tenant)
    async with wired.database.tenant(actor.tenant) as connection:
        number = (await rulebook.in_force(connection)).version
        versions = await rulebook.versions(connection)
    return {
        "version": number,
        "digest": policies.digest,
        "files": policies.texts,
        "deadlines": plain(policies.deadlines(())),
        "versions": plain(versions),
        "limit": MAX_POLICY,
    }


@router.get("/policy/versions/{number}")
async def version(wired: Wired, actor: PolicyReader, number: int) -> Json:
    """The files of one version; 0 is what is shipped."""
    async with wired.database.tenant(actor.tenant) as connection:
        return {"version": number, "files": await files_of(connection, number)}


@router.post("/policy/replay")
async def replay(wired: Wired, actor: PolicyReader, wanted: Tried) -> Json:
    """Which past actions would have gone otherwise under a draft, and how. Changes nothing."""
    policies = await wired.policies(actor.tenant)
    since = datetime.combine(wanted.since, time(), UTC)
    found = await policy_change.try_out(wired.database, policies, actor.tenant, wanted.files, since=since)
    return {**plain(found), "counts": found.counts}


@router.post("/policy/proposals", status_code=201)
async def propose(wired: Wired, actor: PolicyProposer, wanted: Change) -> Json:
    """Propose a draft as the firm's policy; two people decide on it."""
    policies = await wired.policies(actor.tenant)
    return plain(
        await policy_change.propose_change(
            wired.database, policies, actor, wanted.files, wanted.summary, now=wired.clock()
        )
    )


@router.get("/actions/{action_id}/policy")
async def explain(wired: Wired, actor: ActionReader, action_id: str) -> Json:
    """Who must decide on an action and why, rule by rule, and what would change that."""
    policies = await wired.policies(actor.tenant)
    async with wired.database.tenant(actor.tenant) as connection:
        action = await actions.get(connection, action_id)
        return plain(await explained(connection, policies, actor, action))
