"""What a question asks for and no tool takes, so that an answer says what it leaves out."""

from __future__ import annotations

import re

from agent.names import tokens
from agent.rules.lexicon import asked_with, known_word
from agent.rules.reading import Reading, normal
from agent.rules.steps import Plan

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
CAPITAL = re.compile(r"(?<=[a-z,] )[A-Z][a-z]{3,}\b")  # inside a sentence
SHORTEST = 4  # letters of a word that may be a name


def told(step: Plan, reading: Reading) -> Plan:
    """The same step; with calls that cannot be narrowed as the text asks, it says so. A word that nobody knows may be a
    name: before figures of the whole firm are shown for it, one asks back.
    """
    text = reading.text
    if any(name in FIGURES and not SCOPE & args.keys() for name, args in step.calls) and (word := strange(reading)):
        return Plan(question=f"I do not know what “{word}” is. Which project, customer or person do you mean, if any?")
    if NARROWER.search(text) and any(name in TELL_ALL for name, _ in step.calls):
        return Plan(step.calls, step.question, step.options, f"{step.say} {LEFT_OUT}".strip())
    return step


def strange(reading: Reading) -> str | None:
    """The first word that neither the language, nor the examples, nor the firm's names have; of those with a capital
    inside a sentence, that questions are not made of: a name that is not ours.
    """
    named = {word for mention in reading.mentions for word in tokens(mention["words"])}
    long = (word for word in reading.text.split() if word.isalpha() and len(word) >= SHORTEST)
    names = (word for word in CAPITAL.findall(reading.said) if not asked_with(normal(word)))
    lowered = ((word, word.lower()) for word in (*names, *(word for word in long if not known_word(word))))
    return next((word for word, plain in lowered if plain not in named), None)
