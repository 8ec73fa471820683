"""The rules' own sentences about records: invoices, hours, customers, approvals, changes."""

from __future__ import annotations

from collections.abc import Callable

from agent.rules.phrases import Facts, amount, asked_of, counted, period_of, span_of, summed


def _invoices(facts: Facts) -> str:
    which = "" if facts["which"] == "issued" else f"{facts['which']} "
    if not facts["count"]:
        return f"There is no {which}invoice{span_of(facts)}."
    verb = "come" if facts["count"] > 1 else "comes"
    said = counted(facts["count"], f"{which}invoice", f"{which}invoices")
    return f"{said}{span_of(facts)} {verb} to {summed(facts['net'])} net."


def _worked(facts: Facts) -> str:
    if not facts["entries"]:
        return f"There is no recorded time{span_of(facts)} that fits."
    groups = facts["groups"]
    most = ""
    if facts["group_by"] == "project" and len(groups) > 1:
        most = f" Most of it on {groups[0]['project']}: {groups[0]['hours']} hours."
    return f"{facts['hours']} hours{span_of(facts)}.{most}"


def _customers(facts: Facts) -> str:
    if not facts["count"]:
        return "No customer fits."
    if facts["missing"]:
        lacks = "lacks it" if facts["count"] == 1 else "lack it"
        return f"{counted(facts['count'], 'customer', 'customers')} {lacks}."
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
    left = f" Under the cap {amount(one['left_under_cap'])} is left." if one.get("left_under_cap") else ""
    return f"The order has {amount(one['value'])}; invoices so far come to {summed([one['invoiced']])}.{left}"


def _approvers(facts: Facts) -> str:
    if "approval" not in facts:
        return "These are the rules in force."
    if not facts["allowed"]:
        return "Policy does not allow that."
    steps = [asked_of(step) + (" whose limit covers it" if step["limited"] else "") for step in facts["approval"]]
    about = f" for {amount(facts['amount'])}" if facts.get("amount") else ""
    told = ""
    if "person_could" in facts:
        fits, misfits = "That person could take a step. ", "No, not that person: role or limit do not fit. "
        told = fits if facts["person_could"] else misfits
    return f"{told}It needs a decision{about} by {', then '.join(steps)}; never by whoever proposed it."


def _history(facts: Facts) -> str:
    if not facts["count"]:
        return "No such change went through Countersign."
    return f"{counted(facts['count'], 'change', 'changes')} through Countersign."


def _audit(facts: Facts) -> str:
    return f"{counted(facts['count'], 'entry', 'entries')} in the audit log{span_of(facts)}."


def _operations(facts: Facts) -> str:
    read = (
        f"The ERP was last read at {facts['erp_read_at']}." if facts["erp_read_at"] else "The ERP cannot be read now."
    )
    frozen = "Nothing is frozen." if not facts["frozen"] else f"Frozen: {', '.join(facts['frozen'])}."
    person = facts["need_a_person"]
    return f"{read} {frozen}" + (f" {counted(person, 'action', 'actions')} for a person to look at." if person else "")


def _problems(facts: Facts) -> str:
    if not facts["count"]:
        return f"There is no such open finding{period_of(facts)}."
    found = counted(facts["count"], "open finding", "open findings")
    return f"{found}{period_of(facts)} on {counted(facts['project_count'], 'project', 'projects').lower()}."


def _rules(facts: Facts) -> str:
    return f"{counted(facts['count'], 'prerequisite is', 'prerequisites are')} checked." if not facts["about"] else ""


def _reports(facts: Facts) -> str:
    if not facts["reported_on"]:
        return "It cannot be determined: no connected system reports on that."
    state = f" with the state {facts['state']}" if facts["state"] else ""
    return f"{counted(facts['count'], 'report', 'reports')}{state}."


def _documents(facts: Facts) -> str:
    return f"{counted(facts['count'], 'document', 'documents')}."


def _rights(facts: Facts) -> str:
    limit = facts["approval_limit"]
    roles = ", ".join(str(role).replace("_", " ") for role in facts["roles"])
    may = f" You may approve up to {amount(limit)}." if limit and facts["may_decide"] else ""
    return f"Your role: {roles or 'none'}.{may or ' You may not approve.' if not facts['may_decide'] else may}"


def _people(facts: Facts) -> str:
    if facts["count"] != 1:
        return f"{facts['count']} people fit." if facts["count"] else "Nobody fits."
    return f"The approval limit is {amount(facts['limits'][0])}." if facts["limits"] else "They have no approval limit."


RECORDS: dict[str, Callable[[Facts], str]] = {
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
    "people": _people,
}
