"""Asks Cedar: who may do what, by the policies and the schema beside this module. Any error is a no."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cedarpy import AuthzResult, PolicySet, Schema, is_authorized_batch, policies_to_json_str, validate_policies

from domain.actions import Action, ActionState
from domain.actor import Actor, Operation
from domain.errors import ConfigurationError, NotPermitted
from policies.approval import remaining

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Authorization:
    """An answer with the ids of the rules that gave it, what the person is told, and the digest of the policy.

    `step`: for a decision, the index of the step that the actor may take.
    """

    allowed: bool
    rules: tuple[str, ...]
    reasons: tuple[str, ...]
    digest: str
    code: str = NotPermitted.code
    step: int | None = None


class Authorizer:
    """The Cedar policies, parsed and checked against their schema once."""

    def __init__(self, cedar: str, schema: str, digest: str) -> None:
        checked = validate_policies(cedar, schema)
        if not checked.validation_passed:
            raise ConfigurationError(f"authorization.cedar does not fit its schema: {checked.errors}")
        self._cedar, self._schema, self._digest = PolicySet.from_str(cedar), Schema.from_str(schema), digest
        self.notes = _annotations(cedar)

    def ask(self, person: Mapping[str, Any], operation: Operation, facts: Mapping[str, Any]) -> Authorization:
        """The answer for an entity made by `entity_of`. Raises whatever the engine raises; the caller denies."""
        return self.ask_all(person, [operation], facts)[0]

    def ask_all(
        self, person: Mapping[str, Any], operations: Sequence[Operation], facts: Mapping[str, Any]
    ) -> list[Authorization]:
        """The answers for several operations on the same thing, in their order. Raises like `ask`."""
        kind = "Proposal" if "proposer" in facts else "Tenant"
        resource = uid(kind, str(facts["tenant"]))
        requests = [
            {"principal": person["uid"], "action": uid("Action", one.value), "resource": resource} for one in operations
        ]
        entities = [dict(person), {"uid": resource, "attrs": dict(facts), "parents": []}]
        results = is_authorized_batch(requests, self._cedar, entities, self._schema)
        return [self._answer(person, one, result) for one, result in zip(operations, results, strict=True)]

    def _answer(self, person: Mapping[str, Any], operation: Operation, result: AuthzResult) -> Authorization:
        if result.diagnostics.errors:
            log.error("deciding %s: %s", operation.value, result.diagnostics.errors)
            return self.failed()
        rules = tuple(sorted(result.diagnostics.id_annotations_by_reason.values()))
        if not rules:
            return self.denied("role.none", _no_right(person, operation))
        notes = [self.notes[rule] for rule in rules]
        reasons = tuple(note["reason"] for note in notes if note.get("reason"))
        code = next((note["code"] for note in notes if "code" in note), NotPermitted.code)
        return Authorization(result.allowed, rules, reasons, self._digest, code)

    def denied(self, rule: str, reason: str) -> Authorization:
        """A no that the policies themselves did not give."""
        return Authorization(False, (rule,), (reason,), self._digest)

    def failed(self) -> Authorization:
        """The no of a question that could not be answered."""
        return self.denied("policy.error", "Policy could not be evaluated, so the answer is no.")


def entity_of(actor: Actor, limit: int | None, stands_in_for: Actor | None = None) -> dict[str, Any]:
    """The actor as Cedar sees them; `limit` in minor units. A delegate has the delegator's roles in place of theirs."""
    people = {actor.person, *([stands_in_for.person] if stands_in_for else [])}
    attributes: dict[str, Any] = {
        "tenant": actor.tenant,
        "service": actor.service,
        "through_agent": actor.agent_run is not None,
        "people": _entities("Person", people),
    }
    if limit is not None:
        attributes["limit"] = limit
    parents = [uid("Role", role.value) for role in sorted((stands_in_for or actor).roles)]
    return {"uid": uid("Person", actor.person), "attrs": attributes, "parents": parents}


def proposal_facts(action: Action, step: int | None, amount: int | None) -> dict[str, Any]:
    """One step of an action as Cedar sees it (None: no step is open); `amount` in minor units."""
    chain = action.verdict.chain
    wanted = None if step is None else chain[step]
    decided = {person for decision in action.decisions for person in decision.people}
    approved = [decision for decision in action.decisions if decision.verdict == "approve"]
    roles = {wanted.role} if wanted else set[str]()
    if wanted and wanted.escalates_to and action.escalated_at:
        roles.add(wanted.escalates_to)
    facts: dict[str, Any] = {
        "tenant": action.tenant,
        "proposer": {"__entity": uid("Person", action.proposer)},
        "decided_by": _entities("Person", decided),
        "dependent": _entities("Person", action.dependent),
        "independent": any(not decision.people & action.dependent for decision in approved),
        "last": remaining(chain, action.decisions) <= 1,
        "open": wanted is not None and action.state is ActionState.AWAITING_APPROVAL and not action.overdue,
        "roles": _entities("Role", roles),
        "limited": wanted.limited if wanted else True,
    }
    return facts if amount is None else facts | {"amount": amount}


def uid(kind: str, name: str) -> dict[str, str]:
    """An entity's name."""
    return {"type": kind, "id": name}


def _entities(kind: str, names: Iterable[str]) -> list[dict[str, Any]]:
    return [{"__entity": uid(kind, name)} for name in sorted(names)]


def _annotations(cedar: str) -> dict[str, dict[str, str]]:
    """Each policy's annotations by its id. Raises ConfigurationError for a policy without one, or one used twice."""
    policies = json.loads(policies_to_json_str(cedar))["staticPolicies"].values()
    notes = [policy.get("annotations", {}) for policy in policies]
    ids = [note.get("id") for note in notes]
    if None in ids or len(set(ids)) != len(ids):
        raise ConfigurationError("Every policy in authorization.cedar needs an @id of its own.")
    return {note["id"]: note for note in notes}


def _no_right(person: Mapping[str, Any], operation: Operation) -> str:
    roles = ", ".join(parent["id"].replace("_", " ") for parent in person["parents"]) or "none"
    return f"This needs the right '{operation.value}', which your role ({roles}) does not have."
