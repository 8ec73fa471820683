"""From a reading to the next step: tools to call, a question back, or something to say."""

from __future__ import annotations

import re
from dataclasses import replace

from agent.mentions import CODE
from agent.ranges import COMPARED
from agent.rules.asking import ASKED_AS, QUESTIONS, TAKES
from agent.rules.continuing import ELLIPSIS, PLANNERS, again, continued, elliptic, goes_on, leans, pending
from agent.rules.doubt import either
from agent.rules.grammar import Kind, kind_of
from agent.rules.limits import told
from agent.rules.reading import STANDING, Reading
from agent.rules.slots import Slots, carried, of_projects, own_slots, stated
from agent.rules.steps import Plan, fix, unknown
from agent.rules.weighing import POINTING, WEAK, weighed
from agent.rules.wording import CLEAR, guess

# Kinds that go on about what the conversation was about, where the message names nothing itself.
ABOUT_ONE = {
    Kind.FIX, Kind.INVOICE, Kind.WHY, Kind.READINESS, Kind.SOW, Kind.CODES, Kind.POLICY, Kind.ENGAGEMENT,
}  # fmt: skip
# Kinds that a single loose word can bring about; the wording says what is meant.
SAME = {Kind.READINESS, Kind.PORTFOLIO, Kind.WHY, Kind.PROBLEMS}
SETTLED = {Kind.THANKS, Kind.DECIDE, Kind.HELP, Kind.WHY}
ASKS = re.compile(
    r"^(?:(?:please|and|but|so|then) )*"
    r"(?:what|why|which|how|who|when|where|is|are|has|have|does|did|do (?:i|we|you|they|the|any|all))\b"
    r"|\b(?:can|may|could|should|shall|may) (?:i|we)\b"
)
ORDERED = re.compile(r"(?:^|[.?!;,]) *(?:please |then |so |and )?fix (?:it|this|that)(?:,? please)?\W*$", re.IGNORECASE)
REQUEST = re.compile(r"\b(?:can|could|will|would) (?:you|we|i get|i have)\b|\bplease\b|\blet(?: s|s)?\b|\bmind\b")
BESIDE = re.compile(
    r"\b(?:those|these|them|they|their|theirs|(?:on|of|for|in|about|with|under|from) (?:it|that|this))\b"
)
# What picks some of the last answer: "which of those are past due".
OF_THOSE = re.compile(
    r"\b(?:of (?:those|these|them|which)|among (?:those|these|them))\b|^(?:those|these|the ones|ones) "
)
NUMBERED = {"project": "project with that code", "document": "document with that number"}
# Kinds that know contracts; of others a contract means its project.
OF_CONTRACTS = {kind for tool, kind in ASKED_AS.items() if "contract" in TAKES.get(tool, ())} | {
    Kind.CODES,
    Kind.SET_UP,
}
SHORT = 10  # words of a message that only asks more of the last question
SENTENCE = 4  # words from which on a likeness to a sentence says something
ONWARDS = 6  # words of one that begins with "and", and is about the same: "and risk?"
# What a few words are about that are not about the one just spoken of.
OF_ALL = re.compile(
    r"\b(?:all|any|every\w*|which|list|show|give|our|we|us|i|my|me|you|firm|company|overall|whole|projects|engagements|"
    r"customers|clients|people|who (?:is|are)|approvals?|proposals?|system|data)\b"
)


def plan(reading: Reading) -> Plan:
    """The next step for this message; a comparison of two times asks for each."""
    times = [mention for mention in reading.mentions if mention["kind"] in ("range", "month")]
    if len(times) < 2 or not COMPARED.search(reading.text):  # noqa: PLR2004 - two are compared
        return told(_step(reading), reading)
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
    if kind is not Kind.WHY and elliptic(reading, kind):
        if more := continued(reading):
            return more
        kind = guess(weighed(reading))
    if kind is None or kind is Kind.OTHER:
        alone = set(reading.neutral.split()) <= STANDING
        return (None if alone else either(reading, weighed(reading))) or unknown(reading)
    own = own_slots(reading) if kind in OF_CONTRACTS else of_projects(own_slots(reading))
    if own.contract and kind not in OF_CONTRACTS and own.related:
        return Plan(
            question="Several projects are under that contract. Which one do you mean?", options=own.related[:5]
        )
    if more := _more(reading, kind, own):
        return more
    return PLANNERS[kind](reading, carried(own, reading) if _refers(reading, kind) else own)


def _more(reading: Reading, kind: Kind, own: Slots) -> Plan | None:
    """The last question again, where a short message asks more of it: "and for Halden, is the acceptance there?"."""
    short = len(reading.text.split()) <= SHORT
    more = short and (leans(reading) or OF_THOSE.search(reading.text)) and reading.last_calls
    more = more and ASKED_AS.get(reading.last_calls[0]["name"]) is kind
    return again(reading, own) if more else None


def _refers(reading: Reading, kind: Kind) -> bool:
    """Whether it is about what the conversation was about."""
    pointing = POINTING if kind in QUESTIONS else BESIDE
    brief = len(reading.text.split()) <= (ONWARDS if leans(reading) else SENTENCE) and not OF_ALL.search(reading.text)
    return kind in ABOUT_ONE or brief or pointing.search(reading.text) is not None


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
    if kind is Kind.DECIDE and goes_on(reading):
        return None  # "rejected", after a list of proposals, is a state
    settled = kind in SETTLED or (kind is Kind.FIX and ORDERED.search(reading.said) is not None)
    return kind if settled or _goes_on(reading, kind) else _guessed(reading)


def _guessed(reading: Reading) -> Kind | None:
    """The likeliest kind; of two that come to the same for the one project that is meant, the first."""
    found = weighed(reading)
    of_one = reading.first("project") or any(call["args"].get("project") for call in reading.last_calls)
    return found.kind if of_one and {found.kind, found.second} <= SAME else guess(found)


def _goes_on(reading: Reading, kind: Kind | None) -> bool:
    """Whether it goes on about the last question: "and Lena?"."""
    if not (reading.last_calls or pending(reading)):
        return False
    short = len(reading.text.split()) < SENTENCE
    starts = kind in {None, Kind.FIND} and ELLIPSIS.search(reading.text) is not None
    loose = (short and kind in WEAK) or starts
    if goes_on(reading) or not loose:
        return goes_on(reading)
    found = weighed(reading)
    return found.margin < CLEAR or found.kind is Kind.OTHER


def _unclear(reading: Reading) -> Plan | None:
    for mention in reading.mentions:
        if not mention["candidates"]:
            kind = mention["kind"]
            return Plan(question=f"That cannot be determined: I find no {NUMBERED[kind]}. Which {kind} do you mean?")
        if len(mention["candidates"]) > 1 and mention["kind"] in {"project", "customer", "document"}:
            options = tuple(_restated(candidate) for candidate in mention["candidates"][:5])
            none = "That cannot be determined: no project has that code. " if CODE.fullmatch(mention["words"]) else ""
            return Plan(question=f"{none}Which {mention['kind']} do you mean?", options=options)
    return None


def _restated(candidate: dict[str, str]) -> str:
    value, label = candidate["value"], candidate["label"]
    return label if value == label or not re.search(r"\d", value) else f"{value} {label}"


def _answers_a_need(reading: Reading, kind: Kind | None) -> bool:
    """A bare value after we asked for one: "PO-4711"."""
    needs = any("needs" in (call.get("facts") or {}) for call in reading.last_calls)
    return needs and bool(stated(reading)) and kind in {None, Kind.FIND, Kind.FIX, Kind.SOW}
