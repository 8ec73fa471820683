"""What a message takes away from the last question: "across the whole firm", "drop the region", "any month"."""

from __future__ import annotations

import re

from agent.rules.reading import Reading

SCOPE = frozenset({"project", "customer", "contract", "document", "practice", "region", "person", "number"})
TIMES = frozenset({"month", "since", "until"})
_DROP = (
    r"(?:drop|forget|ignore|remove|lift|lose|skip|scrap|leave out|take (?:out|off|away)|clear|never mind|get rid of|"
    r"without|regardless of|irrespective of|no matter|not (?:just|only)(?: for| in| by)?)"
    r"(?: about| the| that| this| which| any| of)*"
)
_NAMED = {
    "customer": r"customers?|clients?|accounts?",
    "project": r"projects?|engagements?|jobs?",
    "practice": r"practices?|departments?|teams?",
    "region": r"regions?|countr(?:y|ies)|areas?",
    "person": r"persons?|names?|people|consultants?|employees?",
}
_TIME = r"(?:periods?|dates?|times?|months?|quarters?|years?|weeks?|days?)"
FROM_ALL = re.compile(
    r"\b(?:(?:the )?(?:whole|entire|complete|full|rest of the) "
    r"(?:firm|company|business|portfolio|organi[sz]ation|team|lot|crew|group|shop|house)|everyone|everybody|"
    r"(?:firm|company|group)(?: |-)?wide|all of (?:us|them|it)|the board|"
    r"all (?:our |the |my )?(?:customers|clients|accounts|projects|jobs|engagements|practices|regions|teams|people|"
    r"consultants|staff|colleagues)|any (?:customer|client|project|practice|region)|overall|us all|"
    r"(?:the |all )?others? (?:too|as well)|everything|everywhere|altogether|in total|globally)\b"
)
DROPPED = {key: re.compile(rf"\b{_DROP} (?:{said}|filters?|restrictions?)\b") for key, said in _NAMED.items()}
FROM_ANY_TIME = re.compile(
    rf"\b(?:(?:whole|entire|any|all) (?:the )?{_TIME}|whatever the (?:month|date)|(?:{_DROP}) {_TIME}|ever|all ?time|"
    rf"since (?:the )?(?:start|beginning)(?! of)|since ever|not only (?:that|this) {_TIME})\b"
)


def dropped(reading: Reading) -> frozenset[str]:
    """The arguments of the last question that this message takes away, were they there."""
    gone = frozenset(key for key, pattern in DROPPED.items() if pattern.search(reading.text))
    gone |= SCOPE if FROM_ALL.search(reading.text) else frozenset()
    return gone | (TIMES if FROM_ANY_TIME.search(reading.text) else frozenset())


def widening_words(reading: Reading) -> frozenset[str]:
    """The words that say so."""
    patterns = (*DROPPED.values(), FROM_ALL, FROM_ANY_TIME)
    found = (match.group() for pattern in patterns for match in pattern.finditer(reading.text))
    return frozenset(word for text in found for word in text.split())
