"""The one place that says yes or no: authorization in Cedar, approval chains from the matrix, any error a no."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cedarpy import PolicySet, Schema, is_authorized, policies_to_json_str, validate_policies

from domain.actions import Action, ActionState, Intent, PolicyVerdict
from domain.actor import Actor, Operation
from domain.canonical import digest
from domain.errors import ConfigurationError, NotPermitted, OverLimit, SegregationOfDuties
from policies.approval import Matrix, open_steps

FOLDER = Path(__file__).parent
FILES = ("authorization.cedar", "authorization.cedarschema", "approval.toml")
ERRORS: dict[str, type[NotPermitted]] = {e.code: e for e in (NotPermitted, SegregationOfDuties, OverLimit)}
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Authorization:
    """An answer with the ids of the rules that gave it, what the person is told, and the digest of the policy."""

    allowed: bool
    rules: tuple[str, ...]
    reasons: tuple[str, ...]
    digest: str
    code: str = NotPermitted.code


class Policies:
    """The policy files, read and checked once; `digest` names exactly this content."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        cedar, schema = texts["authorization.cedar"], texts["authorization.cedarschema"]
        checked = validate_policies(cedar, schema)
        if not checked.validation_passed:
            raise ConfigurationError(f"authorization.cedar does not fit its schema: {checked.errors}")
        try:
            self._matrix = Matrix.parse(texts["approval.toml"])
        except ValueError as error:
            raise ConfigurationError(f"approval.toml cannot be used: {error}") from error
        self._cedar, self._schema = PolicySet.from_str(cedar), Schema.from_str(schema)
        self._notes = _annotations(cedar)
        self.digest = digest({name: texts[name] for name in FILES})

    @property
    def days_to_decide(self) -> int:
        """How long a proposal waits for people before it expires."""
        return self._matrix.days_to_decide

    @classmethod
    def load(cls, folder: Path = FOLDER) -> Policies:
        """Read the policy files. Raises ConfigurationError when one is missing or does not hold together."""
        try:
            return cls({name: (folder / name).read_text("utf-8") for name in FILES})
        except OSError as error:
            raise ConfigurationError(f"A policy file cannot be read: {error}") from error

    def authorize(self, actor: Actor, operation: Operation, facts: Mapping[str, Any] | None = None) -> Authorization:
        """May this actor do this? Without facts: within their own firm at all. With facts: on the thing they describe.

        `facts` hold `tenant` (whose thing it is) or, for ACTION_DECIDE, all attributes of a Proposal (see the
        schema; `may_decide` makes them). Any error denies.
        """
        try:
            return self._ask(actor, operation, facts or {"tenant": actor.tenant})
        except Exception:  # a failure to decide, whatever it is, must come out as a no
            log.exception("deciding %s failed", operation.value)
            return self._denied("policy.error", "Policy could not be evaluated, so the answer is no.")

    def require(self, actor: Actor, operation: Operation, facts: Mapping[str, Any] | None = None) -> None:
        """Raise NotPermitted (or SegregationOfDuties, OverLimit) with the reason unless `authorize` allows."""
        self.demand(self.authorize(actor, operation, facts))

    def demand(self, answer: Authorization) -> None:
        """Turn a no into its error."""
        if not answer.allowed:
            raise ERRORS.get(answer.code, NotPermitted)(" ".join(answer.reasons), rules=answer.rules)

    def may_decide(self, actor: Actor, action: Action) -> Authorization:
        """May this actor take the step of this action that waits now? What a page asks before it shows the button."""
        try:
            return self.authorize(actor, Operation.ACTION_DECIDE, self._proposal(action))
        except LookupError as error:
            return self._denied("rate.missing", str(error))

    def judge(self, intent: Intent, proposer: Actor) -> PolicyVerdict:
        """Denied, or the chain of people who must approve; a write is never permitted without people."""
        answer = self.authorize(proposer, Operation.ACTION_PROPOSE)
        if not answer.allowed:
            return PolicyVerdict(False, (), answer.rules, answer.reasons, self.digest)
        return self._matrix.judge(intent, self.digest)

    def _ask(self, actor: Actor, operation: Operation, facts: Mapping[str, Any]) -> Authorization:
        kind = "Proposal" if "proposer" in facts else "Tenant"
        principal, resource = _uid("Person", actor.person), _uid(kind, str(facts["tenant"]))
        request = {"principal": principal, "action": _uid("Action", operation.value), "resource": resource}
        entities = [self._person(actor), {"uid": resource, "attrs": dict(facts), "parents": []}]
        result = is_authorized(request, self._cedar, entities, self._schema)
        if result.diagnostics.errors:
            log.error("deciding %s: %s", operation.value, result.diagnostics.errors)
            return self._denied("policy.error", "Policy could not be evaluated, so the answer is no.")
        rules = tuple(sorted(result.diagnostics.id_annotations_by_reason.values()))
        if not rules:
            return self._denied("role.none", _no_role(actor, operation))
        notes = [self._notes[rule] for rule in rules]
        reasons = tuple(note.get("reason", "") for note in notes if note.get("reason"))
        code = next((note["code"] for note in notes if "code" in note), NotPermitted.code)
        return Authorization(result.allowed, rules, reasons, self.digest, code)

    def _person(self, actor: Actor) -> dict[str, Any]:
        attributes: dict[str, Any] = {
            "tenant": actor.tenant,
            "service": actor.service,
            "through_agent": actor.agent_run is not None,
        }
        if actor.approval_limit is not None:
            attributes["limit"] = self._matrix.converted(actor.approval_limit).minor
        parents = [_uid("Role", role.value) for role in sorted(actor.roles)]
        return {"uid": _uid("Person", actor.person), "attrs": attributes, "parents": parents}

    def _proposal(self, action: Action) -> dict[str, Any]:
        waiting = open_steps(action.verdict.chain, action.decisions)
        step = action.verdict.chain[waiting[0]] if waiting else None
        decided = {person for decision in action.decisions for person in decision.people}
        facts: dict[str, Any] = {
            "tenant": action.tenant,
            "proposer": _entity("Person", action.proposer),
            "decided_by": [_entity("Person", person) for person in sorted(decided)],
            "open": step is not None and action.state is ActionState.AWAITING_APPROVAL and not action.overdue,
            "role": _entity("Role", step.role if step else ""),
            "limited": step.limited if step else True,
        }
        if action.intent.amount is not None:
            facts["amount"] = self._matrix.converted(action.intent.amount).minor
        return facts

    def _denied(self, rule: str, reason: str) -> Authorization:
        return Authorization(False, (rule,), (reason,), self.digest)


def _uid(kind: str, name: str) -> dict[str, str]:
    return {"type": kind, "id": name}


def _entity(kind: str, name: str) -> dict[str, Any]:
    return {"__entity": _uid(kind, name)}


def _annotations(cedar: str) -> dict[str, dict[str, str]]:
    """Each policy's annotations by its id. Raises ConfigurationError for a policy without one, or one used twice."""
    policies = json.loads(policies_to_json_str(cedar))["staticPolicies"].values()
    notes = [policy.get("annotations", {}) for policy in policies]
    ids = [note.get("id") for note in notes]
    if None in ids or len(set(ids)) != len(ids):
        raise ConfigurationError("Every policy in authorization.cedar needs an @id of its own.")
    return {note["id"]: note for note in notes}


def _no_role(actor: Actor, operation: Operation) -> str:
    roles = ", ".join(sorted(role.value.replace("_", " ") for role in actor.roles)) or "none"
    return f"This needs the right '{operation.value}', which your role ({roles}) does not have."
