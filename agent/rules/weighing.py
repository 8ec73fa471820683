"""Which kind of question a message is: what its wording says, and the voices of patterns and of what is named in it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agent.rules.asking import ASKED_AS
from agent.rules.continuing import leans
from agent.rules.details import amount_of
from agent.rules.grammar import Kind, kind_of, speaks_of
from agent.rules.reading import Reading
from agent.rules.slots import own_slots
from agent.rules.wording import Judged, judge
from tools.rules import subject_of

# How much a pattern adds to its kind, beside the wording's say of 0 to 1. With 0.1 to 0.2, and 0 to 0.1 for loose ones,
# nine in a hundred of the examples left out in turn are given another kind; ten without any voice.
STRONG, LOOSE = 0.15, 0.05
ONWARD = 0.15  # what "and …" adds to the kind of the last question
WEAK = {None, Kind.READINESS, Kind.FIND, Kind.PORTFOLIO, Kind.UNBILLED, Kind.WHY}
ASKED_OF_ONE = {Kind.READINESS, Kind.PORTFOLIO, Kind.WHY}
OF_ONE = re.compile(
    r"^(?:(?:please|and|but|so|then|[a-z]+-[a-z]+-\d+|\d{4}) )*"
    r"(?:can|could|may|is|are|why|which|what (?:is )?missing|whats missing)\b"
)
UNBILLED_SAID = r"un ?billed|un ?invoiced|wip|not (?:yet )?(?:been )?(?:billed|invoiced)|approved"
THE_PROJECT = re.compile(
    r"\b(?:the|this|that|my) (?:[\w-]+ ){0,4}(?:project|engagement|job)\b(?! (?:managers?|leads?|codes?))|"
    r"^(?:is|can|could|may) (?:the|this|that|my) (?:[\w-]+ ){1,4}?(?:ready|billable|good|be (?:billed|invoiced))\b"
)
POINTING = re.compile(r"\b(?:it|its|they|them|their|theirs|there|that|this|these|those|he|she|his|her|same)\b")
NOT_OF_ONE = frozenset({
    Kind.PORTFOLIO, Kind.FIND, Kind.HELP, Kind.RIGHTS, Kind.OPERATIONS, Kind.OTHER, Kind.PEOPLE, Kind.UNCODED,
})  # fmt: skip


def weighed(reading: Reading) -> Judged:
    """The likeliest kinds of a message that stands by itself."""
    return judge(reading.neutral, _voices(reading), _out_of_place(reading))


def _voices(reading: Reading) -> Mapping[Kind, float]:
    """What the pattern that fits and the names that are said add to a kind."""
    kind = _by_pattern(reading)
    strong = (
        kind not in WEAK
        or (kind in ASKED_OF_ONE and OF_ONE.search(reading.text) is not None)
        or (kind is Kind.UNBILLED and speaks_of("open_work", reading.text))
    )
    named = None if strong else _by_name(reading)
    voices = {kind: STRONG if strong else LOOSE, named: STRONG}
    onward = ASKED_AS.get(reading.last_calls[0]["name"]) if leans(reading) else None
    voices[onward] = voices.get(onward, 0.0) + ONWARD
    return {one: voice for one, voice in voices.items() if one is not None}


def _by_pattern(reading: Reading) -> Kind | None:
    kind = kind_of(reading.text)
    if kind is Kind.ACTIONS and amount_of(reading.said)[0]:
        return Kind.POLICY  # "approvals at 150k": proposals are not asked for by their amount
    if kind is Kind.SOW and not (reading.last_calls or own_slots(reading).named):
        return None  # a statement of work is somebody's
    return Kind.PROBLEMS if kind in {None, Kind.PORTFOLIO, Kind.FIND} and _of_a_check(reading) else kind


def _of_a_check(reading: Reading) -> bool:
    """Whether it speaks of something that is checked and of trouble with it: "where are receipts missing?"."""
    return speaks_of("trouble", reading.text) and not reading.first("project") and subject_of(reading.text) is not None


def _by_name(reading: Reading) -> Kind | None:
    """What the naming of an invoice or a person asks about."""
    if reading.first("invoice"):
        return Kind.INVOICES
    if reading.first("employee") and not reading.says(UNBILLED_SAID):
        return Kind.WORKED
    return Kind.HISTORY if reading.first("staff") else None


def _out_of_place(reading: Reading) -> frozenset[Kind]:
    """Kinds that the message cannot be, by what it names."""
    if reading.of("project") or THE_PROJECT.search(reading.text) or _points_to_one(reading):
        return NOT_OF_ONE
    about = any(reading.of(kind) for kind in ("customer", "contract", "invoice"))
    alone = not (about or reading.last_calls or reading.says("it"))
    return frozenset({Kind.READINESS}) if alone else frozenset()


def _points_to_one(reading: Reading) -> bool:
    """Whether it says "it" of the project that the conversation is about."""
    pointing = POINTING.search(reading.text) is not None and not own_slots(reading).named
    return pointing and any(call["args"].get("project") for call in reading.last_calls)
