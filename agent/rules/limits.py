"""What a question asks for and no tool takes, so that an answer says what it leaves out."""

from __future__ import annotations

import re

from agent.names import tokens
from agent.rules.lexicon import asked_with, known_word
from agent.rules.reading import Reading, normal
from agent.rules.steps import Plan
from agent.rules.widening import FROM_ALL, widening_words

NARROWER = re.compile(
    r"\b(?:more|older|longer|less|fewer|later|larger|higher|bigger|greater|smaller) than (?:\w+ )?\d"
    r"|\b(?:over|above|below|at least|at most|exceeding|beyond) (?:eur |gbp |usd |chf )?\d+k?\b"
    r"|\b\d+ (?:days?|weeks?|months?) (?:overdue|old|late|past)\b"
)
TELL_ALL = frozenset({"invoices", "unbilled_time", "portfolio_readiness", "problems", "time_worked", "find_projects"})
LEFT_OUT = "It is not narrowed by the age, length or amount that you named: what follows is all of it."


FIGURES = frozenset(
    {"invoices", "unbilled_time", "portfolio_readiness", "time_worked", "find_projects", "time_to_bill"}
)
SCOPE = frozenset({"project", "customer", "contract", "practice", "region", "person", "number"})
WHOSE = re.compile(r"\b(?:on|for|of) (?:the |our |their |my |this |that )?((?:[a-z]+ ){0,2}[a-z]+)$")  # "on the merger"
CAPITAL = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}\b")  # inside a sentence
# Nothing is known of a document in these before a contract or project holds it.
HELD = FIGURES | {
    "project_readiness", "engagement", "problems", "delivery_risk", "reports", "propose_fix", "propose_invoice",
    "customers",
}  # fmt: skip
NOT_HELD = (
    "That cannot be determined: no contract or project in the ERP holds this document yet. I can tell what it says, "
    "which project code it should get, and what has to be set up for it."
)
SHORTEST = 4  # letters of a word that may be a name


def told(step: Plan, reading: Reading) -> Plan:
    """The same step; with calls that cannot be narrowed as the text asks, it says so. A word that nobody knows may be a
    name: before figures of the whole firm are shown for it, one asks back.
    """
    text = reading.text
    if reading.first("document") and any(name in HELD for name, _ in step.calls):
        return Plan(question=NOT_HELD)
    whole = any(name in FIGURES and not SCOPE & args.keys() for name, args in step.calls) and not FROM_ALL.search(text)
    if whole and (word := strange(reading)):
        return Plan(question=f"I do not know what “{word}” is. Which project, customer or person do you mean, if any?")
    if NARROWER.search(text) and any(name in TELL_ALL for name, _ in step.calls):
        return Plan(step.calls, step.question, step.options, f"{step.say} {LEFT_OUT}".strip())
    return step


def strange(reading: Reading) -> str | None:
    """The first word that neither the language, nor the examples, nor the firm's names have; of those with a capital
    inside a sentence, and of those that end it as whose it is ("on the merger"), that questions are not made of: a name
    that is not ours.
    """
    named = {word for mention in reading.mentions for word in tokens(mention["words"])} | widening_words(reading)
    long = (word for word in reading.text.split() if word.isalpha() and len(word) >= SHORTEST)
    names = (word for word in CAPITAL.findall(reading.said) if not asked_with(normal(word)))
    whose = (word for match in WHOSE.finditer(reading.text) for word in match[1].split() if len(word) >= SHORTEST)
    strangers = (*names, *(w for w in long if not known_word(w)), *(w for w in whose if not asked_with(w)))
    lowered = ((word, word.lower()) for word in strangers)
    return next((word for word, plain in lowered if plain not in named), None)
