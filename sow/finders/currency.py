"""Currency: named outright, or the one that nearly all amounts are in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sow.normal import CODES, currency
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


# a bare "$" is not always the United States' one
DOLLARS = {
    "CAD": rule(r"\bHST\b|\b(?:Canada|Ontario|Alberta|British Columbia|Qu[eé]bec|Manitoba|Nova Scotia)\b"),
    "AUD": rule(r"\bABN\b|\b(?:Australia|New South Wales|Queensland)\b"),
    "NZD": rule(r"\bNZBN\b|\bNew Zealand\b"),
    "SGD": rule(r"\bSingapore\b"),
}
AMERICAN = rule(r"\bUS ?\$|\bUSD\b|\bU\.S\.|\bUnited States\b|\bUS dollars|\bState of (?-i:[A-Z])")
HEADED = rule(r"\b(?:amount|price|fee|rate|total|value|cost|charge)s?[ ,]{0,2}\(?(?:in )?(?P<named>" + CODES + r")\b")


def find(view: View) -> Iterator[Candidate]:
    """Candidates of the topic."""
    for match in view.search(STATED):
        word = match["named"].split()[0].lower()
        value = NAMED.get(word) or currency(match["named"].upper()) or currency(match["named"])
        if value:
            yield candidate("currency", value, match, 0.93)
    amounts = [match for match in view.search(MONEY) if not INSURED.search(view.sentence(match.start(), 120))]
    named = [(code, match) for match in amounts if (code := currency(match[0]))]
    if any(match[0].startswith("$") for _, match in named):
        dollar = _dollar(view, {code for code, match in named if not match[0].startswith("$")})
        named = [(dollar if match[0].startswith("$") else code, match) for code, match in named]
    counted = Counter(code for code, _ in named)
    for code, times in counted.most_common(2):
        if times > SHARE * len(named):
            first = next(match for found, match in named if found == code)
            yield candidate("currency", code, first, 0.85 if times > len(named) / 2 else 0.6)
    if not named:
        for match in view.search(HEADED):
            yield candidate("currency", match["named"].upper(), match, 0.7)


def _dollar(view: View, named: set[str]) -> str:
    """Whose dollar a bare "$" is: the one that other amounts name, else the one of the only country that fits."""
    family = named & {"USD", *DOLLARS}
    if len(family) == 1:
        return family.pop()
    if family or view.words.search(AMERICAN):
        return "USD"
    fitting = [code for code, signs in DOLLARS.items() if view.words.search(signs)]
    return fitting[0] if len(fitting) == 1 else "USD"
