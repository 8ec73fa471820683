"""Who may do what, as a table for people: every cell is what the policy in force answers when it is asked."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cedarpy import policies_from_json_str, policies_to_json_str

from domain.actor import Actor, Operation, Role
from policies.engine import Policies

WORDS: Mapping[str, Mapping[str, str]] = tomllib.loads(Path(__file__).with_name("rights.toml").read_text("utf-8"))
SAID = {Operation(name): said for group in WORDS.values() for name, said in group.items()}
NOBODY, IN_PERSON, AGENT_TOO = "", "self", "agent"  # what a cell says


@dataclass(frozen=True)
class Right:
    """One operation, and by role whether its people may do it: not, only they themselves, or the agent for them too."""

    operation: Operation
    said: str
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Condition:
    """A rule that the table does not hold: for whom and for which operations it is, what a person is told, its text.

    `operations` is empty for all of them.
    """

    id: str
    permits: bool
    whom: str
    operations: tuple[str, ...]
    reason: str
    cedar: str


@dataclass(frozen=True)
class Rights:
    """The table, by group, and the rules with conditions: permits first, each in the order of the file."""

    roles: tuple[Role, ...]
    groups: tuple[tuple[str, tuple[Right, ...]], ...]
    conditions: tuple[Condition, ...]


@lru_cache(maxsize=8)
def rights(policies: Policies) -> Rights:
    """Ask for every role and operation: a person of that role alone, and the agent on such a person's behalf."""
    roles = tuple(Role)
    groups = tuple(
        (name, tuple(_right(policies, Operation(one), said, roles) for one, said in group.items()))
        for name, group in WORDS.items()
    )
    found = json.loads(policies_to_json_str(policies.texts["authorization.cedar"]))["staticPolicies"]
    parsed = [found[key] for key in sorted(found, key=lambda name: int(name.removeprefix("policy")))]
    said = [_condition(policy) for policy in parsed if not _told_by_table(policy)]
    return Rights(roles, groups, tuple(sorted(said, key=lambda one: not one.permits)))


def _right(policies: Policies, operation: Operation, said: str, roles: Sequence[Role]) -> Right:
    return Right(operation, said, tuple(_cell(policies, operation, role) for role in roles))


def _cell(policies: Policies, operation: Operation, role: Role) -> str:
    person = Actor("x", "anyone", "Anyone", frozenset({role}))
    if not _may(policies, person, operation):
        return NOBODY
    return AGENT_TOO if _may(policies, person.through_agent("run"), operation) else IN_PERSON


def _may(policies: Policies, actor: Actor, operation: Operation) -> bool:
    return policies.authorize(actor, operation).allowed


def _told_by_table(policy: Mapping[str, Any]) -> bool:
    """A permit of a role without conditions: its cells say all of it."""
    plain = not policy["conditions"] and policy["resource"]["op"] == "All"
    return policy["effect"] == "permit" and plain and policy["principal"].get("entity", {}).get("type") == "Role"


def _condition(policy: Mapping[str, Any]) -> Condition:
    notes = policy["annotations"]
    bare = {**policy, "annotations": {}}
    text = policies_from_json_str(json.dumps({"staticPolicies": {"one": bare}, "templates": {}, "templateLinks": []}))
    return Condition(
        notes["id"],
        policy["effect"] == "permit",
        _whom(policy["principal"]),
        tuple(SAID[Operation(one["id"])] for one in _entities(policy["action"])),
        notes.get("reason", ""),
        text.strip(),
    )


def _whom(principal: Mapping[str, Any]) -> str:
    named = " or ".join(one["id"].replace("_", " ") for one in _entities(principal))
    return named or "everybody"


def _entities(scope: Mapping[str, Any]) -> list[dict[str, str]]:
    one = scope.get("entity")
    return [one] if one else list(scope.get("entities", []))
