"""All tools, and those that a person is offered: what policy does not permit them does not exist for the turn."""

from __future__ import annotations

from domain.actor import Actor
from policies.engine import Policies
from tools.asking import ASK_DOCUMENT
from tools.coding import PROPOSE_CODES
from tools.delivery import DELIVERY_RISK
from tools.directory import FIND_PROJECTS
from tools.invoicing import PROPOSE_INVOICE
from tools.proposals import ACTIONS_STATUS, EXPLAIN_POLICY
from tools.readiness import PORTFOLIO_READINESS, PROJECT_READINESS
from tools.remedies import PROPOSE_FIX
from tools.sows import SOW_TERMS
from tools.tool import Tool
from tools.unbilled import UNBILLED_TIME

TOOLS: tuple[Tool, ...] = (
    FIND_PROJECTS,
    PROJECT_READINESS,
    PORTFOLIO_READINESS,
    UNBILLED_TIME,
    DELIVERY_RISK,
    SOW_TERMS,
    ASK_DOCUMENT,
    PROPOSE_CODES,
    PROPOSE_FIX,
    PROPOSE_INVOICE,
    ACTIONS_STATUS,
    EXPLAIN_POLICY,
)


def tools_for(policies: Policies, actor: Actor) -> tuple[Tool, ...]:
    """The tools whose operation policy permits this actor."""
    return tuple(tool for tool in TOOLS if policies.authorize(actor, tool.operation).allowed)
