"""Guards on a decision: who takes it, on what, when, and from where."""

from __future__ import annotations

import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from actions import catalogue, decisions, delegates, revisions, spoken, standing
from api import access, freshness, sessions
from domain.actions import Action
from evals.adversary.service import Service
from evals.mutants.removal import (
    answering,
    answering_later,
    policy_edited,
    replaced,
    rules_dropped,
    told_the_database,
    without_checks,
    without_rules,
)
from policies import engine
from store import actions, dependence

# What the database's triggers say where they refuse.
PROPOSER = "a proposer cannot decide"
TWICE = "nobody decides twice, not through another either"
ALONE = "nobody independent of the proposal approved this action"
WAITS = "this action waits for no decision"
STATES = "an action cannot become % from %"


async def proposer_never_decides(service: Service) -> None:
    """Cedar's duties.proposer and duties.alone, and what the database's triggers say of it."""
    rules_dropped(service, "duties.proposer", "duties.alone")
    await without_checks(service, PROPOSER, ALONE)


async def nobody_decides_twice(service: Service) -> None:
    """Cedar's duties.twice, the database's triggers and unique decision a person, and that twice the same is once."""
    replaced(decisions, "_said_before", answering(value=False))
    rules_dropped(service, "duties.twice")
    await without_checks(service, TWICE)
    await told_the_database(
        service, "alter table action_decision drop constraint action_decision_tenant_action_person_key"
    )


async def agent_never_decides(service: Service) -> None:
    """Cedar's agent.never."""
    rules_dropped(service, "agent.never")


async def service_never_decides(service: Service) -> None:
    """Cedar's service.never."""
    rules_dropped(service, "service.never")


async def role_of_the_step(service: Service) -> None:
    """Cedar's step.role, with a right to decide for project managers and finance."""

    def edit(texts: dict[str, str]) -> None:
        proposing, deciding = 'Action::"action.propose",', 'Action::"action.propose", Action::"action.decide",'
        without_rules(texts, "step.role")
        texts["authorization.cedar"] = texts["authorization.cedar"].replace(proposing, deciding, 2)

    policy_edited(service, edit)


async def limit_of_the_step(service: Service) -> None:
    """Cedar's step.limit."""
    rules_dropped(service, "step.limit")


async def chain_of_two(service: Service) -> None:
    """The approval matrix's second approver above the threshold."""

    def edit(texts: dict[str, str]) -> None:
        second = ', { role = "approver", limited = false, stage = 2 }'
        texts["approval.toml"] = texts["approval.toml"].replace(second, "")

    policy_edited(service, edit)


async def two_for_the_rules(service: Service) -> None:
    """The approval matrix's second approver of a change of policy."""

    def edit(texts: dict[str, str]) -> None:
        texts["approval.toml"] = texts["approval.toml"].replace('role = "approver", count = 2,', 'role = "approver",')

    policy_edited(service, edit)


async def sum_of_several(service: Service) -> None:
    """The approval matrix's threshold for several invoices of one customer together."""

    def edit(texts: dict[str, str]) -> None:
        rule = r'\[\[rule\]\]\nid = "invoice.create_draft.many"\n.*?\n\n'
        texts["approval.toml"] = re.sub(rule, "", texts["approval.toml"], flags=re.DOTALL)

    policy_edited(service, edit)


async def digest_that_was_seen(_: Service) -> None:
    """The comparison of the digest that the approver sends with the proposal's."""
    replaced(spoken, "hmac", SimpleNamespace(compare_digest=answering(value=True)))


async def digest_of_what_is_stored(_: Service) -> None:
    """The recomputation of a stored proposal's digest, when deciding and when executing."""
    replaced(spoken, "signed_digest", _stored_digest)
    replaced(standing, "signed_digest", _stored_digest)


def _stored_digest(action: Action) -> str:
    return action.digest


async def time_to_decide(_: Service) -> None:
    """Expiry: in the decision and in Cedar's step.none."""
    original: Any = vars(actions)["_action"]

    def never_overdue(*given: Any) -> Action:
        return replace(original(*given), overdue=False)

    replaced(actions, "_action", never_overdue)


async def states_when_deciding(service: Service) -> None:
    """That only what waits can be decided: in the decision, in Cedar's step.none, and in the triggers."""
    rules_dropped(service, "step.none")
    await without_checks(service, WAITS, STATES)
    replaced(decisions, "must_wait", answering(None))


async def forgery_check(_: Service) -> None:
    """CSRF token and origin of a request."""
    replaced(access, "refuse_forgery", answering_later(None))


async def csrf_token(_: Service) -> None:
    """The CSRF token alone, for browsers that say nothing of where a request comes from."""
    replaced(access, "hmac", SimpleNamespace(compare_digest=answering(value=True)))


async def origin_of_requests(_: Service) -> None:
    """The origin alone, for a token that leaked."""
    replaced(access, "refuse_other_origins", answering(None))


async def session_for_decisions(_: Service) -> None:
    """That a decision needs a session, and not a token."""
    replaced(sessions.SignedIn, "in_session", True)


async def fresh_session(_: Service) -> None:
    """That the password was given lately, for the service and for policy."""
    replaced(freshness, "is_fresh", answering(value=True))
    replaced(decisions, "_must_be_fresh", answering(None))


async def limit_of_a_delegation(_: Service) -> None:
    """That a delegate has no more than the delegation gives."""

    def own(absent: delegates.Absent) -> Any:
        return absent.person.approval_limit

    def unchanged(_: delegates.Absent, action: Action) -> Action:
        return action

    replaced(delegates.Absent, "limit", property(own))
    replaced(delegates.Absent, "sees", unchanged)


async def duties_of_a_delegate(service: Service) -> None:
    """That segregation of duties holds for whom someone stands in for, in policy and in the triggers."""

    def alone(actor: Any, limit: Any, stands_in_for: Any = None) -> dict[str, Any]:
        entity = original(actor, limit, stands_in_for)
        entity["attrs"]["people"] = original(actor, limit)["attrs"]["people"]
        return entity

    original = engine.entity_of
    replaced(engine, "entity_of", alone)
    await without_checks(service, PROPOSER, TWICE, ALONE)


async def editors_approve_alone(service: Service) -> None:
    """Cedar's duties.alone, and the database's triggers."""
    rules_dropped(service, "duties.alone")
    await without_checks(service, ALONE)


async def hands_on_what_it_rests_on(_: Service) -> None:
    """That who brought a document, decided on its terms or reported a fact counts as having a hand in it."""
    replaced(dependence, "touched", answering_later(()))


async def ones_own_rights(_: Service) -> None:
    """That nobody approves alone what they themselves may do."""
    replaced(dependence, "_subject", answering(None))


async def edits_stay_with_the_record(_: Service) -> None:
    """That an edit changes neither the record that was proposed to change, nor a deed of Countersign's own."""
    replaced(catalogue.ActionType, "editable", answering(value=True))


async def edits_void_decisions(service: Service) -> None:
    """That what was decided on a version holds for that version alone."""

    async def edit(
        database: Any, reader: Any, policies: Any, actor: Any, action_id: str, *given: Any, **named: Any
    ) -> Any:
        new = await original(database, reader, policies, actor, action_id, *given, **named)
        async with service.owner.nobody() as connection:
            await connection.execute("set local session_replication_role = replica")
            await connection.execute(
                "insert into action_decision (tenant, action, person, person_name, verdict, digest, step) "
                "select tenant, %s::uuid, person, person_name, verdict, %s, step from action_decision "
                "where action = %s::uuid on conflict do nothing",
                [new.id, new.digest, new.previous],
            )
        return new

    original = revisions.edit
    replaced(revisions, "edit", edit)


REMOVALS = (
    proposer_never_decides,
    nobody_decides_twice,
    agent_never_decides,
    service_never_decides,
    role_of_the_step,
    limit_of_the_step,
    chain_of_two,
    two_for_the_rules,
    sum_of_several,
    digest_that_was_seen,
    digest_of_what_is_stored,
    time_to_decide,
    states_when_deciding,
    forgery_check,
    csrf_token,
    origin_of_requests,
    session_for_decisions,
    fresh_session,
    limit_of_a_delegation,
    duties_of_a_delegate,
    editors_approve_alone,
    hands_on_what_it_rests_on,
    ones_own_rights,
    edits_stay_with_the_record,
    edits_void_decisions,
)
