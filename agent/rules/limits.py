"""What a question asks for and no tool takes, so that an answer says what it leaves out."""

from __future__ import annotations

import re

from agent.rules.steps import Plan

NARROWER = re.compile(
    r"\b(?:more|older|longer|less|fewer|later|larger|higher|bigger|greater|smaller) than (?:\w+ )?\d"
    r"|\b(?:over|above|below|at least|at most|exceeding|beyond) (?:eur |gbp |usd |chf )?\d+k?\b"
    r"|\b\d+ (?:days?|weeks?|months?) (?:overdue|old|late|past)\b"
)
TELL_ALL = frozenset({"invoices", "unbilled_time", "portfolio_readiness", "problems", "time_worked", "find_projects"})
LEFT_OUT = "It is not narrowed by the age, length or amount that you named: what follows is all of it."


def told(step: Plan, text: str) -> Plan:
    """The same step; with calls that cannot be narrowed as the text asks, it says so."""
    if NARROWER.search(text) and any(name in TELL_ALL for name, _ in step.calls):
        return Plan(step.calls, step.question, step.options, f"{step.say} {LEFT_OUT}".strip())
    return step
