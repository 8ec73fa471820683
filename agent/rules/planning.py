"""From a reading to the next step: tools to call, a question back, or something to say."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from agent.rules.grammar import Kind, kind_of
from agent.rules.reading import Reading, normal
from agent.rules.slots import Slots, carried, given, own_slots, stated
from agent.rules.steps import PLANNERS, Plan, approved, fix, group, portfolio, readiness, unknown

ELLIPSIS = re.compile(
    r"^(?:and|also|or|then|so|now|ok|okay|what about|how about|same|the same|only|just|but|for|in|with|by|per|no|not|"
    r"i meant?|i mean|rather|instead|sorry|show|list|group(?:ed)?|split)\b"
)
# What each tool takes of the slots; other tools are never asked again with something else.
TAKES = {
    "project_readiness": {"project", "month"},
    "portfolio_readiness": {"practice", "region", "customer", "month"},
    "unbilled_time": {"practice", "region", "customer", "project", "month"},
    "sow_terms": {"project", "customer", "contract"},
    "ask_document": {"project", "customer", "contract"},
    "propose_fix": {"project"},
    "propose_invoice": {"project", "month"},
    "actions_status": {"project"},
    "find_projects": {"practice", "region", "customer"},
    "propose_codes": {"project", "customer", "contract"},
}
ONE_PROJECT = {"project_readiness", "propose_fix", "propose_invoice"}
ABOUT_ONE = {Kind.FIX, Kind.INVOICE, Kind.WHY, Kind.READINESS, Kind.SOW, Kind.CODES, Kind.POLICY}


def plan(reading: Reading) -> Plan:
    """The next step for this message."""
    kind = kind_of(reading.text)
    if kind is not None and kind in {Kind.HELP, Kind.THANKS, Kind.DECIDE}:
        return PLANNERS[kind](reading, Slots())
    unclear = _unclear(reading)
    if unclear is not None:
        return unclear
    if _answers_a_need(reading, kind):
        return fix(reading, carried(own_slots(reading), reading))
    if _elliptic(reading, kind):
        return _continued(reading)
    if kind is None:
        return unknown(reading)
    own = own_slots(reading)
    return PLANNERS[kind](reading, carried(own, reading) if kind in ABOUT_ONE else own)


def _unclear(reading: Reading) -> Plan | None:
    for mention in reading.mentions:
        if not mention["candidates"]:
            return Plan(question="I find no project with that code. Which project do you mean?")
        if len(mention["candidates"]) > 1 and mention["kind"] in {"project", "customer"}:
            options = tuple(_restated(candidate) for candidate in mention["candidates"][:5])
            return Plan(question=f"Which {mention['kind']} do you mean?", options=options)
    return None


def _restated(candidate: dict[str, str]) -> str:
    value, label = candidate["value"], candidate["label"]
    return label if value == label or not re.search(r"\d", value) else f"{value} {label}"


def _answers_a_need(reading: Reading, kind: Kind | None) -> bool:
    """A bare value after we asked for one: "PO-4711"."""
    needs = any("needs" in (call.get("facts") or {}) for call in reading.last_calls)
    return needs and bool(stated(reading)) and kind in {None, Kind.FIND, Kind.FIX, Kind.SOW}


def _elliptic(reading: Reading, kind: Kind | None) -> bool:
    """A message that only makes sense after the last one: "and for UKI?", "last month", "Halden"."""
    if not (reading.last_calls or _pending(reading)):
        return False
    starts = ELLIPSIS.search(reading.text) is not None
    return (kind is None and (starts or bool(reading.mentions))) or (kind is Kind.FIND and starts)


def _pending(reading: Reading) -> str:
    last = reading.earlier[-1] if reading.earlier else {}
    return normal(str(last.get("asked", ""))) if last.get("asked_back") else ""


def _continued(reading: Reading) -> Plan:
    """The last question again, about what this message names instead."""
    own = own_slots(reading)
    kind = kind_of(_pending(reading))
    if kind is not None and own.named:
        return PLANNERS[kind](replace(reading, text=_pending(reading)), own)
    if not reading.last_calls:
        return unknown(reading)
    name, args = reading.last_calls[0]["name"], dict(reading.last_calls[0]["args"])
    if name in ONE_PROJECT and not own.project and own.named:
        return portfolio(reading, own)
    if name == "portfolio_readiness" and own.project:
        return readiness(reading, replace(own, month=own.month or args.get("month")))
    return _again(reading, name, args, own)


def _again(reading: Reading, name: str, args: dict[str, Any], own: Slots) -> Plan:
    values = given(
        project=own.project,
        customer=own.customer,
        contract=own.contract,
        practice=own.practice,
        region=own.region,
        month=own.month,
    )
    changed = {key: value for key, value in values.items() if key in TAKES.get(name, set())}
    if (
        name in {"sow_terms", "ask_document", "propose_codes"} and changed
    ):  # these are about one of the three, the narrowest
        args = {key: value for key, value in args.items() if key not in {"project", "customer", "contract"}}
        changed = next(({key: changed[key]} for key in ("contract", "project", "customer") if key in changed), {})
    if changed.keys() & {"customer", "project"}:  # a narrower scope replaces a wider one, and the other way round
        args = {key: value for key, value in args.items() if key not in {"customer", "project", "practice", "region"}}
    elif changed.keys() & {"practice", "region"}:
        args = {key: value for key, value in args.items() if key not in {"customer", "project"}}
    if name == "unbilled_time":
        changed |= given(group_by=group(reading), approved_only=True if approved(reading) else None)
    return Plan(((name, args | changed),)) if changed else unknown(reading)
