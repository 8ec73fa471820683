"""All tools, and those that a person is offered: what policy does not permit them does not exist for the turn."""

from __future__ import annotations

from domain.actor import Actor
from policies.engine import Policies
from tools.approvers import WHO_APPROVES
from tools.asking import ASK_DOCUMENT
from tools.coding import PROPOSE_CODES
from tools.customers import CUSTOMERS
from tools.delivery import DELIVERY_RISK
from tools.directory import FIND_PROJECTS
from tools.engagements import ENGAGEMENT
from tools.history import AUDIT_ENTRIES, CHANGES_MADE
from tools.invoices import INVOICES
from tools.invoicing import PROPOSE_INVOICE
from tools.opening import SET_UP_PROJECT
from tools.operations import OPERATIONS_STATUS
from tools.papers import DOCUMENTS
from tools.problems import PROBLEMS
from tools.proposals import ACTIONS_STATUS, EXPLAIN_POLICY
from tools.readiness import PORTFOLIO_READINESS, PROJECT_READINESS
from tools.remedies import PROPOSE_FIX
from tools.reports import REPORTS
from tools.rights import MY_RIGHTS, PEOPLE
from tools.rules import EXPLAIN_RULES
from tools.sows import SOW_TERMS
from tools.time_to_bill import TIME_TO_BILL
from tools.tool import Tool
from tools.unbilled import UNBILLED_TIME
from tools.uncoded import UNCODED_WORK
from tools.watching import WATCH
from tools.worked import TIME_WORKED

TOOLS: tuple[Tool, ...] = (
    FIND_PROJECTS,
    PROJECT_READINESS,
    PORTFOLIO_READINESS,
    UNBILLED_TIME,
    WATCH,
    DELIVERY_RISK,
    TIME_TO_BILL,
    SOW_TERMS,
    ASK_DOCUMENT,
    PROPOSE_CODES,
    SET_UP_PROJECT,
    UNCODED_WORK,
    PROPOSE_FIX,
    PROPOSE_INVOICE,
    ACTIONS_STATUS,
    EXPLAIN_POLICY,
    WHO_APPROVES,
    CHANGES_MADE,
    AUDIT_ENTRIES,
    CUSTOMERS,
    ENGAGEMENT,
    INVOICES,
    TIME_WORKED,
    PROBLEMS,
    EXPLAIN_RULES,
    REPORTS,
    DOCUMENTS,
    OPERATIONS_STATUS,
    MY_RIGHTS,
    PEOPLE,
)


def tools_for(policies: Policies, actor: Actor) -> tuple[Tool, ...]:
    """The tools whose operation policy permits this actor."""
    permitted = policies.permitted(actor, {tool.operation for tool in TOOLS})
    return tuple(tool for tool in TOOLS if tool.operation in permitted)
