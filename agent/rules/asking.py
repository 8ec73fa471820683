"""The next step for questions about records: one read tool each, with the arguments that the sentence gives."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from agent.rules.clauses import paper
from agent.rules.details import amount_of, change_of, country_of
from agent.rules.grammar import Kind
from agent.rules.reading import Reading
from agent.rules.slots import Slots, given, last_action, of_projects
from agent.rules.spans import days_of
from agent.rules.steps import Plan, portfolio, why_proposed
from agent.rules.values import said, spoken, value
from agent.rules.watching import watch
from tools.rules import rule_named, subject_of, told_of

# What each tool takes of the slots; other tools are never asked again with something else.
TAKES: Mapping[str, frozenset[str]] = {
    name: frozenset(taken.split())
    for name, taken in {
        "project_readiness": "project month",
        "portfolio_readiness": "practice region customer month",
        "unbilled_time": "practice region customer project month since until",
        "sow_terms": "project customer contract document",
        "ask_document": "project customer contract document",
        "propose_fix": "project",
        "propose_invoice": "project month",
        "actions_status": "project",
        "find_projects": "practice region customer",
        "propose_codes": "project customer contract document",
        "set_up_project": "project customer contract document",
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
# What each tool can split an answer by.
GROUPED: Mapping[str, frozenset[str]] = {
    name: frozenset(by.split())
    for name, by in {
        "unbilled_time": "practice customer project region",
        "time_worked": "person project customer practice region month",
        "invoices": "customer project practice region month",
        "problems": "owner rule customer project",
        "time_to_bill": "practice customer region project month",
    }.items()
}
SCOPES = frozenset({"customer", "project"})
# Invoices of which it is asked why they are not written are projects that are not ready.
HELD_UP = re.compile(r"\b(?:cannot|(?:not|un)(?: be)? able|blocked|stuck|(?:held|hold\w*) up)\b")
YES = {"yes": True, "no": False}
# The states that other systems report of each kind.
STATES = {
    "change_request": frozenset({"open", "approved"}),
    "timesheet": frozenset({"submitted", "approved"}),
    "milestone": frozenset({"delivered", "accepted"}),
}
# Which kind of question a tool was called for, so that "and …" is heard as more of it.
ASKED_AS: Mapping[str, Kind] = {
    "project_readiness": Kind.READINESS, "portfolio_readiness": Kind.PORTFOLIO, "unbilled_time": Kind.UNBILLED,
    "sow_terms": Kind.SOW, "ask_document": Kind.SOW, "actions_status": Kind.ACTIONS, "find_projects": Kind.FIND,
    "who_approves": Kind.POLICY, "changes_made": Kind.HISTORY, "audit_entries": Kind.AUDIT,
    "customers": Kind.CUSTOMERS, "engagement": Kind.ENGAGEMENT, "invoices": Kind.INVOICES, "time_worked": Kind.WORKED,
    "problems": Kind.PROBLEMS, "reports": Kind.REPORTS, "documents": Kind.DOCUMENTS, "people": Kind.PEOPLE,
    "delivery_risk": Kind.RISK, "watch_billing": Kind.WATCH, "time_to_bill": Kind.TIME_TO_BILL,
    "explain_rules": Kind.RULES,
}  # fmt: skip
CENT = Decimal("0.01")
NAMES = {"staff": "person"}  # a slot that tools call otherwise
NARROWEST = ("document", "project", "contract", "customer")
WHICH_INVOICES = ("Which invoices are unpaid?", "Which invoices are overdue?", "Which invoices were issued this year?")


def arguments(tool: str, slots: Slots) -> dict[str, Any]:
    """What the tool takes of the slots: of document, project, contract and customer the narrowest, a month as days."""
    slots = slots if "contract" in TAKES[tool] else of_projects(slots)
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


def _one(tool: str, slots: Slots, **more: Any) -> Plan:
    return Plan(((tool, {**arguments(tool, slots), **given(**more)}),))


def _invoices(reading: Reading, slots: Slots) -> Plan:
    if slots.number:
        return Plan((("invoices", {"number": slots.number}),))
    if HELD_UP.search(reading.text):
        return portfolio(reading, slots)
    state = said(reading, "invoice_state")
    if state.value is None or state.doubtful:
        return Plan(question="Which invoices do you mean?", options=WHICH_INVOICES)
    return _one("invoices", slots, state=state.value, group_by=value(reading, "by", GROUPED["invoices"]))


def _worked(reading: Reading, slots: Slots) -> Plan:
    by = value(reading, "by", GROUPED["time_worked"])
    by = by or ("project" if slots.person or not slots.project else "person")
    by = "project" if by == "person" and slots.person else by
    billed, billable = value(reading, "billed"), value(reading, "billable")
    return _one("time_worked", slots, group_by=by, billed=YES.get(billed or ""), billable=YES.get(billable or ""))


def _customers(reading: Reading, slots: Slots) -> Plan:
    detail = value(reading, "detail")
    customer = slots.customer or (_their_customer(reading) if slots.project else None)
    if detail and not customer and value(reading, "missing"):
        return Plan((("customers", {"missing": detail}),))
    country = None if customer else country_of(reading)
    return Plan((("customers", given(customer=customer, country=country, detail=detail)),))


def _their_customer(reading: Reading) -> str | None:
    """The customer of the project that the last answer was about: "what is that client's tax number?"."""
    return next((c["facts"]["customer"] for c in reading.last_calls if (c.get("facts") or {}).get("customer")), None)


def _engagement(_reading: Reading, slots: Slots) -> Plan:
    if not arguments("engagement", slots):
        return Plan(question="Which project, contract or customer do you mean?")
    return _one("engagement", slots)


def _problems(reading: Reading, slots: Slots) -> Plan:
    owner = value(reading, "owner")
    about = about_of(reading) or _about_before(reading)
    by = value(reading, "by", GROUPED["problems"])
    if by in SCOPES and spoken(reading, "by", SCOPES) is None:
        by = None
    if about is None and by is None and owner is None:
        return portfolio(reading, slots)
    return _one("problems", slots, about=about, owner=owner, verdict=value(reading, "verdict"), group_by=by)


def about_of(reading: Reading) -> str | None:
    """The subject of a finding or rule, with the word of trouble that the sentence has for it: "po missing"."""
    if named := rule_named(reading.said):
        return named
    subject = said(reading, "subject", subject_of(reading.text)).value
    return told_of(subject, reading.text) if subject else None


def _about_before(reading: Reading) -> str | None:
    """The subject of the last question, where this one points to it: "which projects have that?"."""
    pointing = reading.says("that|this|it|those|these")
    return next((c["args"]["about"] for c in reading.last_calls if pointing and c["args"].get("about")), None)


def _rules(reading: Reading, _slots: Slots) -> Plan:
    return Plan((("explain_rules", given(about=about_of(reading))),))


def _reports(reading: Reading, slots: Slots) -> Plan:
    kind = value(reading, "report") or "milestone"
    state = value(reading, "report_state", STATES.get(kind, frozenset()) | {"rejected"}) if kind in STATES else None
    state = "held" if kind == "billing_hold" and not slots.project else state
    return _one("reports", slots, kind=kind, state=state)


def _documents(reading: Reading, slots: Slots) -> Plan:
    amending = YES.get(value(reading, "amending") or "")
    return _one("documents", slots, needs=value(reading, "needs"), amendments_only=amending)


def _history(reading: Reading, slots: Slots) -> Plan:
    mine = slots.staff is None and reading.says(r"did i|have i|i (?:changed?|proposed?|approved?)")
    me = reading.person if mine else None
    written = YES.get(value(reading, "written") or "")
    return _one("changes_made", slots, about=value(reading, "changed"), written_only=written, person=slots.staff or me)


def _audit(reading: Reading, slots: Slots) -> Plan:
    me = reading.person if slots.staff is None and reading.says(r"did i|have i|my") else None
    return _one("audit_entries", slots, event=value(reading, "event"), person=slots.staff or me)


def _policy(reading: Reading, slots: Slots) -> Plan:
    """Of a proposal under discussion, of something that nobody proposed yet, or of everything."""
    amount, currency = amount_of(reading.said)
    kind, action = said(reading, "change", change_of(reading)).value, last_action(reading)
    if plan := why_proposed(reading, slots):
        return plan
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
    role = None if slots.staff else value(reading, "role")
    return Plan((("people", given(role=role, person=slots.staff)),))


def _time_to_bill(reading: Reading, slots: Slots) -> Plan:
    return _one("time_to_bill", slots, group_by=value(reading, "by", GROUPED["time_to_bill"]))


QUESTIONS: dict[Kind, Callable[[Reading, Slots], Plan]] = {
    Kind.SOW: paper,
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
