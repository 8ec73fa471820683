"""What a message that says little by itself goes on about: the last question, of somebody else, at another time."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from agent.names import tokens
from agent.rules.asking import GROUPED, QUESTIONS, TAKES, arguments
from agent.rules.grammar import Kind, kind_of
from agent.rules.reading import STANDING, Reading, normal
from agent.rules.slots import Slots, given, own_slots
from agent.rules.spans import moved
from agent.rules.steps import PLANNERS as STEPS
from agent.rules.steps import Plan, portfolio, readiness, unknown
from agent.rules.values import spoken
from agent.rules.wording import guess, judge
from agent.words import words

PLANNERS: Mapping[Kind, Callable[[Reading, Slots], Plan]] = {**STEPS, **QUESTIONS}
ELLIPSIS = re.compile(
    r"^(?:(?:oops|ah|oh|well) )?(?:and|also|or|then|so|now|ok|okay|what about|how about|same|the same|only|just|but|"
    r"narrow|limit|restrict|filter|for|in|with|by|per|no|not|"
    r"i (?:actually )?(?:meant?|mean)|i said|rather|instead|sorry|wrong|actually|correction|show|list|group(?:ed)?|"
    r"split|the (?:[\w-]+ ){1,3}one$)\b"
)
# What a message may say otherwise of an answer besides names, times and how it is split.
STATED: Mapping[str, Callable[[Reading], dict[str, Any]]] = {
    "unbilled_time": lambda reading: given(approved_only=True if spoken(reading, "approved") else None),
    "invoices": lambda reading: given(state=spoken(reading, "invoice_state")),
    "portfolio_readiness": lambda reading: given(status=spoken(reading, "readiness")),
    "actions_status": lambda reading: given(state=spoken(reading, "proposal_state")),
}
ONE_PROJECT = {"project_readiness", "propose_fix", "propose_invoice"}
_PERIOD = r"(?:month|quarter|one|period|year|week)"
EARLIER = re.compile(
    rf"\b{_PERIOD} (?:before|prior|earlier)\b|\b(?:before that|(?:preceding|previous|prior) {_PERIOD})\b"
)
LATER = re.compile(rf"\b{_PERIOD} (?:after|later|thereafter)\b|\b(?:after that|(?:following|subsequent) {_PERIOD})\b")


def goes_on(reading: Reading) -> bool:
    """Whether there is a last question, and this message is of names and small words: "and Lena?", "same for UK"."""
    if not (reading.last_calls or pending(reading)):
        return False
    if EARLIER.search(reading.text) or LATER.search(reading.text):
        return _left(reading) <= words("period")
    left, stated = _left(reading), STATED.get(reading.last_calls[0]["name"] if reading.last_calls else "")
    if stated is None or reading.mentions:
        return bool(reading.mentions) and not left
    return left <= words("narrowing") and bool(stated(reading))


def _left(reading: Reading) -> frozenset[str]:
    """The words that are neither names nor times nor small."""
    named = {word for mention in reading.mentions for word in tokens(mention["words"])}
    return frozenset(reading.neutral.split()) - words("small") - STANDING - named


def elliptic(reading: Reading, kind: Kind | None) -> bool:
    """A message that only makes sense after the last one: "and for UKI?", "last month", "Halden"."""
    if not (reading.last_calls or pending(reading)):
        return False
    starts = ELLIPSIS.search(reading.text) is not None
    return goes_on(reading) or (kind is None and (starts or bool(reading.mentions))) or (kind is Kind.FIND and starts)


def pending(reading: Reading) -> str:
    """The last message, where it was answered by a question back; else empty."""
    last = reading.earlier[-1] if reading.earlier else {}
    return normal(str(last.get("asked", ""))) if last.get("asked_back") else ""


def continued(reading: Reading) -> Plan:
    """The last question again, about what this message names instead."""
    own = own_slots(reading)
    asked = pending(reading)
    kind = kind_of(asked) or (guess(judge(asked)) if asked else None)
    if kind is not None and kind in PLANNERS and own.named:
        return PLANNERS[kind](replace(reading, text=asked), own)
    if not reading.last_calls:
        return unknown(reading)
    name, args = reading.last_calls[0]["name"], dict(reading.last_calls[0]["args"])
    by = -1 if EARLIER.search(reading.text) else 1 if LATER.search(reading.text) else 0
    if by and (span := moved(args, by)):
        own = replace(own, **{"month": None, "since": None, "until": None} | span)
    if name in ONE_PROJECT and not own.project and own.named:
        return portfolio(reading, own)
    if name == "portfolio_readiness" and own.project:
        return readiness(reading, replace(own, month=own.month or args.get("month")))
    return _again(reading, name, args, own)


def _again(reading: Reading, name: str, args: dict[str, Any], own: Slots) -> Plan:
    changed = arguments(name, own) if name in TAKES else {}
    kept = {key: value for key, value in args.items() if key not in _replaced(name, changed)}
    if name in GROUPED:
        changed |= given(group_by=spoken(reading, "by", GROUPED[name]))
    if name in STATED:
        changed |= STATED[name](reading)
    return Plan(((name, kept | changed),)) if changed else unknown(reading)


def _replaced(name: str, changed: dict[str, Any]) -> frozenset[str]:
    """What the earlier question said and this one says otherwise: another scope, another time."""
    gone: frozenset[str] = frozenset()
    if changed.keys() & {"month", "since", "until"}:
        gone |= {"month", "since", "until"}
    if name in {"sow_terms", "ask_document", "propose_codes"} and changed:
        return gone | {"project", "customer", "contract"}
    if changed.keys() & {"customer", "project", "contract"}:
        return gone | {"customer", "project", "contract", "practice", "region"}
    if changed.keys() & {"practice", "region"}:
        return gone | {"customer", "project", "contract"}
    return gone
