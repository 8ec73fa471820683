"""Conversations: one person's, answered as a stream of blocks."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field
from sse_starlette import EventSourceResponse, ServerSentEvent

from agent.again import again
from agent.events import Event
from agent.sharing import share, shown, unshare
from agent.turns import answer
from api.access import ThreadUser
from api.answers import Kind, answer_of, exported
from api.services import Wired
from api.streams import opened
from domain.canonical import plain
from store import shares, threads

router = APIRouter(prefix="/threads", tags=["threads"])
Json = dict[str, Any]


class NewThread(BaseModel):
    """A conversation may have a title; otherwise its first question becomes it."""

    title: str = Field("", max_length=80)


class Said(BaseModel):
    """A message to the agent."""

    text: str = Field(min_length=1, max_length=8000)


@router.get("")
async def listing(wired: Wired, actor: ThreadUser) -> list[Json]:
    """Your conversations, the one last used first."""
    async with wired.database.tenant(actor.tenant) as connection:
        return [plain(thread) for thread in await threads.listing(connection, actor)]


@router.post("", status_code=201)
async def create(wired: Wired, actor: ThreadUser, wanted: NewThread) -> Json:
    """Begin a conversation."""
    async with wired.database.tenant(actor.tenant) as connection:
        return plain(await threads.create(connection, actor, wanted.title))


@router.get("/{thread_id}")
async def one(wired: Wired, actor: ThreadUser, thread_id: str) -> Json:
    """A conversation of yours with all that was said."""
    async with wired.database.tenant(actor.tenant) as connection:
        thread = await threads.get(connection, actor, thread_id)
        said = await threads.messages(connection, thread.id)
    return {**plain(thread), "messages": plain(said)}


@router.post("/{thread_id}/messages")
async def say(wired: Wired, actor: ThreadUser, thread_id: str, said: Said) -> EventSourceResponse:
    """Ask; the answer streams as events `status`, `block` (with its position), `error`, and one `done` at the end."""
    wired.erp(actor)  # without an ERP there is nothing to ask
    events = await opened(answer(wired.agent, actor, thread_id, said.text))
    return EventSourceResponse(_sent(events))


@router.get("/{thread_id}/answers/{turn_id}")
async def exported_answer(
    wired: Wired, actor: ThreadUser, thread_id: str, turn_id: str, kind: Annotated[Kind, Query(alias="format")] = "json"
) -> Response:
    """An answer with blocks, tool calls, arguments, sources and time as JSON, or its tables as CSV or XLSX."""
    return await exported(wired, actor, thread_id, turn_id, kind)


@router.get("/{thread_id}/answers/{turn_id}/again")
async def asked_again(wired: Wired, actor: ThreadUser, thread_id: str, turn_id: str) -> list[Json]:
    """The answer's tools once more as of its time; a part whose source keeps no history says so."""
    wired.erp(actor)
    return plain(await again(wired.agent, actor, await answer_of(wired, actor, thread_id, turn_id)))


@router.get("/shown/to-me")
async def shown_to_me(wired: Wired, actor: ThreadUser) -> list[Json]:
    """Conversations that colleagues show you, the one last used first."""
    async with wired.database.tenant(actor.tenant) as connection:
        return [plain(one) for one in await shares.listing(connection, actor.person)]


@router.get("/{thread_id}/shown")
async def read_shared(wired: Wired, actor: ThreadUser, thread_id: str) -> Json:
    """A colleague's conversation that is shown to you, as far as your own permissions cover it."""
    policies = await wired.policies(actor.tenant)
    async with wired.database.tenant(actor.tenant) as connection:
        thread, told = await shown(connection, policies, actor, thread_id)
    messages = [
        {"author": one.message.author, "turn": one.message.turn, "withheld": True}
        if one.withheld
        else plain(one.message)
        for one in told
    ]
    return {**plain(thread), "messages": messages}


@router.get("/{thread_id}/shares")
async def readers(wired: Wired, actor: ThreadUser, thread_id: str) -> list[Json]:
    """To whom your conversation is shown."""
    async with wired.database.tenant(actor.tenant) as connection:
        thread = await threads.get(connection, actor, thread_id)
        return [plain(reader) for reader in await shares.readers(connection, thread.id)]


@router.put("/{thread_id}/shares/{person_id}", status_code=204)
async def show_to(wired: Wired, actor: ThreadUser, thread_id: str, person_id: str) -> None:
    """Show your conversation to a colleague: each answer only as far as their own permissions cover it."""
    await share(wired.database, await wired.policies(actor.tenant), actor, thread_id, person_id)


@router.delete("/{thread_id}/shares/{person_id}", status_code=204)
async def show_no_longer(wired: Wired, actor: ThreadUser, thread_id: str, person_id: str) -> None:
    """Show it to them no longer."""
    await unshare(wired.database, actor, thread_id, person_id)


async def _sent(events: AsyncIterator[Event]) -> AsyncIterator[ServerSentEvent]:
    async for event in events:
        data = {"position": event.position, "block": event.data} if event.kind == "block" else event.data
        yield ServerSentEvent(json.dumps(plain(data), ensure_ascii=False), event=event.kind)
