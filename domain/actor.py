"""Who acts: a person of a tenant, or an agent on that person's behalf and never with more rights."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from domain.money import Money

# What the name of an agent's run begins with where no conversation of the person's own stands behind it.
OTHER_AGENT = "mcp:"  # another agent, by the id of the access token that it came with
MONITOR = "monitor:"  # a monitor that the person switched on, by its id


class Role(StrEnum):
    """What a person is in the firm; rights follow from roles by policy (`policies/authorization.cedar`)."""

    PROJECT_MANAGER = "project_manager"
    FINANCE = "finance"
    APPROVER = "approver"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Operation(StrEnum):
    """What a person can ask to do; every route and every tool names exactly one."""

    DOCUMENT_READ = "document.read"
    DOCUMENT_UPLOAD = "document.upload"
    TERM_CONFIRM = "term.confirm"
    CODE_PROPOSE = "code.propose"
    READINESS_READ = "readiness.read"
    FACT_RECORD = "fact.record"
    THREAD_USE = "thread.use"
    ACTION_READ = "action.read"
    ACTION_PROPOSE = "action.propose"
    ACTION_EDIT = "action.edit"
    ACTION_COMMENT = "action.comment"
    ACTION_DECIDE = "action.decide"
    ACTION_RESOLVE = "action.resolve"
    ACTION_EXECUTE = "action.execute"
    EXECUTION_FREEZE = "execution.freeze"
    DELEGATION_MANAGE = "delegation.manage"
    AUDIT_READ = "audit.read"
    AUDIT_EXPORT = "audit.export"
    POLICY_READ = "policy.read"
    POLICY_PROPOSE = "policy.propose"
    TOKEN_MANAGE = "token.manage"  # noqa: S105 - an operation's name, not a secret
    PEOPLE_ADMINISTER = "people.administer"


@dataclass(frozen=True)
class Actor:
    """The person behind a request. `agent_run` is set while the agent acts for them, `service` for no person at all."""

    tenant: str
    person: str
    name: str
    roles: frozenset[Role]
    approval_limit: Money | None = None
    agent_run: str | None = None
    authenticated_at: datetime | None = None
    service: bool = False

    def through_agent(self, run: str) -> Actor:
        """The same person, acting through the agent: what they may not do by chat text becomes visible to policy."""
        return replace(self, agent_run=run)


def through(run: str | None) -> str:
    """How a deed of this agent's run came about, to be said after the person's name; empty for the person's own."""
    if not run:
        return ""
    if run.startswith(OTHER_AGENT):
        return "through another agent (Model Context Protocol)"
    return "through a monitor of theirs" if run.startswith(MONITOR) else "through the agent"
