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
    return f" for {facts['month']}" if facts.get("month") else _span(facts)


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
    approved = f"Approved and not yet billed{_period(facts)}: {_hours_and(facts['approved_total'])}."
    if facts["approved_only"]:
        return approved
    whole = f"Not yet billed{_period(facts)}: {_hours_and(facts['unbilled_total'])}."
    same = facts["approved_total"] == facts["unbilled_total"]
    return f"{whole} All of it is approved." if same else f"{whole} {approved}"


def _hours_and(totals: Sequence[Facts]) -> str:
    told = (f"{_amount(total)} in {total['hours']} hours" for total in totals if not _zero(total))
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


def _many(count: int, one: str, several: str) -> str:
    return f"One {one}" if count == 1 else f"{count} {several}" if count else f"No {one}"


def _invoices(facts: Facts) -> str:
    which = "" if facts["which"] == "issued" else f"{facts['which']} "
    if not facts["count"]:
        return f"There is no {which}invoice{_span(facts)}."
    verb = "come" if facts["count"] > 1 else "comes"
    return f"{_many(facts['count'], f'{which}invoice', f'{which}invoices')}{_span(facts)} {verb} to {_sum(facts['net'])} net."


def _span(facts: Facts) -> str:
    since, until = facts.get("since"), facts.get("until")
    if since and until:
        return f" from {since} to {until}" if since != until else f" on {since}"
    return f" since {since}" if since else f" until {until}" if until else ""


def _worked(facts: Facts) -> str:
    if not facts["entries"]:
        return f"There is no recorded time{_span(facts)} that fits."
    groups = facts["groups"]
    most = ""
    if facts["group_by"] == "project" and len(groups) > 1:
        most = f" Most of it on {groups[0]['project']}: {groups[0]['hours']} hours."
    return f"{facts['hours']} hours{_span(facts)}.{most}"


def _customers(facts: Facts) -> str:
    if not facts["count"]:
        return "No customer fits."
    if facts["missing"]:
        lacks = "lacks it" if facts["count"] == 1 else "lack it"
        return f"{_many(facts['count'], 'customer', 'customers')} {lacks}."
    one = facts["customers"][0]
    if facts["count"] == 1 and facts["detail"]:
        return _detail(facts["detail"], one)
    return f"{facts['count']} customers." if facts["count"] > 1 else ""


def _detail(detail: str, one: Facts) -> str:
    if detail == "tax_id":
        return f"The tax identifier is {', '.join(one['tax_ids'])}." if one["tax_ids"] else "The ERP has none."
    if detail == "payment_terms":
        days = one["payment_terms_days"]
        return "The ERP has none." if days is None else f"The ERP has {days} days net."
    if detail == "credit_limit" and one["credit_limit"] == "unknown":
        return "It cannot be determined: this ERP keeps no credit limits."
    return ""


def _engagement(facts: Facts) -> str:
    contracts = facts["contracts"]
    if len(contracts) != 1:
        return ""
    one = contracts[0]
    left = f" Under the cap {_amount(one['left_under_cap'])} is left." if one.get("left_under_cap") else ""
    return f"The order has {_amount(one['value'])}; invoices so far come to {_sum([one['invoiced']])}.{left}"


def _approvers(facts: Facts) -> str:
    if "approval" not in facts:
        return "These are the rules in force."
    if not facts["allowed"]:
        return "Policy does not allow that."
    steps = [_people(step) + (" whose limit covers it" if step["limited"] else "") for step in facts["approval"]]
    about = f" for {_amount(facts['amount'])}" if facts.get("amount") else ""
    could = {True: "That person could take a step. ", False: "No, not that person: role or limit do not fit. "}
    told = could.get(facts.get("person_could"), "")
    return f"{told}It needs a decision{about} by {', then '.join(steps)}; never by whoever proposed it."


def _history(facts: Facts) -> str:
    if not facts["count"]:
        return "No such change went through Countersign."
    return f"{_many(facts['count'], 'change', 'changes')} through Countersign."


def _audit(facts: Facts) -> str:
    return f"{_many(facts['count'], 'entry', 'entries')} in the audit log{_span(facts)}."


def _operations(facts: Facts) -> str:
    read = (
        f"The ERP was last read at {facts['erp_read_at']}." if facts["erp_read_at"] else "The ERP cannot be read now."
    )
    frozen = "Nothing is frozen." if not facts["frozen"] else f"Frozen: {', '.join(facts['frozen'])}."
    person = facts["need_a_person"]
    return f"{read} {frozen}" + (f" {_many(person, 'action', 'actions')} for a person to look at." if person else "")


def _problems(facts: Facts) -> str:
    if not facts["count"]:
        return f"There is no such open finding{_period(facts)}."
    found = _many(facts["count"], "open finding", "open findings")
    return f"{found}{_period(facts)} on {_many(facts['project_count'], 'project', 'projects').lower()}."


def _rules(facts: Facts) -> str:
    return f"{_many(facts['count'], 'prerequisite is', 'prerequisites are')} checked." if not facts["about"] else ""


def _reports(facts: Facts) -> str:
    if not facts["reported_on"]:
        return "It cannot be determined: no connected system reports on that."
    state = f" with the state {facts['state']}" if facts["state"] else ""
    return f"{_many(facts['count'], 'report', 'reports')}{state}."


def _documents(facts: Facts) -> str:
    return f"{_many(facts['count'], 'document', 'documents')}."


def _rights(facts: Facts) -> str:
    limit = facts["approval_limit"]
    roles = ", ".join(str(role).replace("_", " ") for role in facts["roles"])
    may = f" You may approve up to {_amount(limit)}." if limit and facts["may_decide"] else ""
    return f"Your role: {roles or 'none'}.{may or ' You may not approve.' if not facts['may_decide'] else may}"


LISTED = frozenset({"rates", "milestones"})
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
    "invoices": _invoices,
    "time_worked": _worked,
    "customers": _customers,
    "engagement": _engagement,
    "who_approves": _approvers,
    "changes_made": _history,
    "audit_entries": _audit,
    "operations_status": _operations,
    "problems": _problems,
    "explain_rules": _rules,
    "reports": _reports,
    "documents": _documents,
    "my_rights": _rights,
}
