"""What a question narrows an answer to: approved time, a state of readiness, and by what a sum is split."""

from __future__ import annotations

import re

from agent.rules.reading import Reading

GROUPS = {
    "customer": r"customers?|clients?|accounts?",
    "practice": r"practices?|departments?|teams?",
    "region": r"regions?|countr(?:y|ies)|areas?",
    "project": r"projects?|engagements?|jobs?",
}
MOST = re.compile(rf"\b({'|'.join(GROUPS.values())}) (?:has|have|with) the (?:most|highest|biggest|largest)\b")
SPLIT = re.compile(
    r"\b(?:by|per|for each|each|every|which|across|of the|our|over|between|among)(?: the| each)?\s+(\w+)"
)
# The first that is said is the state of readiness that is asked for.
READINESS = {
    "billable": r"(?:no|without(?: any)?|free of) (?:\w+ )?(?:block\w*|findings?|issues?|problems?|obstacles?)",
    "cannot_determine": r"unknown|undetermined|unclear|determined?|(?:not|cannot)(?: \w+)? (?:say|tell|judge)",
    "blocked": r"cannot|not|unable|block\w*|stuck|problems?|issues?|missing|wrong|held|holds?|holding|why|without|"
    r"leave out|drop\w*|stop\w*|keep\w*|prevent\w*|hinder\w*",
}
READY = (
    r"ready|billable|invoiceable|clean|clear|(?:can|could|may) (?:be|go|we|i)|(?:we|i) (?:can|could|may)|"
    r"(?:good|fine|clear|ok|safe) (?:to|for)"
)


def approved(reading: Reading) -> bool:
    """Whether only approved time is asked for."""
    return reading.says("approved|signed off|released") and not reading.says(
        "unapproved|not (?:yet )?approved|without approval"
    )


def group(reading: Reading) -> str | None:
    """By what a sum is to be split."""
    if reading.says("regionally"):
        return "region"
    most = MOST.search(reading.text)
    if most:
        return next(name for name, pattern in GROUPS.items() if re.fullmatch(pattern, most.group(1)))
    for by in re.finditer(
        r"\b(?:by|per|for each|each|every|which|across|of the|our|over|between|among)(?: the| each)?\s+(\w+)",
        reading.text,
    ):
        found = next((name for name, pattern in GROUPS.items() if re.fullmatch(pattern, by.group(1))), None)
        if found:
            return found
    return None


def status(reading: Reading) -> str | None:
    """The readiness that is asked for: of those that cannot be told, are blocked, or can be billed."""
    told = next((state for state, words in READINESS.items() if reading.says(words)), None)
    return told or ("billable" if reading.says(READY) else None)
