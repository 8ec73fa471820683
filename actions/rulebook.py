"""The policy in force for a firm, and its verdict over what the database knows: at proposal, decision and execution."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from actions import delegates
from actions.arguments import EDITABLE
from actions.catalogue import known
from domain.actions import Action, ActionState, Intent, PolicyVerdict
from domain.actor import Actor
from domain.canonical import digest
from domain.errors import ConfigurationError, NotPermitted, PolicyDenied
from domain.money import Money
from policies.approval import lacking, open_steps
from policies.engine import FOLDER, Policies, read
from policies.origins import origins_of
from policies.rule import Window
from store import actions, attempts, dependence, rulebook
from store.database import Connection, Database

log = logging.getLogger(__name__)


class Rulebook:
    """Each firm's policy in force: its newest version, or what is shipped. Whatever cannot be loaded denies."""

    def __init__(self, database: Database) -> None:
        self._database, self._shipped = database, read(FOLDER)
        self._loaded: dict[tuple[str | None, str], Policies] = {}

    async def __call__(self, tenant: str) -> Policies:
        """The firm's policy as it is now: one short query, and a load when it changed. Raises PolicyDenied."""
        async with self._database.tenant(tenant) as connection:
            found = await rulebook.in_force(connection)
            key = (found.digest, found.base_currency)
            if key not in self._loaded:
                own = {}
                if found.version != rulebook.SHIPPED:
                    own = dict((await rulebook.version(connection, found.version)).files)
                self._loaded[key] = self._load(own, found)
        return self._loaded[key]

    def _load(self, files: Mapping[str, str], found: rulebook.InForce) -> Policies:
        said = f"Version {found.version} of your firm's policy cannot be used, so the answer is no: "
        if found.digest is not None and digest(files) != found.digest:
            log.error("version %s of a firm's policy does not match its own digest", found.version)
            raise PolicyDenied(said + "it does not match its own digest.")
        try:
            return Policies({**self._shipped, **files}, base_currency=found.base_currency)
        except ConfigurationError as error:
            log.exception("version %s of a firm's policy cannot be loaded", found.version)
            raise PolicyDenied(said + error.detail) from error


async def files_of(connection: Connection, number: int) -> dict[str, str]:
    """The texts of the files that a firm may change, of one version (0: as shipped). Raises NotFound."""
    if number == rulebook.SHIPPED:
        shipped = read(FOLDER)
        return {name: shipped[name] for name in EDITABLE}
    files = dict((await rulebook.version(connection, number)).files)
    # A version from before a file could be changed has it as shipped.
    return files if set(files) >= {*EDITABLE} else {**{name: read(FOLDER)[name] for name in EDITABLE}, **files}


async def judged_new(
    connection: Connection,
    policies: Policies,
    intent: Intent,
    proposer: Actor,
    *,
    at: datetime,
    previous: str | None = None,
) -> PolicyVerdict:
    """The verdict on what is about to be written in this transaction; `previous` is the version that it supersedes.

    Until the transaction ends nobody else's proposal of this type is judged, so that of several at once each sees
    those before it.
    """
    if policies.windows(intent.action_type):
        await rulebook.one_at_a_time(connection, intent.action_type)
    earlier = await _earlier(connection, policies, intent, proposer.person, at=at, without=previous)
    origins = await origins_now(connection, intent, through_agent=proposer.agent_run is not None)
    operation = known(intent.action_type).operation
    return policies.judge(intent, proposer, earlier=earlier, operation=operation, origins=origins)


async def origins_now(connection: Connection, intent: Intent, *, through_agent: bool) -> dict[str, str]:
    """Where each argument comes from (policies/origins.py), with what people have confirmed by this moment."""
    confirmed = await dependence.confirmed(connection, intent)
    return origins_of(intent, through_agent=through_agent, confirmed=confirmed)


async def judged(connection: Connection, policies: Policies, action: Action) -> PolicyVerdict:
    """The verdict of this moment on an action that is there, with its proposer's present roles.

    Compare with the chain that was stored by `policies.approval.lacking`: what no longer covers it is not accepted.
    """
    people = await actions.people(connection, action.tenant, [action.proposer])
    if action.proposer not in people:
        left = "Who proposed this is not a person of this firm any more."
        return PolicyVerdict(False, (), ("proposer.left",), (left,), policies.digest)
    earlier = await sums(connection, policies, action)
    operation = known(action.type).operation
    origins = await origins_now(connection, action.intent, through_agent=action.agent_run is not None)
    return policies.judge(action.intent, people[action.proposer], earlier=earlier, operation=operation, origins=origins)


async def objection(connection: Connection, policies: Policies, action: Action) -> str:
    """Why an approved action would not be approved under the policy, the roles and the sums of this moment, in words;
    empty if it still would.
    """
    ids = {action.proposer}.union(*(decision.people for decision in action.decisions))
    people = await actions.people(connection, action.tenant, sorted(ids))
    if not ids <= people.keys():
        return "Someone who proposed or decided is not a person of this firm any more."
    try:
        absent = await delegates.stood_in_for(connection, action)
    except NotPermitted as error:
        return error.detail
    action = await resting_now(connection, action)
    short = lacking(action.verdict.chain, await judged(connection, policies, action))
    return short or countersigned(policies, action, people, absent)


async def resting_now(connection: Connection, action: Action) -> Action:
    """The action with everyone who by now had a hand in what it rests on."""
    touched = {*action.touched, *await dependence.touched(connection, action.intent)}
    return replace(action, touched=tuple(sorted(touched)))


def countersigned(
    policies: Policies, action: Action, people: Mapping[str, Actor], absent: Mapping[str, delegates.Absent]
) -> str:
    """Why these decisions, taken again one after the other by these people (some in the place of those absent, by
    decision), would not complete the action's chain.
    """
    for index, decision in enumerate(action.decisions):
        then = replace(action, state=ActionState.AWAITING_APPROVAL, overdue=False, decisions=action.decisions[:index])
        if decision.verdict != "approve" or decision.digest != action.digest:
            return "A decision on this action is not an approval of what was proposed."
        if decision.step not in open_steps(then.verdict.chain, then.decisions):
            return "Policy asks for other steps than those that were taken."
        person = people[decision.person]
        answer = delegates.may_decide(policies, person, then, absent.get(decision.id), step=decision.step)
        if not answer.allowed:
            return f"{decision.person_name} could not approve this now: {' '.join(answer.reasons)}"
    missing = open_steps(action.verdict.chain, action.decisions)
    return "Policy asks for more approvals than were given." if missing else ""


async def sums(connection: Connection, policies: Policies, action: Action) -> dict[Window, tuple[Money, ...]]:
    """The sums that policy compares with, of the action's time up to now; once it is approved, up to that moment:
    what is proposed after an approval does not undo it, and counts the approved one in its turn. What failed is not
    counted by others, so that to be tried again it counts all that came until then.
    """
    waits = action.state in {ActionState.AWAITING_APPROVAL, ActionState.FAILED} or not action.decisions
    until = None if waits else await _decided(connection, action)
    proposer = action.proposer
    return await _earlier(
        connection, policies, action.intent, proposer, at=action.created_at, without=action.id, until=until
    )


async def _decided(connection: Connection, action: Action) -> datetime:
    """When people last said that the action is carried out: approved it, or had it tried again."""
    said = [one.at for one in await attempts.resolutions(connection, action.id) if one.replays]
    return max([action.decisions[-1].decided_at, *said])


async def sums_before(connection: Connection, policies: Policies, action: Action) -> dict[Window, tuple[Money, ...]]:
    """The sums that policy would have compared with when the action was proposed."""
    at = action.created_at
    return await _earlier(connection, policies, action.intent, action.proposer, at=at, without=action.id, until=at)


async def _earlier(
    connection: Connection,
    policies: Policies,
    intent: Intent,
    proposer: str,
    *,
    at: datetime,
    without: str | None,
    until: datetime | None = None,
) -> dict[Window, tuple[Money, ...]]:
    keys = {
        "proposer": (proposer, None),
        "customer": (intent.customer, intent.customer_id),
        "project": (intent.project_code, intent.arguments.get("project_id")),
    }
    return {
        window: await rulebook.sums(
            connection,
            intent.action_type,
            per=window.per,
            whose=keys[window.per],
            since=at - timedelta(days=window.days),
            until=until,
            without=without,
        )
        for window in policies.windows(intent.action_type)
    }
