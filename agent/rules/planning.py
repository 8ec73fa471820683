"""From a reading to the next step: tools to call, a question back, or something to say."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.ranges import COMPARED
from agent.rules.asking import QUESTIONS
from agent.rules.continuing import ELLIPSIS, PLANNERS, continued, elliptic, goes_on, pending
from agent.rules.doubt import either
from agent.rules.grammar import Kind, kind_of, speaks_of
from agent.rules.limits import told
from agent.rules.reading import STANDING, Reading
from agent.rules.slots import Slots, carried, own_slots, stated
from agent.rules.steps import Plan, fix, unknown
from agent.rules.wording import CLEAR, guess, judge
from tools.rules import subject_of

# Kinds that go on about what the conversation was about, where the message names nothing itself.
ABOUT_ONE = {
    Kind.FIX, Kind.INVOICE, Kind.WHY, Kind.READINESS, Kind.SOW, Kind.CODES, Kind.POLICY, Kind.ENGAGEMENT,
}  # fmt: skip
# Kinds that a single loose word can bring about; the wording says what is meant.
SETTLED = {Kind.THANKS, Kind.DECIDE, Kind.HELP, Kind.WHY}
WEAK = {None, Kind.READINESS, Kind.FIND, Kind.PORTFOLIO, Kind.UNBILLED, Kind.WHY}
ASKED_OF_ONE = {Kind.READINESS, Kind.PORTFOLIO, Kind.WHY}
OF_ONE = re.compile(
    r"^(?:(?:please|and|but|so|then|[a-z]+-[a-z]+-\d+|\d{4}) )*"
    r"(?:can|could|may|is|are|why|which|what (?:is )?missing|whats missing)\b"
)
ASKS = re.compile(
    r"^(?:(?:please|and|but|so|then) )*(?:what|why|which|how|who|when|where|is|are|has|have|does|do|did)\b"
    r"|\b(?:can|may|could|should|shall|may) (?:i|we)\b"
)
UNBILLED_SAID = r"un ?billed|un ?invoiced|wip|not (?:yet )?(?:been )?(?:billed|invoiced)|approved"
THE_PROJECT = re.compile(r"\b(?:the|this|my|our) (?:[\w-]+ ){0,4}(?:project|engagement|job)\b")
NOT_OF_ONE = frozenset({
    Kind.PORTFOLIO, Kind.FIND, Kind.HELP, Kind.RIGHTS, Kind.OPERATIONS, Kind.OTHER, Kind.PEOPLE, Kind.UNCODED,
})  # fmt: skip
SENTENCE = 4  # words from which on a likeness to a sentence says something
POINTING = re.compile(r"\b(?:it|its|they|them|their|theirs|there|that|this|these|those|he|she|his|her|same)\b")


def plan(reading: Reading) -> Plan:
    """The next step for this message; a comparison of two times asks for each."""
    times = [mention for mention in reading.mentions if mention["kind"] in ("range", "month")]
    if len(times) < 2 or not COMPARED.search(reading.text):  # noqa: PLR2004 - two are compared
        return told(_step(reading), reading.text)
    rest = tuple(mention for mention in reading.mentions if mention not in times)
    steps = [_step(replace(reading, mentions=(*rest, time))) for time in times]
    return replace(steps[0], calls=tuple(call for step in steps for call in step.calls))


def _step(reading: Reading) -> Plan:
    kind = understood(reading)
    if kind is not None and kind in {Kind.HELP, Kind.THANKS, Kind.DECIDE, Kind.UNABLE}:
        return PLANNERS[kind](reading, Slots())
    unclear = _unclear(reading)
    if unclear is not None:
        return unclear
    if _answers_a_need(reading, kind):
        return fix(reading, carried(own_slots(reading), reading))
    if elliptic(reading, kind):
        return continued(reading)
    if kind is None or kind is Kind.OTHER:
        alone = set(reading.neutral.split()) <= STANDING
        return (None if alone else either(reading, judge(reading.neutral, _out_of_place(reading)))) or unknown(reading)
    own = own_slots(reading)
    refers = kind in ABOUT_ONE or (kind in QUESTIONS and POINTING.search(reading.text) is not None)
    return PLANNERS[kind](reading, carried(own, reading) if refers else own)


def understood(reading: Reading) -> Kind | None:
    """The kind of question; one that asks orders nothing: "can I send it?"."""
    kind = _likely(reading)
    return Kind.READINESS if kind is Kind.INVOICE and ASKS.search(reading.text) else kind


def _likely(reading: Reading) -> Kind | None:
    """The kind by the wording where it is clear; else by the grammar, by who is named, or by the likeliest wording."""
    kind = kind_of(reading.text)
    if kind is Kind.HISTORY and reading.first("employee") and not reading.first("staff"):
        return Kind.WORKED  # who records time and decides nothing here has changed nothing here
    if kind in SETTLED or _goes_on(reading, kind):
        return kind
    judged = judge(reading.neutral, _out_of_place(reading))
    of_one = OF_ONE.search(reading.text) is not None
    if judged.margin >= CLEAR:
        return judged.kind
    if kind in {None, Kind.PORTFOLIO, Kind.FIND} and _of_a_check(reading):
        return Kind.PROBLEMS
    if kind is Kind.SOW and not (reading.last_calls or own_slots(reading).named):
        return guess(judged)  # a statement of work is somebody's
    if (
        kind not in WEAK
        or (of_one and kind in ASKED_OF_ONE)
        or (kind is Kind.UNBILLED and speaks_of("open_work", reading.text))
    ):
        return kind
    likely = kind if of_one or kind in {judged.kind, judged.second} else guess(judged)
    return _by_name(reading) or likely


def _of_a_check(reading: Reading) -> bool:
    """Whether it speaks of something that is checked and of trouble with it: "where are receipts missing?"."""
    return speaks_of("trouble", reading.text) and not reading.first("project") and subject_of(reading.text) is not None


def _goes_on(reading: Reading, kind: Kind | None) -> bool:
    """Whether it goes on about the last question: "and Lena?"."""
    if not (reading.last_calls or pending(reading)):
        return False
    short = len(reading.text.split()) < SENTENCE
    starts = kind in {None, Kind.FIND} and ELLIPSIS.search(reading.text) is not None
    return (short and kind in WEAK) or starts or goes_on(reading)


def _out_of_place(reading: Reading) -> frozenset[Kind]:
    """Kinds that the message cannot be, by what it names."""
    if reading.of("project"):
        return NOT_OF_ONE
    about = any(reading.of(kind) for kind in ("customer", "contract", "invoice"))
    alone = not (about or reading.last_calls or POINTING.search(reading.text) or THE_PROJECT.search(reading.text))
    return frozenset({Kind.READINESS}) if alone else frozenset()


def _by_name(reading: Reading) -> Kind | None:
    """What the naming of an invoice or a person asks about."""
    if reading.first("invoice"):
        return Kind.INVOICES
    if reading.first("employee") and not reading.says(UNBILLED_SAID):
        return Kind.WORKED
    return Kind.HISTORY if reading.first("staff") else None


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
