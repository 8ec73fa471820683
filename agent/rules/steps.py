"""The next step for each kind of question, once it is known what the question is about."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from agent.rules.details import country_of
from agent.rules.grammar import Kind
from agent.rules.reading import Reading
from agent.rules.slots import (
    Slots,
    given,
    last_action,
    listed,
    of_projects,
    own_slots,
    stated,
    wanted_rule,
    whose_paper,
)
from agent.rules.spans import months_within
from agent.rules.values import spoken, value

ON_HOLD_SAID = re.compile(r"\bprojects?\b.*\bon hold\b|\bon hold\b.*\bprojects?\b")
STANDING_SO = (
    r"(?:is|was|has|have|did|are|were)(?: \w+){0,5} (?:approved|rejected|decided|signed|executed|written|through)"
)
MY_OWN = (
    r"my (?:own )?(?:\w+ )?(?:proposals?|requests?|submissions?)|mine|"
    r"(?:that |which )?i (?:have )?(?:proposed|submitted|raised|made)"
)
UNNAMED = re.compile(
    r"\bthe .*\bproject\b|\bit\b|\b(?:this|that) (?:one|project|engagement|job)\b|^(?:is|can|may) the\b"
)
MOST_MONTHS = 6
ON_HOLD = "These have the status on hold in the ERP. A billing hold is something else: ask for billing holds."
COUNTED = "What is found is counted so; what it holds back in money stands with each project."
HELP = (
    "I answer from the connected systems. Ask me whether a project is ready to bill and what is missing; which "
    "projects or customers lack something, and who clears it; how much unbilled time there is, who worked on what, "
    "the invoices and which of them are overdue; what a statement of work says or has in force; what the ERP holds of "
    "a project, contract or customer; who must approve something and why; who changed what; what other systems "
    "report; and how fresh all of it is. I can propose a fix or a draft invoice; people decide on it on the review "
    "page."
)
UNABLE = (
    "That is not permitted in this conversation, or it cannot be determined from the connected systems: I change, send "
    "and decide nothing by myself. I can propose a missing purchase order number, tax "
    "identifier or invoice address, and a draft invoice; other changes start on their own pages."
)
EXAMPLES = (
    "Which projects cannot be billed, and why?",
    "How much approved unbilled time is there by practice?",
    "Which customers have no tax id?",
    "Which invoices are overdue?",
    "What waits for approval?",
)


@dataclass(frozen=True)
class Plan:
    """What comes next. `say` goes with calls, too: it is put before what their results say. `then` is the tool that is
    asked about the one action that they find.
    """

    calls: tuple[tuple[str, dict[str, Any]], ...] = ()
    question: str = ""
    options: tuple[str, ...] = ()
    say: str = ""
    then: str = ""


def unknown(reading: Reading) -> Plan:
    """A message of no known kind: about what it names, or a question back."""
    slots = own_slots(reading)
    if slots.project:
        return readiness(reading, slots)
    if slots.named:
        return portfolio(reading, slots)
    return Plan(question="I did not understand that. Try one of these, or ask what I can do.", options=EXAMPLES)


def _decide(reading: Reading, _slots: Slots) -> Plan:
    say = (
        "I may not decide on anything. People do, on the review page, never in this conversation. Here is what is open."
    )
    calls = (("actions_status", {"state": "awaiting_approval"}),)
    return Plan(calls if "actions_status" in reading.offered else (), say=say)


def _unable(_reading: Reading, _slots: Slots) -> Plan:
    return Plan(question=UNABLE, options=EXAMPLES)


def _actions(reading: Reading, slots: Slots) -> Plan:
    action = last_action(reading)
    if action and reading.says("it|this|that") and not slots.named and "explain_policy" in reading.offered:
        return Plan((("explain_policy", {"action": action}),))
    if plan := why_proposed(reading, slots):
        return plan
    state = value(reading, "proposal_state")
    if slots.project and reading.says(STANDING_SO):
        state = None  # "is that approved?" asks how it stands
    own = state != "awaiting_approval" or reading.says(MY_OWN)
    mine = True if own and value(reading, "mine") else None
    return Plan((("actions_status", given(project=slots.project, state=state, mine=mine)),))


def why_proposed(reading: Reading, slots: Slots) -> Plan | None:
    """Why the proposal on a project needs, or needed, whose approval."""
    asked = reading.says("proposals?|requests?") and reading.says(
        r"why|polic(?:y|ies)|rules?|on what (?:basis|grounds?)"
    )
    if not (asked and slots.project and "explain_policy" in reading.offered):
        return None
    return Plan((("actions_status", {"project": slots.project}),), then="explain_policy")


def _invoice(reading: Reading, slots: Slots) -> Plan:
    project, question = _one_project(reading, slots, "Which project is to be invoiced?", "Draft an invoice for {}")
    if project is None:
        return question
    month = slots.month or _month_before(reading.today)
    return Plan((("propose_invoice", {"project": project, "month": month}),))


def fix(reading: Reading, slots: Slots) -> Plan:
    """Propose what clears a finding, with what the person states for it."""
    project, question = _one_project(reading, slots, "Which project should be fixed?", "Fix {}")
    if project is None:
        return question
    return Plan((("propose_fix", {"project": project, **given(rule=wanted_rule(reading)), **stated(reading)}),))


def _codes(reading: Reading, slots: Slots) -> Plan:
    if "propose_codes" not in reading.offered:
        return Plan(say="Project codes are proposed on the page of the uploaded document.")
    return Plan((("propose_codes", whose_paper(slots)),))


def _unbilled(reading: Reading, slots: Slots) -> Plan:
    now = slots.since == slots.until == reading.today  # "wip today" is what is open, of whatever day
    filters = given(
        month=slots.month,
        since=None if now else slots.since,
        until=None if now else slots.until,
        practice=slots.practice,
        region=slots.region,
        customer=slots.customer,
        project=slots.project,
    )
    by = value(reading, "by", {"practice", "customer", "project", "region"})
    by = by or ("project" if slots.project or slots.customer or slots.practice else "practice")
    approved = value(reading, "approved") is not None
    return Plan((("unbilled_time", {"group_by": by, "approved_only": approved, **filters}),))


def portfolio(reading: Reading, slots: Slots) -> Plan:
    """All projects, or those of a customer, practice or region."""
    slots = of_projects(slots)
    if slots.project:
        return readiness(reading, slots)
    if ON_HOLD_SAID.search(reading.text):
        return _find(reading, slots)
    if by := spoken(reading, "by", {"customer", "rule", "owner"}):
        args = given(practice=slots.practice, region=slots.region, customer=slots.customer, month=slots.month)
        return Plan((("problems", args | {"group_by": by}),), say=COUNTED)
    return _all_of(reading, slots, value(reading, "readiness"))


def _all_of(reading: Reading, slots: Slots, status: str | None) -> Plan:
    args = given(practice=slots.practice, region=slots.region, customer=slots.customer, status=status)
    return _each_month("portfolio_readiness", args, reading, slots)


def _each_month(tool: str, args: dict[str, Any], reading: Reading, slots: Slots) -> Plan:
    """Readiness is of a month: a quarter is answered month by month; a longer span is asked back."""
    if slots.month or not slots.since or slots.since == slots.until:  # "today" is no month
        return Plan(((tool, args | given(month=slots.month)),))
    spanned = months_within(slots.since, slots.until, reading.today)
    if not 0 < len(spanned) <= MOST_MONTHS:
        return Plan(question="Readiness is of a month, or of all that is unbilled. Which month do you mean?")
    return Plan(tuple((tool, args | {"month": month}) for month in spanned))


def readiness(reading: Reading, slots: Slots) -> Plan:
    """One project, or all that the words fit."""
    project = slots.project or (slots.related[0] if len(slots.related) == 1 else None)
    if project:
        return _each_month("project_readiness", {"project": project}, reading, slots)
    if not slots.named and UNNAMED.search(reading.text):
        return Plan(question="Which project do you mean? I find no code or name.", options=tuple(listed(reading)[:5]))
    return _all_of(reading, slots, None) if slots.named else portfolio(reading, slots)


def _why(reading: Reading, slots: Slots) -> Plan:
    last = reading.last_calls[0]["name"] if reading.last_calls else ""
    if last in {"propose_fix", "propose_invoice", "actions_status"} and last_action(reading):
        return Plan((("explain_policy", {"action": last_action(reading)}),))
    args = reading.last_calls[0]["args"] if reading.last_calls else {}
    if last == "portfolio_readiness" and not slots.project:
        scope = {key: value for key, value in args.items() if key in {"practice", "region", "customer", "month"}}
        return Plan((("problems", {**scope, "group_by": "rule"}),))
    if last == "problems" and args.get("about") and not slots.project:
        return Plan((("explain_rules", {"about": args["about"]}),))
    project, question = _one_project(reading, slots, "Which project do you mean?", "Is {} ready to bill")
    return readiness(reading, replace(slots, project=project)) if project else question


def _one_project(reading: Reading, slots: Slots, question: str, sentence: str) -> tuple[str | None, Plan]:
    """The project meant, or a question back with the likely ones as complete sentences."""
    if slots.project:
        return slots.project, Plan()
    likely = slots.related or tuple(listed(reading))
    if len(likely) == 1:
        return likely[0], Plan()
    return None, Plan(question=question, options=tuple(f"{sentence.format(code)}?" for code in likely[:5]))


def _find(reading: Reading, slots: Slots) -> Plan:
    if slots.project:
        return readiness(reading, slots)
    status = value(reading, "project_status")
    args = given(practice=slots.practice, region=slots.region, customer=slots.customer, status=status)
    if reading.says("customers?|clients?") and not reading.says("projects?|engagements?|jobs?") and not slots.customer:
        return Plan((("customers", given(country=country_of(reading))),))
    if status == "on_hold":
        return Plan((("find_projects", args),), say=ON_HOLD)
    spoken_of = slots.named or reading.says("projects?|engagements?|jobs?")
    return Plan((("find_projects", args),)) if spoken_of and "find_projects" in reading.offered else unknown(reading)


def _month_before(today: str) -> str:
    year, month = int(today[:4]), int(today[5:7]) - 1
    return f"{year}-{month:02d}" if month else f"{year - 1}-12"


PLANNERS: dict[Kind, Callable[[Reading, Slots], Plan]] = {
    Kind.HELP: lambda _reading, _slots: Plan(question=HELP, options=EXAMPLES),
    Kind.THANKS: lambda _reading, _slots: Plan(say="You are welcome."),
    Kind.DECIDE: _decide,
    Kind.ACTIONS: _actions,
    Kind.INVOICE: _invoice,
    Kind.FIX: fix,
    Kind.CODES: _codes,
    Kind.UNBILLED: _unbilled,
    Kind.PORTFOLIO: portfolio,
    Kind.READINESS: readiness,
    Kind.FIND: _find,
    Kind.WHY: _why,
    Kind.UNABLE: _unable,
}
