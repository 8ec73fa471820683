"""The rules' own sentences about tool results: short, and made of the results' values only."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from agent.rules.phrases import Facts, amount, asked_of, is_zero, period_of, summed
from agent.rules.telling import RECORDS


def speak(name: str, facts: Facts) -> str:
    """One or two sentences on what a result means; empty where the rendered blocks say it all."""
    if "error" in facts:
        return "That cannot be answered as it was asked:"
    speaker = SPEAKERS.get(name)
    return speaker(facts) if speaker else ""


def _project(facts: Facts) -> str:
    if "status" not in facts:
        return ""
    name, period = facts["project"], period_of(facts)
    ready, held = facts.get("ready"), facts.get("held_back")
    match facts["status"]:
        case "billable":
            rest = f"; {amount(held)} is held back" if held and not is_zero(held) else ""
            return f"Yes, {name} can be billed{period}: {amount(ready or {})} is ready{rest}."
        case "blocked" if held is not None and not (is_zero(held) and ready and is_zero(ready)):
            rest = f" {amount(ready)} of it is ready." if ready and not is_zero(ready) else ""
            return f"No, {name} cannot be billed{period} as it stands: {amount(held)} is held back.{rest}"
        case "cannot_determine":
            return f"It cannot be determined whether {name} can be billed{period}: no connected system knows."
        case _:
            return f"There is nothing to bill on {name}{period}."


def _portfolio(facts: Facts) -> str:
    count = facts["count"]
    if not count:
        return f"No project fits{period_of(facts)}."
    subject = "One project" if count == 1 else f"{count} projects"
    amounts = f"{summed(facts['held_back'])} is held back, {summed(facts['ready'])} is ready to bill"
    return f"{subject} {_verdict(facts)}{period_of(facts)}: {amounts}."


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
        return f"There is no {'approved ' if facts['approved_only'] else ''}unbilled time{period_of(facts)}."
    approved = f"Approved and not yet billed{period_of(facts)}: {_hours_and(facts['approved_total'])}."
    if facts["approved_only"]:
        return approved
    whole = f"Not yet billed{period_of(facts)}: {_hours_and(facts['unbilled_total'])}."
    same = facts["approved_total"] == facts["unbilled_total"]
    return f"{whole} No hour of it lacks approval." if same else f"{whole} {approved}"


def _hours_and(totals: Sequence[Facts]) -> str:
    told = (f"{amount(total)} in {total['hours']} hours" for total in totals if not is_zero(total))
    return " and ".join(told) or "none"


def _sow(facts: Facts) -> str:
    """The one value that holds, in a sentence; where there are several, the table says them."""
    if not facts["documents"]:
        return ""
    single = [term for term in facts["terms"] if _plain(term) and term["field"] not in LISTED]
    if len(single) == len(facts["terms"]) == 1:
        return _one_term(single[0])
    return "This is what it says, with the page each statement stands on." if facts["terms"] else _silent(facts)


def _silent(facts: Facts) -> str:
    return "These clauses speak of it." if facts.get("clauses_found") else ""


def _plain(term: Facts) -> bool:
    return isinstance(term["value"], str | int | bool) and term["value"] != "(text)"


def _one_term(term: Facts) -> str:
    name = str(term["field"]).replace("_", " ")
    if isinstance(term["value"], bool):
        return f"The {name}: {'yes' if term['value'] else 'no'}."
    before = term.get("before")
    changed = f" Before that it was {before}." if term.get("changed") and before not in (None, "(text)") else ""
    since = f" since {term['since']}" if term.get("changed") and term.get("since") else ""
    return f"The {name} in force{since} is {term['value']}.{changed}"


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


def _chain(facts: Facts) -> str:
    steps = [asked_of(step) for step in facts.get("approval", [])]
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


LISTED = frozenset({"rates", "milestones"})
SPEAKERS: dict[str, Callable[[Facts], str]] = {
    **RECORDS,
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
