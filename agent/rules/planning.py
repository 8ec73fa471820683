"""From a reading to the next step: tools to call, a question back, or something to say."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from agent.rules.grammar import Kind, kind_of
from agent.rules.reading import Reading, normal

ELLIPSIS = re.compile(
    r"^(?:and|also|or|then|so|now|ok|okay|what about|how about|same|the same|only|just|but|for|in|with|by|per|no|not|i meant?|i mean|rather|instead|sorry)\b"
)
REFERENCE = re.compile(r"\b(?:it|its|this|that|these|those|them|one|same|there|project|customer)\b")
GROUPS = {
    "customer": r"customers?|clients?|accounts?",
    "practice": r"practices?|service lines?|departments?",
    "region": r"regions?|countr(?:y|ies)|geograph(?:y|ies)|areas?",
    "project": r"projects?|engagements?|jobs?",
}
HELP = (
    "I answer from the connected systems. Ask me whether a project is ready to bill and what is missing, which projects "
    "cannot be billed and why, how much approved unbilled time there is by practice, customer, region or project, what a "
    "statement of work says about a topic, or what became of a proposal. I can propose a fix or a draft invoice; people "
    "decide on it on the review page."
)
EXAMPLES = (
    "Which projects cannot be billed, and why?",
    "How much approved unbilled time is there by practice?",
    "What waits for approval?",
)


@dataclass(frozen=True)
class Plan:
    """What comes next. `say` goes with calls, too: it is put before what their results say."""

    calls: tuple[tuple[str, dict[str, Any]], ...] = ()
    question: str = ""
    options: tuple[str, ...] = ()
    say: str = ""


@dataclass(frozen=True)
class Slots:
    """What the conversation is about, from this message and, where it refers back, from the last ones."""

    project: str | None = None
    customer: str | None = None
    practice: str | None = None
    region: str | None = None
    contract: str | None = None
    month: str | None = None
    related: tuple[str, ...] = field(default=())


def plan(reading: Reading) -> Plan:
    """The next step for this message."""
    unclear = _unclear(reading)
    if unclear is not None:
        return unclear
    kind = kind_of(reading.text)
    if _elliptic(reading, kind):
        return _continued(reading)
    if kind is None:
        return _unknown(reading)
    return PLANNERS[kind](reading, _slots(reading, carry=_refers(reading, kind)))


def _unclear(reading: Reading) -> Plan | None:
    for mention in reading.mentions:
        if not mention["candidates"]:
            text = "I find no project with that code. Which project do you mean?"
            return Plan(question=text, options=())
        if len(mention["candidates"]) > 1 and mention["kind"] in {"project", "customer"}:
            options = tuple(f"{_restated(c)}" for c in mention["candidates"][:5])
            return Plan(question=f"Which {mention['kind']} do you mean?", options=options)
    return None


def _restated(candidate: dict[str, str]) -> str:
    return (
        f"{candidate['value']} {candidate['label']}" if candidate["value"] != candidate["label"] else candidate["label"]
    )


def _elliptic(reading: Reading, kind: Kind | None) -> bool:
    """A message that only makes sense after the last one: "and for UKI?", "last month", "Halden"."""
    if not (reading.last_calls or _pending(reading)):
        return False
    only_mentions = kind is None and bool(reading.mentions)
    return only_mentions or (ELLIPSIS.search(reading.text) is not None and kind in {None, Kind.FIND})


def _pending(reading: Reading) -> str:
    last = reading.earlier[-1] if reading.earlier else {}
    return str(last.get("asked", "")) if last.get("asked_back") else ""


def _refers(reading: Reading, kind: Kind) -> bool:
    about_one = {Kind.FIX, Kind.INVOICE, Kind.WHY, Kind.READINESS, Kind.SOW, Kind.CODES, Kind.POLICY}
    named = any(m["kind"] in {"project", "customer", "contract", "practice", "region"} for m in reading.mentions)
    return kind in about_one and not named


def _slots(reading: Reading, *, carry: bool) -> Slots:
    customer = next((m for m in reading.of("customer") if len(m["candidates"]) == 1), None)
    contract = next((m for m in reading.of("contract") if len(m["candidates"]) == 1), None)
    related = tuple((customer or contract or {}).get("projects", ()))
    own = Slots(
        reading.first("project"),
        reading.first("customer"),
        reading.first("practice"),
        reading.first("region"),
        reading.first("contract"),
        reading.first("month"),
        related,
    )
    return _carried(own, reading) if carry else own


def _carried(own: Slots, reading: Reading) -> Slots:
    for call in reading.last_calls:
        args = call["args"]
        if project := args.get("project"):
            return replace(own, project=project, month=own.month or args.get("month"))
        if args.get("customer") and not own.project:
            return replace(own, customer=args["customer"], month=own.month or args.get("month"))
    return own


def _continued(reading: Reading) -> Plan:
    """The last question again, about what this message names instead."""
    own = _slots(reading, carry=False)
    if asked := normal(_pending(reading)):
        kind = kind_of(asked)
        if kind is not None:
            return PLANNERS[kind](replace(reading, text=asked), own)
    last = reading.last_calls[0]
    name, args = last["name"], dict(last["args"])
    if name in {"project_readiness", "propose_fix", "propose_invoice"} and not own.project:
        if own.customer or own.practice or own.region:
            return _portfolio(reading, own)
        return Plan(((name, args | _given(month=own.month)),))
    if name == "portfolio_readiness" and own.project:
        return _readiness(reading, own)
    if name == "sow_terms" and (own.project or own.customer or own.contract):
        return _sow(replace(reading, text=str(args.get("topic", ""))), own)
    if name == "unbilled_time":
        group = _group(reading)
        filters = _given(practice=own.practice, region=own.region, customer=own.customer, project=own.project)
        return Plan(((name, args | _given(month=own.month) | filters | ({"group_by": group} if group else {})),))
    given = _given(
        project=own.project, month=own.month, customer=own.customer, practice=own.practice, region=own.region
    )
    return Plan(((name, args | given),)) if given else _unknown(reading)


def _given(**values: Any) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}


def _unknown(reading: Reading) -> Plan:
    slots = _slots(reading, carry=False)
    if slots.project:
        return _readiness(reading, slots)
    if slots.customer or slots.practice or slots.region:
        return _portfolio(reading, slots)
    return Plan(question="I did not understand that. Try one of these, or ask what I can do.", options=EXAMPLES)


def _help(_reading: Reading, _slots: Slots) -> Plan:
    return Plan(question=HELP, options=EXAMPLES)


def _thanks(_reading: Reading, _slots: Slots) -> Plan:
    return Plan(say="You are welcome.")


def _decide(reading: Reading, _slots: Slots) -> Plan:
    say = "Decisions are made on the review page, never in this conversation. Here is what is open."
    return Plan((("actions_status", {}),) if "actions_status" in reading.offered else (), say=say)


def _policy(reading: Reading, slots: Slots) -> Plan:
    action = _last_action(reading)
    if action and "explain_policy" in reading.offered:
        return Plan((("explain_policy", {"action": action}),))
    return _actions(reading, slots)


def _actions(_reading: Reading, slots: Slots) -> Plan:
    return Plan((("actions_status", _given(project=slots.project)),))


def _last_action(reading: Reading) -> str | None:
    for call in reading.last_calls:
        found = _find(call.get("facts", {}), "action_id") or _find(call.get("facts", {}), "action")
        if found:
            return found
    return None


def _find(value: Any, key: str) -> str | None:
    if isinstance(value, dict):
        own = value.get(key)
        return own if isinstance(own, str) else next((f for v in value.values() if (f := _find(v, key))), None)
    if isinstance(value, list):
        return next((f for v in value if (f := _find(v, key))), None)
    return None


def _invoice(reading: Reading, slots: Slots) -> Plan:
    project, question = _one_project(
        slots, "Which project should the draft invoice be for?", "Draft an invoice for {}", reading
    )
    if project is None:
        return question
    month = slots.month or _months_before(reading.today, 1)
    return Plan((("propose_invoice", {"project": project, "month": month}),))


def _fix(reading: Reading, slots: Slots) -> Plan:
    project, question = _one_project(slots, "Which project should be fixed?", "Fix {}", reading)
    if project is None:
        return question
    return Plan((("propose_fix", {"project": project}),))


def _codes(reading: Reading, slots: Slots) -> Plan:
    if "propose_codes" not in reading.offered:
        return Plan(say="Project codes are proposed on the page of the uploaded document.")
    return Plan((("propose_codes", _given(project=slots.project, contract=slots.contract, customer=slots.customer)),))


def _sow(reading: Reading, slots: Slots) -> Plan:
    topic = _topic(reading)
    if slots.contract:
        return Plan((("sow_terms", {"contract": slots.contract, "topic": topic}),))
    project, question = _one_project(
        slots, "Whose statement of work do you mean?", f"What does the SOW of {{}} say about {topic}", reading
    )
    if project is None:
        return question
    return Plan((("sow_terms", {"project": project, "topic": topic}),))


def _topic(reading: Reading) -> str:
    from agent.rules.grammar import TOPIC  # noqa: PLC0415

    about = re.search(r"\b(?:about|on|regarding|concerning)\s+(?:the\s+)?(.+)$", reading.text)
    found = re.search(rf"\b(?:{TOPIC})\b", reading.text)
    if found:
        return found.group()
    return about.group(1) if about else reading.text


def _unbilled(reading: Reading, slots: Slots) -> Plan:
    args = _given(
        month=slots.month, practice=slots.practice, region=slots.region, customer=slots.customer, project=slots.project
    )
    return Plan(
        (("unbilled_time", {"group_by": _group(reading) or "practice", "approved_only": _approved(reading), **args}),)
    )


def _approved(reading: Reading) -> bool:
    return reading.says("approved") and not reading.says("unapproved|not approved|not yet approved|without approval")


def _group(reading: Reading) -> str | None:
    by = re.search(r"\b(?:by|per|for each|each|every|split by|grouped by|which)\s+(\w+)", reading.text)
    words = by.group(1) if by else ""
    return next((group for group, pattern in GROUPS.items() if re.fullmatch(pattern, words)), None)


def _portfolio(reading: Reading, slots: Slots) -> Plan:
    if slots.project:
        return _readiness(reading, slots)
    args = _given(month=slots.month, practice=slots.practice, region=slots.region, customer=slots.customer)
    return Plan((("portfolio_readiness", args | _given(status=_status(reading))),))


def _status(reading: Reading) -> str | None:
    if reading.says(
        r"cannot|can.?t|cant|not|blocked|blockers?|blocking|stuck|problems?|issues?|missing|wrong|held|hold|why"
    ):
        return "blocked"
    if reading.says("unknown|undetermined|unclear|determine|determined"):
        return "cannot_determine"
    return "billable" if reading.says(r"ready|billable|can be|can we|could be|can i") else None


def _readiness(reading: Reading, slots: Slots) -> Plan:
    if slots.project:
        return Plan((("project_readiness", {"project": slots.project, **_given(month=slots.month)}),))
    if len(slots.related) == 1:
        return Plan((("project_readiness", {"project": slots.related[0], **_given(month=slots.month)}),))
    return _portfolio(reading, slots)


def _why(reading: Reading, slots: Slots) -> Plan:
    last = reading.last_calls[0]["name"] if reading.last_calls else ""
    if (
        last in {"propose_fix", "propose_invoice", "actions_status"}
        and "explain_policy" in reading.offered
        and _last_action(reading)
    ):
        return _policy(reading, slots)
    project, question = _one_project(slots, "Which project do you mean?", "Why can {} not be billed", reading)
    return _readiness(reading, replace(slots, project=project)) if project else question


def _one_project(slots: Slots, question: str, sentence: str, reading: Reading) -> tuple[str | None, Plan]:
    """The project meant, or a question back with the likely ones as complete sentences."""
    if slots.project:
        return slots.project, Plan()
    if len(slots.related) == 1:
        return slots.related[0], Plan()
    likely = slots.related or tuple(_mentioned_before(reading))
    return None, Plan(question=question, options=tuple(f"{sentence.format(code)}?" for code in likely[:5]))


def _mentioned_before(reading: Reading) -> list[str]:
    found: list[str] = []
    for call in reading.last_calls:
        facts = call.get("facts", {})
        for row in facts.get("projects", []) if isinstance(facts, dict) else []:
            if isinstance(row, dict) and isinstance(row.get("project") or row.get("code"), str):
                found.append(row.get("project") or row["code"])
    return list(dict.fromkeys(found))


def _find_records(reading: Reading, slots: Slots) -> Plan:
    if slots.project:
        return _readiness(reading, slots)
    if slots.customer or slots.practice or slots.region:
        return _portfolio(reading, slots)
    return _unknown(reading)


def _months_before(today: str, count: int) -> str:
    index = int(today[:4]) * 12 + int(today[5:7]) - 1 - count
    return f"{index // 12}-{index % 12 + 1:02d}"


PLANNERS: dict[Kind, Callable[[Reading, Slots], Plan]] = {
    Kind.HELP: _help,
    Kind.THANKS: _thanks,
    Kind.DECIDE: _decide,
    Kind.POLICY: _policy,
    Kind.ACTIONS: _actions,
    Kind.INVOICE: _invoice,
    Kind.FIX: _fix,
    Kind.CODES: _codes,
    Kind.SOW: _sow,
    Kind.UNBILLED: _unbilled,
    Kind.PORTFOLIO: _portfolio,
    Kind.READINESS: _readiness,
    Kind.FIND: _find_records,
    Kind.WHY: _why,
}
