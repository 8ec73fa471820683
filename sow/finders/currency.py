"""Currency: named outright, or the one that nearly all amounts are in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sow.normal import currency
from sow.rules import rule
from sow.view import Candidate, View, candidate

STATED = rule(
    r"\b(?:in|currency ?[:|]?\s{0,2}(?:is |are )?) ?(?P<named>USD|EUR|GBP|CHF|CAD|AUD|U\.S\. dollars"
    r"|US dollars|united states dollars|"
    r"euros?|pounds sterling|british pounds|swiss francs)\b"
)
NAMED = {"pounds": "GBP", "british": "GBP", "swiss": "CHF", "united": "USD", "u.s.": "USD", "us": "USD"}
MONEY = rule(r"{AMOUNT}")
SHARE = 0.2  # of all amounts: a currency rarer than that is another document's
INSURED = rule(r"\binsur|\bcoverage|\bper occurrence|\baggregate limit|\bliabilit")


def find(view: View) -> Iterator[Candidate]:
    """Candidates of the topic."""
    for match in view.search(STATED):
        word = match["named"].split()[0].lower()
        value = NAMED.get(word) or currency(match["named"].upper()) or currency(match["named"])
        if value:
            yield candidate("currency", value, match, 0.93)
    amounts = [match for match in view.search(MONEY) if not INSURED.search(view.sentence(match.start(), 120))]
    named = [(code, match) for match in amounts if (code := currency(match[0]))]
    counted = Counter(code for code, _ in named)
    for code, times in counted.most_common(2):
        if times > SHARE * len(named):
            first = next(match for found, match in named if found == code)
            yield candidate("currency", code, first, 0.85 if times > len(named) / 2 else 0.6)
