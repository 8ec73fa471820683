"""The rules' own sentences about tool results: short, and made of the results' values only."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Facts = Mapping[str, Any]


def speak(name: str, facts: Facts) -> str:
    """One or two sentences on what a result means; empty where the rendered blocks say it all."""
    if "error" in facts:
        return "That cannot be answered as it was asked:"
    speaker = SPEAKERS.get(name)
    return speaker(facts) if speaker else ""


def _amount(money: Facts) -> str:
    whole, _, cents = str(money["amount"]).partition(".")
    return f"{money['currency']} {int(whole):,}{'.' + cents if cents.strip('0') else ''}"


def _zero(money: Facts) -> bool:
    return not str(money["amount"]).strip("-0.")


def _sum(amounts: Sequence[Facts]) -> str:
    return " and ".join(_amount(money) for money in amounts if not _zero(money)) or "nothing"


def _period(facts: Facts) -> str:
    return f" for {facts['month']}" if facts.get("month") else ""


def _project(facts: Facts) -> str:
    if "status" not in facts:
        return ""
    name, period = facts["project"], _period(facts)
    ready, held = facts.get("ready"), facts.get("held_back")
    match facts["status"]:
        case "billable":
            rest = f"; {_amount(held)} is held back" if held and not _zero(held) else ""
            return f"Yes, {name} can be billed{period}: {_amount(ready or {})} is ready{rest}."
        case "blocked" if held is not None:
            rest = f" {_amount(ready)} of it is ready." if ready and not _zero(ready) else ""
            return f"No, {name} cannot be billed{period} as it stands: {_amount(held)} is held back.{rest}"
        case "cannot_determine":
            return f"It cannot be determined whether {name} can be billed{period}: no connected system knows."
        case _:
            return f"There is nothing to bill on {name}{period}."


def _portfolio(facts: Facts) -> str:
    count = facts["count"]
    if not count:
        return f"No project fits{_period(facts)}."
    subject = "One project" if count == 1 else f"{count} projects"
    amounts = f"{_sum(facts['held_back'])} is held back, {_sum(facts['ready'])} is ready to bill"
    return f"{subject} {_verdict(facts)}{_period(facts)}: {amounts}."


def _verdict(facts: Facts) -> str:
    one = facts["count"] == 1
    match list(facts.get("statuses", {})):
        case ["blocked"]:
            return "cannot be billed as it stands" if one else "cannot be billed as they stand"
        case ["billable"]:
            return "can be billed"
        case ["cannot_determine"]:
            return "cannot be determined"
        case _:
            return "fits" if one else "fit"


def _unbilled(facts: Facts) -> str:
    if not facts["groups"]:
        return f"There is no {'approved ' if facts['approved_only'] else ''}unbilled time{_period(facts)}."
    totals = [t for t in facts["approved_total"] if not _zero(t)]
    told = " and ".join(f"{_amount(total)} in {total['hours']} hours" for total in totals) or "none"
    return f"Approved and not yet billed{_period(facts)}: {told}."


def _sow(facts: Facts) -> str:
    if not facts["documents"]:
        return ""
    return (
        "This is what it says, with the page each statement stands on."
        if facts["terms"]
        else "These clauses speak of it."
    )


def _proposal(facts: Facts) -> str:
    if facts.get("action_id"):
        return f"I propose the change below. {_chain(facts)}"
    if facts.get("needs"):
        return "One thing is missing for a proposal, and no connected system knows it."
    if facts.get("findings"):
        return "Nothing here can be changed from this conversation; the people named with each finding have to act."
    return f"There is nothing to propose for {facts['project']}. {_project(facts)}" if "project" in facts else ""


def _invoice(facts: Facts) -> str:
    return _proposal(facts) if facts.get("action_id") else f"Nothing can be invoiced now. {_project(facts)}"


def _people(step: Facts) -> str:
    role = str(step["role"]).replace("_", " ")
    return f"one {role}" if step["count"] == 1 else f"{step['count']} people of the role {role}"


def _chain(facts: Facts) -> str:
    steps = [_people(step) for step in facts.get("approval", [])]
    asked = f"It needs a decision by {', then '.join(steps)}. " if steps else ""
    return f"{asked}Nothing changes before that."


def _actions(facts: Facts) -> str:
    count = facts.get("count", len(facts.get("actions", [])))
    if not count:
        return "There are no such proposals."
    return "One proposal." if count == 1 else f"{count} proposals."


def _policy(facts: Facts) -> str:
    if facts.get("state") != "awaiting_approval":
        return ""
    may = "You may decide on it." if facts.get("you_may_decide") else "You may not decide on it yourself."
    return f"{_chain(facts)} {may}"


def _found(facts: Facts) -> str:
    count = facts["count"]
    return f"{count} projects fit." if count > 1 else "" if count else "No project fits."


SPEAKERS: dict[str, Callable[[Facts], str]] = {
    "project_readiness": _project,
    "portfolio_readiness": _portfolio,
    "unbilled_time": _unbilled,
    "sow_terms": _sow,
    "propose_fix": _proposal,
    "propose_invoice": _invoice,
    "actions_status": _actions,
    "explain_policy": _policy,
    "find_projects": _found,
}
