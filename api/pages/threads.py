"""Ask: conversations as pages, streamed where a script runs and answered as a whole page where none does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import RedirectResponse, Response
from sse_starlette import EventSourceResponse, ServerSentEvent

from agent.again import again
from agent.events import Event
from agent.follow_ups import follow_ups
from agent.sharing import who_may_look
from agent.turns import answer
from api.access import ThreadUser
from api.answers import Kind, answer_of, exported
from api.pages.shares import cards_of, shared_page
from api.render import fragment, page
from api.services import Services, Wired
from api.streams import opened
from domain.actor import Actor
from domain.errors import NotFound
from store import people, shares, threads
from store.database import Connection
from store.threads import Thread
from tools.registry import tools_for

router = APIRouter(prefix="/threads")
SAID = ("text", "choices")  # an answer of these alone has nothing to take along
Question = Annotated[str, Form(max_length=8000)]
SUGGESTIONS = (
    "Which projects cannot be billed, and why?",
    "How much approved unbilled time is there, by practice?",
    "What waits for approval?",
    "What can you do?",
)


@router.get("")
async def begin(
    request: Request, wired: Wired, actor: ThreadUser, find: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """An empty conversation, beside the earlier ones, or those in which something stands."""
    return await _page(request, wired, actor, None, find)


@router.post("")
async def create(wired: Wired, actor: ThreadUser) -> Response:
    """Begin a conversation."""
    return RedirectResponse(f"/threads/{(await _new(wired, actor)).id}", 303)


@router.post("/messages")
async def first(request: Request, wired: Wired, actor: ThreadUser, text: Question) -> Response:
    """Begin a conversation with its first question."""
    thread = await _new(wired, actor)
    return await _answered(request, wired, actor, thread.id, text)


@router.get("/{thread_id}")
async def show(request: Request, wired: Wired, actor: ThreadUser, thread_id: str) -> Response:
    """A conversation: one's own, or a colleague's that was shown to one, as far as one may see it."""
    try:
        async with wired.database.tenant(actor.tenant) as connection:
            thread = await threads.get(connection, actor, thread_id)
    except NotFound:
        return await shared_page(request, wired, actor, thread_id)
    return await _page(request, wired, actor, thread)


@router.post("/{thread_id}/messages")
async def say(request: Request, wired: Wired, actor: ThreadUser, thread_id: str, text: Question) -> Response:
    """Ask: a stream of finished fragments for our script, a page for everyone else."""
    return await _answered(request, wired, actor, thread_id, text)


@router.get("/{thread_id}/answers/{turn_id}")
async def export(
    wired: Wired, actor: ThreadUser, thread_id: str, turn_id: str, kind: Annotated[Kind, Query(alias="format")] = "json"
) -> Response:
    """An answer as a file."""
    return await exported(wired, actor, thread_id, turn_id, kind)


@router.get("/{thread_id}/answers/{turn_id}/again")
async def once_more(request: Request, wired: Wired, actor: ThreadUser, thread_id: str, turn_id: str) -> Response:
    """An answer asked again as of its time, beside what it said."""
    wired.erp(actor)
    answered = await answer_of(wired, actor, thread_id, turn_id)
    parts = await again(wired.agent, actor, answered)
    return page(request, "again.html", answered=answered, parts=parts)


async def _new(wired: Services, actor: Actor) -> Thread:
    async with wired.database.tenant(actor.tenant) as connection:
        return await threads.create(connection, actor)


async def _answered(request: Request, wired: Services, actor: Actor, thread_id: str, text: str) -> Response:
    wired.erp(actor)  # without an ERP there is nothing to ask
    events = await opened(answer(wired.agent, actor, thread_id, text))
    if "text/event-stream" in request.headers.get("accept", ""):
        return EventSourceResponse(_fragments(request, wired, actor, thread_id, events))
    async for _ in events:
        pass
    return RedirectResponse(f"/threads/{thread_id}#latest", 303)


async def _fragments(
    request: Request, wired: Services, actor: Actor, thread_id: str, events: AsyncIterator[Event]
) -> AsyncIterator[ServerSentEvent]:
    yield ServerSentEvent(json.dumps({"thread": thread_id}), event="thread")
    answered = False
    async for event in events:
        if event.kind == "block":
            answered = answered or event.data["kind"] not in SAID
            async with wired.database.tenant(actor.tenant) as connection:
                cards = await cards_of(connection, [event.data])
            html = fragment(
                request, "block.html", found=event.data, position=event.position, cards=cards, thread=thread_id
            )
            yield ServerSentEvent(html, event="block")
        else:
            yield ServerSentEvent(json.dumps(dict(event.data)), event=event.kind)
            if event.kind == "done":
                if answered and event.data["state"] in ("done", "waiting"):
                    address = f"/threads/{thread_id}/answers/{event.data['turn']}"
                    yield ServerSentEvent(fragment(request, "answer_links.html", answer=address), event="links")
                async for around in _around(request, wired, actor, thread_id):
                    yield around


async def _around(request: Request, wired: Services, actor: Actor, thread_id: str) -> AsyncIterator[ServerSentEvent]:
    """What stands around a conversation and is otherwise new only with the page: follow-ups, the list, showing it."""
    next_ones = await _next(wired, actor, thread_id)
    html = fragment(request, "next.html", next_ones=next_ones, say=f"/threads/{thread_id}/messages")
    yield ServerSentEvent(html, event="next")
    async with wired.database.tenant(actor.tenant) as connection:
        thread = await threads.get(connection, actor, thread_id)
        beside = await _beside(connection, wired, actor, thread)
    yield ServerSentEvent(fragment(request, "conversations.html", thread=thread, **beside), event="list")
    yield ServerSentEvent(fragment(request, "sharing.html", thread=thread, **beside), event="share")


async def _beside(
    connection: Connection, wired: Services, actor: Actor, thread: Thread | None, find: str = ""
) -> dict[str, Any]:
    """The list of conversations, and to whom this one is and may be shown."""
    policies = await wired.policies(actor.tenant)
    found = threads.search(connection, actor, find) if find.strip() else threads.listing(connection, actor)
    everyone = await people.everyone(connection) if thread else ()
    return {
        "threads": await found,
        "shown": await shares.listing(connection, actor.person),
        "find": find,
        "readers": await shares.readers(connection, thread.id) if thread else [],
        "colleagues": who_may_look(policies, everyone, actor),
    }


async def _page(request: Request, wired: Services, actor: Actor, thread: Thread | None, find: str = "") -> Response:
    async with wired.database.tenant(actor.tenant) as connection:
        beside = await _beside(connection, wired, actor, thread, find)
        said = await threads.messages(connection, thread.id) if thread else []
        cards = await cards_of(connection, [block for message in said for block in message.blocks])
    return page(
        request,
        "threads.html",
        thread=thread,
        messages=said,
        cards=cards,
        say=f"/threads/{thread.id}/messages" if thread else "/threads/messages",
        suggestions=SUGGESTIONS,
        next_ones=await _next(wired, actor, thread.id) if thread else (),
        **beside,
    )


async def _next(wired: Services, actor: Actor, thread: str) -> tuple[str, ...]:
    """What one may want to ask after the last answer; nothing while it asks back."""
    policies = await wired.policies(actor.tenant)
    offered = frozenset(tool.name for tool in tools_for(policies, actor.through_agent(thread)))
    async with wired.database.tenant(actor.tenant) as connection:
        last = await threads.history(connection, thread, limit=1)
    if not last or any(block.get("kind") == "choices" for block in last[0].answered):
        return ()
    return follow_ups(last[0].calls, offered)
