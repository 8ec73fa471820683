"""The next step for questions about records: one read tool each, with the arguments that the sentence gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from agent.rules.details import amount_of, change_of, country_of, invoices_in
from agent.rules.grammar import Kind
from agent.rules.narrowing import group
from agent.rules.reading import Reading
from agent.rules.slots import Slots, given, last_action
from agent.rules.spans import days_of
from agent.rules.steps import Plan, portfolio
from agent.rules.watching import watch
from tools.rules import subject_of, told_of

# What each tool takes of the slots; other tools are never asked again with something else.
TAKES: Mapping[str, frozenset[str]] = {
    name: frozenset(taken.split())
    for name, taken in {
        "project_readiness": "project month",
        "portfolio_readiness": "practice region customer month",
        "unbilled_time": "practice region customer project month since until",
        "sow_terms": "project customer contract",
        "ask_document": "project customer contract",
        "propose_fix": "project",
        "propose_invoice": "project month",
        "actions_status": "project",
        "find_projects": "practice region customer",
        "propose_codes": "project customer contract",
        "set_up_project": "project customer contract",
        "who_approves": "customer project",
        "changes_made": "project contract customer practice region since until staff",
        "audit_entries": "since until staff",
        "customers": "customer",
        "engagement": "project contract customer",
        "invoices": "project contract customer practice region since until number",
        "time_worked": "project contract customer practice region since until person",
        "problems": "project contract customer practice region month",
        "reports": "project contract customer practice region",
        "documents": "project contract customer",
        "people": "staff",
        "delivery_risk": "project practice region",
        "watch_billing": "practice region",
        "time_to_bill": "practice region customer project since until",
    }.items()
}
CENT = Decimal("0.01")
NAMES = {"staff": "person"}  # a slot that tools call otherwise
NARROWEST = ("project", "contract", "customer")
GROUPS = {
    "person": r"persons?|people|employees?|consultants?|colleagues?|who|whom|staff|team members?|individuals?",
    "month": r"months?|monthly",
    "owner": r"owners?|roles?|responsib\w+|assignees?",
    "rule": r"rules?|reasons?|causes?|kinds?|types?|problems?|issues?|findings?|prerequisites?",
}
ISSUED = (
    r"invoice[ds]?|invoicing|bill(?:s|ed|ings?)?|charged?|turnover|revenue|raised?|issued|sent|"
    r"sales|went out|send out|posted|invs?|so far|to date|last|latest"
)
WHICH_INVOICES = ("Which invoices are unpaid?", "Which invoices are overdue?", "Which invoices were issued this year?")


def arguments(tool: str, slots: Slots) -> dict[str, Any]:
    """What the tool takes of the slots: of project, contract and customer the narrowest, a month as its days."""
    values = {name: getattr(slots, name) for name in TAKES[tool]}
    narrow = next((name for name in NARROWEST if values.get(name)), None)
    for name in NARROWEST:
        if name != narrow and narrow is not None:
            values.pop(name, None)
    if slots.month and "since" in values and "month" not in values:
        values["since"], values["until"] = days_of(slots.month)
    if values.get("since") or values.get("until"):
        values.pop("month", None)
    return given(**{NAMES.get(name, name): value for name, value in values.items()})


def grouping(reading: Reading, allowed: frozenset[str]) -> str | None:
    """By what an answer is to be split, of what the tool can split by."""
    found = re.search(r"\b(?:by|per|for each|each|every|across)\s+(\w+(?: members?)?)", reading.text)
    if found:
        own = next((name for name, words in GROUPS.items() if re.fullmatch(words, found[1])), None)
        if own in allowed:
            return own
    if reading.says("monthly|month by month") and "month" in allowed:
        return "month"
    shared = group(reading)
    return shared if shared in allowed else None


def _one(tool: str, slots: Slots, **more: Any) -> Plan:
    return Plan(((tool, {**arguments(tool, slots), **given(**more)}),))


def _invoices(reading: Reading, slots: Slots) -> Plan:
    if slots.number:
        return Plan((("invoices", {"number": slots.number}),))
    state = invoices_in(reading)
    if state is None and reading.says(r"cannot|(?:not|un)(?: be)? able|blocked|stuck|(?:held|hold\w*) up"):
        return portfolio(reading, slots)
    if state is None and not reading.says(ISSUED):
        return Plan(question="Which invoices do you mean?", options=WHICH_INVOICES)
    by = grouping(reading, frozenset({"customer", "project", "practice", "region", "month"}))
    return _one("invoices", slots, state=state or "issued", group_by=by)


def _worked(reading: Reading, slots: Slots) -> Plan:
    by = grouping(reading, frozenset({"person", "project", "customer", "practice", "region", "month"}))
    if by is None:
        who = reading.says(r"who|which (?:people|persons?|employees?|consultants?|colleagues)") and not slots.person
        by = "person" if who else "project" if slots.person or not slots.project else "person"
    billed = False if reading.says(r"un ?billed|un ?invoiced|not (?:yet )?(?:been )?(?:billed|invoiced)") else None
    billed = True if billed is None and reading.says(r"billed|invoiced") else billed
    billable = False if reading.says(r"non ?billable|not billable|unbillable") else None
    return _one("time_worked", slots, group_by=by, billed=billed, billable=billable)


def _customers(reading: Reading, slots: Slots) -> Plan:
    details = {
        "tax_id": r"tax|vat|uid|ust",
        "billing_email": r"(?:e ?)?mails?|contacts?",
        "invoice_address": r"addresse?s?|where (?:do|does|are|is|should|must|shall)",
        "payment_terms": r"payment terms?|terms|net days|days",
        "credit_limit": r"credit",
    }
    detail = next((name for name, words in details.items() if reading.says(words)), None)
    lacks = reading.says(
        r"no|without|missing|lacks?|lacking|has no|have no|not have|does not|do not|did not|un\w+ed|"
        r"not (?:on|known|there|recorded|given|set|stored)|blank|empty|incomplete|nowhere|none"
    )
    if detail and lacks and not slots.customer:
        return Plan((("customers", {"missing": detail}),))
    country = None if slots.customer else country_of(reading)
    return Plan((("customers", given(customer=slots.customer, country=country, detail=detail)),))


def _engagement(_reading: Reading, slots: Slots) -> Plan:
    if not arguments("engagement", slots):
        return Plan(question="Which project, contract or customer do you mean?")
    return _one("engagement", slots)


def _problems(reading: Reading, slots: Slots) -> Plan:
    owners = {"Finance": r"finance|accounting", "Project manager": r"project managers?|pms?|managers?"}
    owner = next((name for name, words in owners.items() if reading.says(words)), None)
    about = subject_of(reading.text)
    about = told_of(about, reading.text) if about else None
    by = grouping(reading, frozenset({"owner", "rule", "customer", "project"})) if _splits(reading) else None
    if about is None and by is None and owner is None:
        split = {"owner": r"who|whom|whose", "rule": r"reasons?|causes?|grounds"}
        by = next((name for name, words in split.items() if reading.says(words)), None)
        if by is None:
            return portfolio(reading, slots)
    unknown = "unknown" if reading.says(r"cannot (?:be )?determin\w+|undetermined|unknown|unclear") else None
    return _one("problems", slots, about=about, owner=owner, verdict=unknown, group_by=by)


def _splits(reading: Reading) -> bool:
    """Whether a grouping was asked for; "which projects" alone asks for the projects."""
    return reading.says(r"(?:by|per|for each|each|every|grouped|across) \w+")


def _rules(reading: Reading, _slots: Slots) -> Plan:
    about = subject_of(reading.text)
    about = told_of(about, reading.text) if about else None
    return Plan((("explain_rules", given(about=about)),))


def _reports(reading: Reading, slots: Slots) -> Plan:
    kinds = {
        "change_request": r"change requests?|change orders?|crs?",
        "billing_hold": r"holds?|held|frozen",
        "timesheet": r"timesheets?|time ?sheets?|time approvals?",
        "milestone": r"milestones?|deliverables?|acceptances?|accepted|delivered",
        "purchase_order": r"pos?|purchase orders?",
    }
    kind = next((name for name, words in kinds.items() if reading.says(words)), "milestone")
    states = {
        "change_request": {"open": "open|outstanding|pending|undecided|to be decided", "approved": "approved|agreed"},
        "timesheet": {"submitted": "submitted|handed in", "approved": "approved|released"},
        "milestone": {"delivered": "delivered", "accepted": "accepted"},
    }
    rejected = {"rejected": "rejected|declined|refused|turned down"}
    said = (s for s, words in {**states.get(kind, {}), **rejected}.items() if kind in states and reading.says(words))
    state = next(said, None)
    if state not in (None, "open") and reading.says(r"not|un\w+|yet"):
        state = None
    state = "held" if kind == "billing_hold" and not slots.project else state
    return _one("reports", slots, kind=kind, state=state)


def _documents(reading: Reading, slots: Slots) -> Plan:
    needs = {
        "conflict": r"conflict\w*|contradict\w*",
        "confirmation": r"confirm\w*|unconfirmed|check(?:ed)?|review\w*",
        "contract": r"(?:without|no|not|un)\s?(?:\w+ ){0,4}(?:contracts?|attached|linked)|unattached|orphan\w*",
    }
    need = next((name for name, words in needs.items() if reading.says(words)), None)
    amending = True if reading.says(r"amendments?|amended|change orders?") else None
    return _one("documents", slots, needs=need, amendments_only=amending)


def _history(reading: Reading, slots: Slots) -> Plan:
    subjects = {
        "po": r"pos?|purchase orders?",
        "customer": r"tax|vat|addresse?s?|customer(?: records?| data)?",
        "invoice": r"invoices?|drafts?",
        "policy": r"polic(?:y|ies)|approval (?:rules?|matrix)",
        "execution": r"freezes?|froze|frozen|thaw\w*",
        "project": r"projects? (?:created|opened|cancelled)|(?:creat|open|cancel)\w*(?: \w+){0,3} projects?",
    }
    about = next((name for name, words in subjects.items() if reading.says(words)), None)
    written = True if reading.says(r"written|wrote|executed|booked|carried out|changed in") else None
    me = (
        reading.person
        if slots.staff is None and reading.says(r"did i|have i|i (?:changed?|proposed?|approved?)")
        else None
    )
    return _one("changes_made", slots, about=about, written_only=written, person=slots.staff or me)


def _audit(reading: Reading, slots: Slots) -> Plan:
    events = {
        "session": r"sign\w* ?in|log\w* ?in|signed|logged",
        "document": r"documents?|sows?|read|opened",
        "action": r"actions?|proposals?|approvals?|approved|proposed|decisions?",
        "tool": r"tools?|agent|chat",
        "policy": r"polic(?:y|ies)",
        "audit": r"exports?|exported",
        "person": r"person|people|roles?|rights?",
    }
    event = next((name for name, words in events.items() if reading.says(words)), None)
    me = reading.person if slots.staff is None and reading.says(r"did i|have i|my") else None
    return _one("audit_entries", slots, event=event, person=slots.staff or me)


def _policy(reading: Reading, slots: Slots) -> Plan:
    """Of a proposal under discussion, of something that nobody proposed yet, or of everything."""
    amount, currency = amount_of(reading.said)
    kind, action = change_of(reading), last_action(reading)
    pointing = reading.says("this|it|that|these|those|proposal") and amount is None
    if action and (pointing or (kind is None and amount is None)):
        return Plan((("explain_policy", {"action": action}),))
    if kind is None and amount is not None:
        kind = "invoice.create_draft"
    if kind is None:
        return (
            Plan((("who_approves", {}),))
            if reading.says("who|whose|what|which|polic(?:y|ies)|rules?|chain|matrix|limits?|show|how")
            else Plan((("actions_status", {"state": "awaiting_approval"}),))
        )
    if amount and reading.says("above|more than|beyond|exceed\\w*|higher than|larger than"):
        amount = format(Decimal(amount) + CENT, "f")
    return _one("who_approves", slots, action_type=kind, amount=amount, currency=currency, person=slots.staff)


def _people(reading: Reading, slots: Slots) -> Plan:
    roles = {
        "approver": r"approv\w+|sign off|authority|countersign\w*",
        "auditor": r"audit\w*",
        "administrator": r"admin(?:istrator)?s?",
        "finance": r"finance|accountants?|accounting",
        "project_manager": r"project managers?|pms?",
    }
    role = next((name for name, words in roles.items() if reading.says(words)), None)
    return Plan((("people", given(role=role if not slots.staff else None, person=slots.staff)),))


def _time_to_bill(reading: Reading, slots: Slots) -> Plan:
    by = grouping(reading, frozenset({"practice", "customer", "region", "project", "month"}))
    return _one("time_to_bill", slots, group_by=by)


QUESTIONS: dict[Kind, Callable[[Reading, Slots], Plan]] = {
    Kind.POLICY: _policy,
    Kind.AUDIT: _audit,
    Kind.HISTORY: _history,
    Kind.RIGHTS: lambda _reading, _slots: Plan((("my_rights", {}),)),
    Kind.PEOPLE: _people,
    Kind.OPERATIONS: lambda _reading, _slots: Plan((("operations_status", {}),)),
    Kind.INVOICES: _invoices,
    Kind.DOCUMENTS: _documents,
    Kind.CUSTOMERS: _customers,
    Kind.REPORTS: _reports,
    Kind.RULES: _rules,
    Kind.PROBLEMS: _problems,
    Kind.WORKED: _worked,
    Kind.ENGAGEMENT: _engagement,
    Kind.TIME_TO_BILL: _time_to_bill,
    Kind.UNCODED: lambda _reading, _slots: Plan((("uncoded_work", {}),)),
    Kind.SET_UP: lambda _reading, slots: _one("set_up_project", slots),
    Kind.WATCH: watch,
    Kind.RISK: lambda _reading, slots: _one("delivery_risk", slots),
}
