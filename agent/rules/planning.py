"""From a reading to the next step: tools to call, a question back, or something to say."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.ranges import COMPARED
from agent.rules.asking import QUESTIONS
from agent.rules.continuing import ELLIPSIS, PLANNERS, continued, elliptic, goes_on, pending
from agent.rules.doubt import either
from agent.rules.grammar import Kind, kind_of
from agent.rules.limits import told
from agent.rules.reading import STANDING, Reading
from agent.rules.slots import Slots, carried, own_slots, stated
from agent.rules.steps import Plan, fix, unknown
from agent.rules.weighing import POINTING, WEAK, weighed
from agent.rules.wording import guess

# Kinds that go on about what the conversation was about, where the message names nothing itself.
ABOUT_ONE = {
    Kind.FIX, Kind.INVOICE, Kind.WHY, Kind.READINESS, Kind.SOW, Kind.CODES, Kind.POLICY, Kind.ENGAGEMENT,
}  # fmt: skip
# Kinds that a single loose word can bring about; the wording says what is meant.
SETTLED = {Kind.THANKS, Kind.DECIDE, Kind.HELP, Kind.WHY}
ASKS = re.compile(
    r"^(?:(?:please|and|but|so|then) )*(?:what|why|which|how|who|when|where|is|are|has|have|does|do|did)\b"
    r"|\b(?:can|may|could|should|shall|may) (?:i|we)\b"
)
ORDERED = re.compile(r"(?:^|[.?!;,]) *(?:please |then |so |and )?fix (?:it|this|that)(?:,? please)?\W*$", re.IGNORECASE)
REQUEST = re.compile(r"\b(?:can|could|will|would) (?:you|we|i get|i have)\b|\bplease\b|\blet(?: s|s)?\b|\bmind\b")
SENTENCE = 4  # words from which on a likeness to a sentence says something


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
        return (None if alone else either(reading, weighed(reading))) or unknown(reading)
    own = own_slots(reading)
    refers = kind in ABOUT_ONE or (kind in QUESTIONS and POINTING.search(reading.text) is not None)
    return PLANNERS[kind](reading, carried(own, reading) if refers else own)


def understood(reading: Reading) -> Kind | None:
    """The kind of question, if one is likelier than all others; one that asks orders nothing: "can I send it?"."""
    kind = _likely(reading)
    return Kind.READINESS if kind is Kind.INVOICE and _asks(reading) else kind


def _asks(reading: Reading) -> bool:
    """Whether it is a question and no request put as one ("could you draft it?")."""
    return ASKS.search(reading.text) is not None or ("?" in reading.said and not REQUEST.search(reading.text))


def _likely(reading: Reading) -> Kind | None:
    kind = kind_of(reading.text)
    if kind is Kind.HISTORY and reading.first("employee") and not reading.first("staff"):
        return Kind.WORKED  # who records time and decides nothing here has changed nothing here
    settled = kind in SETTLED or (kind is Kind.FIX and ORDERED.search(reading.said) is not None)
    return kind if settled or _goes_on(reading, kind) else guess(weighed(reading))


def _goes_on(reading: Reading, kind: Kind | None) -> bool:
    """Whether it goes on about the last question: "and Lena?"."""
    if not (reading.last_calls or pending(reading)):
        return False
    short = len(reading.text.split()) < SENTENCE
    starts = kind in {None, Kind.FIND} and ELLIPSIS.search(reading.text) is not None
    return (short and kind in WEAK) or starts or goes_on(reading)


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
