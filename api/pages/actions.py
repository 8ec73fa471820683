"""The review inbox, and one proposal with everything that a decision needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import AwareDatetime

from actions import delegates
from actions.catalogue import TYPES
from actions.compensation import inverse
from actions.decisions import needed
from actions.policy_change import FileDifference, differences
from actions.quoting import opened
from actions.resolutions import replayable
from actions.revisions import REVISABLE
from actions.rulebook import origins_now, resting_now
from api.access import ActionReader
from api.crops import crops
from api.editing import between, groups_of
from api.naming import named, present_firm
from api.render import page
from api.services import Services, Wired
from api.states import NEEDS_A_PERSON, ON_THE_WAY, WAITING
from domain.actions import Action, ActionState
from domain.actor import Actor, Operation
from domain.records import Firm
from policies.approval import open_steps
from policies.engine import Policies
from policies.origins import IN_WORDS
from policies.queue import Place
from store import actions, attempts, audit, freezes, notes
from store.database import Connection

router = APIRouter(prefix="/actions")
SHOWN: dict[str, tuple[str, tuple[ActionState, ...] | None]] = {
    "waiting": ("Waiting for a decision", WAITING),
    "underway": ("Being carried out", ON_THE_WAY),
    "attention": ("Needs attention", NEEDS_A_PERSON),
    "all": ("All", None),
}
PAGE = 50
QUEUED = 500  # the newest that wait; what is older than these is about to expire


@dataclass(frozen=True)
class Row:
    """A proposal in the inbox: in whose place this person may decide on it, whether a question is open, and its place
    in the queue while it waits.
    """

    action: Action
    mine: bool
    places: tuple[delegates.Absent, ...]
    asked: bool
    place: Place | None = None


@dataclass(frozen=True)
class Typed:
    """What somebody typed that could not be taken: a reason, and the arguments of an edit."""

    reason: str = ""
    entered: Mapping[str, Any] | None = None


NOTHING = Typed()


@dataclass(frozen=True)
class Turn:
    """Where a proposal stands among those that wait for this person (0: not among them), and its neighbours' ids."""

    at: int
    count: int
    previous: str | None
    next: str | None


Queued = tuple[Action, Place | None]


@router.get("")
async def inbox(
    request: Request,
    wired: Wired,
    actor: ActionReader,
    show: Annotated[str, Query(max_length=20)] = "waiting",
    before: Annotated[AwareDatetime | None, Query()] = None,
    number: Annotated[int, Query(alias="page", ge=1, le=QUEUED // PAGE)] = 1,
) -> Response:
    """Proposals, those that this person may decide first; `before` turns the page. What waits is ordered by money, age
    and risk, and `page` turns it.
    """
    shown = show if show in SHOWN else "waiting"
    policies = await wired.policies(actor.tenant)
    async with wired.database.tenant(actor.tenant) as connection:
        if shown == "waiting":
            queued, older = await _queued(connection, policies, wired.clock(), number)
        else:
            found = await actions.listing(connection, SHOWN[shown][1], before=before, limit=PAGE + 1, brief=True)
            queued = [(action, None) for action in found[:PAGE]]
            older = f"&before={quote(found[PAGE - 1].created_at.isoformat())}" if len(found) > PAGE else ""
        counts = await actions.counts(connection)
        rows = await _rows(connection, policies, actor, queued)
        frozen = await freezes.listing(connection)
    return page(
        request,
        "actions.html",
        shown=shown,
        mine=[row for row in rows if row.mine or row.places],
        others=[row for row in rows if not (row.mine or row.places)],
        tabs=[(key, title, _count(counts, states)) for key, (title, states) in SHOWN.items()],
        older=older,
        newer=before is not None or number > 1,
        frozen=frozen,
    )


async def _queued(connection: Connection, policies: Policies, now: datetime, number: int) -> tuple[list[Queued], str]:
    """A page of what waits, in the order of the queue, and how the next one is asked for."""
    places = policies.queue(await actions.listing(connection, WAITING, limit=QUEUED, brief=True), now=now)
    more = f"&page={number + 1}" if len(places) > number * PAGE else ""
    return [(place.action, place) for place in places[(number - 1) * PAGE : number * PAGE]], more


async def _rows(connection: Connection, policies: Policies, actor: Actor, found: Sequence[Queued]) -> list[Row]:
    asked = await notes.asked(connection, [action.id for action, _ in found])
    rows: list[Row] = []
    for action, place in found:
        waits = action.state is ActionState.AWAITING_APPROVAL and not action.overdue
        mine = decidable(policies, actor, action)
        places = await delegates.offered(connection, policies, actor, action) if waits and not mine else ()
        rows.append(Row(action, mine, places, action.id in asked, place))
    return rows


def decidable(policies: Policies, actor: Actor, action: Action) -> bool:
    """Whether the step that waits is this person's to take."""
    return (
        action.state is ActionState.AWAITING_APPROVAL
        and not action.overdue
        and policies.may_decide(actor, action).allowed
    )


def _files(action: Action) -> tuple[FileDifference, ...]:
    """What a change of policy changes in its files."""
    if action.type != "policy.change":
        return ()
    return differences(action.before.fields["files"], action.intent.arguments["files"])


def _count(counts: dict[str, int], states: tuple[ActionState, ...] | None) -> int:
    return sum(counts.values()) if states is None else sum(counts.get(state.value, 0) for state in states)


@router.get("/{action_id}")
async def show(request: Request, wired: Wired, actor: ActionReader, action_id: str) -> Response:
    """One proposal."""
    return await action_page(request, wired, actor, action_id)


async def action_page(
    request: Request,
    wired: Services,
    actor: Actor,
    action_id: str,
    *,
    told: str = "",
    status_code: int = 200,
    typed: Typed = NOTHING,
) -> Response:
    """The page of one proposal; `told` is what to say at its top after a form was sent, `typed` what it held."""
    policies = await wired.policies(actor.tenant)
    async with wired.database.tenant(actor.tenant) as connection:
        action = await actions.get(connection, action_id)
        seen = await _seen(connection, policies, actor, action)
        turn = await _turn(connection, policies, actor, action, wired.clock())
        (action,) = await opened(connection, policies, actor, action)
    firm = await present_firm(wired, actor, action.intent.arguments.get("time_entry_ids") or ())
    return page(
        request,
        "action.html",
        status_code=status_code,
        action=action,
        waiting=open_steps(action.verdict.chain, action.decisions),
        moving=action.state in ON_THE_WAY,
        own=action.proposer == actor.person,
        replayable=replayable(action, seen["attempts"]),
        undo=inverse(action),
        needed=needed(action),
        revisable=action.state in REVISABLE and not action.successor,
        typed=typed,
        between=between,
        told=told,
        turn=turn,
        files=_files(action),
        **_in_words(action, firm, typed),
        **seen,
    )


def _in_words(action: Action, firm: Firm | None, typed: Typed) -> dict[str, Any]:
    """What it would change, of what, and what can be edited, with the names that people know."""
    kind, arguments = TYPES[action.type], action.intent.arguments
    return {
        "kind": kind,
        "target": [(label, named(name, arguments[name], firm)) for name, label in kind.target.items()],
        "changes": [
            (change, named(change.field, change.before, firm), named(change.field, change.after, firm))
            for change in action.changes
        ],
        "groups": groups_of(kind, typed.entered or arguments),
    }


async def _turn(connection: Connection, policies: Policies, actor: Actor, action: Action, now: datetime) -> Turn | None:
    """Among the first of the queue; None for whoever decides on nothing and where nothing else waits."""
    if not policies.authorize(actor, Operation.ACTION_DECIDE).allowed:
        return None
    queue = policies.queue(await actions.listing(connection, WAITING, limit=PAGE, brief=True), now=now)
    mine = [place.action.id for place in queue if decidable(policies, actor, place.action)]
    if not set(mine) - {action.id}:
        return None
    if action.id not in mine:
        return Turn(0, len(mine), None, mine[0])
    at = mine.index(action.id)
    return Turn(at + 1, len(mine), mine[at - 1] if at else None, mine[at + 1] if at + 1 < len(mine) else None)


async def _seen(connection: Connection, policies: Policies, actor: Actor, action: Action) -> dict[str, Any]:
    """What the database knows of a proposal and of this person's part in it."""
    resting = await resting_now(connection, action)
    origins = await origins_now(connection, action.intent, through_agent=action.agent_run is not None)
    versions = await actions.versions(connection, action.id)
    waits = action.state is ActionState.AWAITING_APPROVAL
    people = await actions.people(connection, action.tenant, resting.touched)
    return {
        "history": await audit.of_subject(connection, f"action:{action.id}"),
        "attempts": await attempts.of_action(connection, action.id),
        "resolutions": await attempts.resolutions(connection, action.id),
        "versions": versions,
        "notes": await notes.of_actions(connection, [version.id for version in versions]),
        "decide": policies.may_decide(actor, resting),
        "absent": await delegates.offered(connection, policies, actor, resting) if waits else (),
        "origins": {field: IN_WORDS[kind].capitalize().replace("erp", "ERP") for field, kind in origins.items()},
        "touched": sorted(person.name for person in people.values()),
        "crops": await crops(connection, action.intent.origins) if _may_read(policies, actor) else {},
        "editable": waits and _may_edit(policies, actor, action),
        "frozen": [one for one in await freezes.listing(connection) if one.type in (None, action.type)],
    }


def _may_read(policies: Policies, actor: Actor) -> bool:
    return policies.authorize(actor, Operation.DOCUMENT_READ).allowed


def _may_edit(policies: Policies, actor: Actor, action: Action) -> bool:
    theirs = actor.person in {action.proposer, action.editor}
    may = policies.authorize(actor, Operation.ACTION_EDIT).allowed
    return may and (theirs or policies.authorize(actor, Operation.ACTION_DECIDE).allowed)
