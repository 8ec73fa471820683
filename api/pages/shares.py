"""What leaves a conversation: shown to a colleague under their permissions, a table as a file, a card as it is now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from agent.sharing import share, shown, unshare
from api.access import ActionReader, ThreadUser
from api.render import fragment, page
from api.services import Services, Wired
from api.tables import CSV, block_csv
from domain.actions import Action
from domain.actor import Actor
from domain.errors import NotFound
from store import actions, audit, shares, threads
from store.database import Connection

router = APIRouter(prefix="/threads")


@router.post("/{thread_id}/shares")
async def show_to(wired: Wired, actor: ThreadUser, thread_id: str, person: Annotated[str, Form()]) -> Response:
    """Show one's own conversation to a colleague."""
    await share(wired.database, await wired.policies(actor.tenant), actor, thread_id, person)
    return RedirectResponse(f"/threads/{thread_id}#shares", 303)


@router.post("/{thread_id}/shares/{person_id}/end")
async def show_no_longer(wired: Wired, actor: ThreadUser, thread_id: str, person_id: str) -> Response:
    """Show it to them no longer."""
    await unshare(wired.database, actor, thread_id, person_id)
    return RedirectResponse(f"/threads/{thread_id}#shares", 303)


@router.get("/{thread_id}/turns/{turn_id}/tables/{number}.csv")
async def table(wired: Wired, actor: ThreadUser, thread_id: str, turn_id: str, number: int) -> Response:
    """A table of an answer (from 1, in the order of the turn) as CSV."""
    async with wired.database.tenant(actor.tenant) as connection:
        thread = await threads.get(connection, actor, thread_id)
        said = [message for message in await threads.messages(connection, thread.id) if message.turn == turn_id]
        tables = [block for message in said for block in message.blocks if block.get("kind") == "table"]
        if not 1 <= number <= len(tables):
            raise NotFound
        facts = {"turn": turn_id, "table": number, "rows": len(tables[number - 1]["rows"])}
        await audit.append(connection, actor, "thread.exported", f"thread:{thread.id}", facts)
    headers = {"content-disposition": f'attachment; filename="answer-{number}.csv"'}
    return Response(block_csv(tables[number - 1]), media_type=CSV, headers=headers)


@router.get("/cards/{action_id}")
async def card(request: Request, wired: Wired, actor: ActionReader, action_id: str) -> Response:
    """A proposal's card as its row says now, for a page that follows it."""
    async with wired.database.tenant(actor.tenant) as connection:
        found = await actions.get(connection, action_id)
    shown_as = {"kind": "action", "action_id": found.id, "summary": found.intent.summary}
    return HTMLResponse(fragment(request, "block.html", found=shown_as, position=0, cards={found.id: found}, thread=""))


async def shared_page(request: Request, wired: Services, actor: Actor, thread_id: str) -> Response:
    """A colleague's conversation. Raises NotFound when it is not shown to this person."""
    policies = await wired.policies(actor.tenant)
    async with wired.database.tenant(actor.tenant) as connection:
        thread, told = await shown(connection, policies, actor, thread_id)
        seen = [block for one in told if not one.withheld for block in one.message.blocks]
        cards = await cards_of(connection, seen)
        own, others = await threads.listing(connection, actor), await shares.listing(connection, actor.person)
    return page(request, "shared.html", thread=thread, told=told, cards=cards, threads=own, shown=others, find="")


async def cards_of(connection: Connection, blocks: Iterable[Mapping[str, Any]]) -> dict[str, Action]:
    """The actions that these blocks name, as their rows say now."""
    found: dict[str, Action] = {}
    for action_id in {str(block["action_id"]) for block in blocks if block.get("kind") == "action"}:
        try:
            found[action_id] = await actions.get(connection, action_id)
        except NotFound:
            continue
    return found
