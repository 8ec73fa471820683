"""What a message that says little by itself goes on about: the last question, of somebody else, at another time."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from agent.names import tokens
from agent.rules.asking import GROUPED, QUESTIONS, TAKES, YES, arguments
from agent.rules.details import amount_of, change_of, country_of
from agent.rules.grammar import Kind, kind_of
from agent.rules.reading import STANDING, Reading, normal
from agent.rules.slots import Slots, given, of_projects, own_slots
from agent.rules.spans import moved
from agent.rules.steps import PLANNERS as STEPS
from agent.rules.steps import Plan, portfolio, readiness
from agent.rules.values import said, spoken, wording_of_value
from agent.rules.widening import TIMES, dropped, widening_words
from agent.rules.wording import guess, judge
from agent.words import words
from tools.rules import rule_named, said_of_subjects, subject_of, subjects, told_of

PLANNERS: Mapping[Kind, Callable[[Reading, Slots], Plan]] = {**STEPS, **QUESTIONS}
ELLIPSIS = re.compile(
    r"^(?:(?:oops|ah|oh|well|hm|hmm|no) )*(?:and|also|or|then|hang on|wait|so|now|ok|okay|what about|how about|same|"
    r"the same|only|just|but|narrow|limit|restrict|filter|for|in|with|by|per|no|not|"
    r"i (?:actually )?(?:meant?|mean)|i said|rather|instead|sorry|wrong|actually|correction|show|list|group(?:ed)?|"
    r"split|the (?:[\w-]+ ){1,3}one$)\b"
)
ONWARD = re.compile(
    r"^(?:(?:oops|ah|oh|well|ok|okay|thanks|hm|hmm|no|so) )*(?:and|n|also|what about|how about|same|only|just|but)\b"
)
# What a message may say otherwise of the last answer: the tool's argument, and what tells its value.
STATED: Mapping[str, Mapping[str, str]] = {
    "unbilled_time": {"approved_only": "approved"},
    "invoices": {"state": "invoice_state"},
    "portfolio_readiness": {"status": "readiness"},
    "find_projects": {"status": "project_status"},
    "actions_status": {"state": "proposal_state", "mine": "mine"},
    "problems": {"owner": "owner"},
    "reports": {"kind": "report", "state": "report_state"},
    "documents": {"needs": "needs", "amendments_only": "amending"},
    "changes_made": {"about": "changed", "written_only": "written"},
    "audit_entries": {"event": "event"},
    "people": {"role": "role"},
    "time_worked": {"billable": "billable"},
    "watch_billing": {"measure": "measure"},
    "customers": {"detail": "detail"},
}
ONE = frozenset({"customer", "project", "contract", "document"})
AREA = frozenset({"practice", "region"})
FEW, CERTAIN = 2, 0.4  # words that say something; the lead of a value that the wording alone says
# What is held back is counted by its findings.
SPLIT: Mapping[str, frozenset[str]] = {**GROUPED, "portfolio_readiness": frozenset({"customer", "owner", "rule"})}
ABOUT = {"problems", "explain_rules"}
CODE = re.compile(r"[A-Z]{2,5}-[A-Z]{2,6}-\d{3,5}")
ONE_PROJECT = {"project_readiness", "propose_fix", "propose_invoice"}
_PERIOD = r"(?:month|quarter|one|period|year|week)"
EARLIER = re.compile(
    rf"\b{_PERIOD} (?:before|prior|earlier)\b|\b(?:before that|(?:preceding|previous|prior) {_PERIOD})\b"
)
BEFORE = re.compile(
    r"^(?:and |what about |how about |the |for |same |now |in )*(?:last|previous|prior|preceding)(?: time)?$"
)
LATER = re.compile(rf"\b{_PERIOD} (?:after|later|thereafter)\b|\b(?:after that|(?:following|subsequent) {_PERIOD})\b")


def goes_on(reading: Reading) -> bool:
    """Whether there is a last question, and this message is of names, of values of its arguments and of small words:
    "and Lena?", "same for UK", "only the rejected ones".
    """
    if not (reading.last_calls or pending(reading)):
        return False
    left = _left(reading)
    if _shift(reading):
        return left <= words("period")
    if reading.mentions and not left:
        return True
    if reading.last_calls and dropped(reading) & reading.last_calls[0]["args"].keys():
        return left - widening_words(reading) <= words("widening")
    return left <= words("narrowing") and bool(reading.last_calls and _stated(reading))


def _shift(reading: Reading) -> int:
    """Whether the span just before (-1) or after (1) the last question's is asked about."""
    timed = any(mention["kind"] in ("range", "month") for mention in reading.mentions)
    if EARLIER.search(reading.text) or (not timed and BEFORE.search(reading.text)):
        return -1
    return 1 if LATER.search(reading.text) else 0


def _left(reading: Reading) -> frozenset[str]:
    """The words that are neither names nor times nor small, and tell no value of an argument of the last question."""
    named = {word for mention in reading.mentions for word in tokens(mention["words"])}
    name = reading.last_calls[0]["name"] if reading.last_calls else ""
    told = {word for slot in STATED.get(name, {}).values() for word in wording_of_value(reading, slot)}
    told |= wording_of_value(reading, "by") if name in SPLIT else frozenset()
    told |= frozenset(" ".join(said_of_subjects(reading.said)).split()) if name in ABOUT else frozenset()
    return frozenset(reading.neutral.split()) - words("small") - STANDING - named - told


def _stated(reading: Reading) -> dict[str, Any]:
    """The arguments of the last question that this message gives another value."""
    name = reading.last_calls[0]["name"]
    found = {argument: _told(reading, slot) for argument, slot in STATED.get(name, {}).items()}
    told = {argument: YES.get(value, value) for argument, value in found.items() if value}
    if name in SPLIT:
        told |= given(group_by=spoken(reading, "by", SPLIT[name]))
    if name in ABOUT:
        told |= given(about=_subject(reading))
    if name == "customers":
        told |= given(country=country_of(reading))
        if "missing" in reading.last_calls[0]["args"] and "detail" in told:
            told["missing"] = told.pop("detail")  # "and without a billing contact?"
    if name == "who_approves":
        amount, currency = amount_of(reading.said)
        told |= given(action_type=change_of(reading), amount=amount, currency=currency)
    return told


def _told(reading: Reading, slot: str) -> str | None:
    """The value that a pattern finds, else one that the wording certainly says."""
    by_wording = said(reading, slot) if len(reading.text.split()) >= FEW else None
    certain = by_wording.value if by_wording and by_wording.lead >= CERTAIN else None
    return spoken(reading, slot) or certain


def _subject(reading: Reading) -> str | None:
    """The subject that is named instead, or another trouble with the same one: "and the ones that are used up"."""
    if named := rule_named(reading.said):
        return named
    before = str(reading.last_calls[0]["args"].get("about") or "")
    subject = subject_of(reading.text) or next((name for name, *_ in subjects() if before.startswith(name)), None)
    about = told_of(subject, reading.text) if subject else None
    return None if about == before or (about and before.startswith(about)) else about


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


def leans(reading: Reading) -> bool:
    """Whether its first words say that it goes on: "and how long have they got?"."""
    return bool(reading.last_calls) and ONWARD.search(reading.text) is not None


def continued(reading: Reading) -> Plan | None:
    """The last question again, about what this message names or says instead; None where that is nothing."""
    own = own_slots(reading)
    asked = pending(reading)
    if asked and not own.named:
        own = replace(own, project=_picked_option(reading))
    kind = kind_of(asked) or (guess(judge(asked)) if asked else None)
    if kind is not None and kind in PLANNERS and own.named:
        return PLANNERS[kind](replace(reading, text=asked, neutral=asked), own)
    if not reading.last_calls:
        return None
    name, args = reading.last_calls[0]["name"], dict(reading.last_calls[0]["args"])
    by = _shift(reading)
    if by and (span := moved(args, by)):
        own = replace(own, **{"month": None, "since": None, "until": None} | span)
    if "contract" not in TAKES.get(name, ()):
        own = of_projects(own)
    if name in ONE_PROJECT and not own.project and own.named:
        return portfolio(reading, own)
    if name == "portfolio_readiness" and own.project:
        return readiness(reading, replace(own, month=own.month or args.get("month")))
    return again(reading, own)


def _picked_option(reading: Reading) -> str | None:
    """The project of the one option that was offered and has these words: "the fleet one"."""
    offered = ((reading.earlier[-1] if reading.earlier else {}).get("asked_back") or {}).get("options", [])
    telling = frozenset(reading.text.split()) - words("small")
    fitting = [code for option in offered if telling & frozenset(tokens(option)) and (code := CODE.search(option))]
    return fitting[0].group() if len(fitting) == 1 else None


def again(reading: Reading, own: Slots) -> Plan | None:
    """The last call with what is named or said otherwise; None where that is nothing."""
    name, args = reading.last_calls[0]["name"], dict(reading.last_calls[0]["args"])
    changed = (arguments(name, own) if name in TAKES else {}) | _stated(reading)
    gone = _replaced(name, changed) | dropped(reading)
    if name in ONE_PROJECT and gone & ONE and not own.project:
        return Plan((("portfolio_readiness", given(month=own.month or args.get("month"))),))
    kept = {key: value for key, value in args.items() if key not in gone}
    if name == "portfolio_readiness" and "group_by" in changed:
        name = "problems"
        kept.pop("status", None)
        changed.pop("status", None)
    return Plan(((name, kept | changed),)) if changed or kept != args else None


def _replaced(name: str, changed: dict[str, Any]) -> frozenset[str]:
    """What the earlier question said and this one says otherwise: another scope, another time."""
    gone: frozenset[str] = frozenset()
    if changed.keys() & TIMES:
        gone |= TIMES
    if name in {"sow_terms", "ask_document", "propose_codes"} and changed:
        return gone | ONE
    if changed.keys() & ONE:
        return gone | ONE | AREA
    if changed.keys() & AREA:
        return gone | ONE
    return gone
