"""Delivery: how long the client has to accept, and whether a change of scope needs a change order."""

from __future__ import annotations

from collections.abc import Iterator

from sow.normal import count
from sow.rules import rule
from sow.view import Candidate, View, candidate

SPAN = rule(r"(?P<days>{COUNT}) ?{DAYS}")
ACCEPTANCE = rule(
    r"\b(?:acceptance|review|inspection|evaluation) (?:period|testing|tests?|criteria)|\baccept(?:s|ance"
    r"|ed)?\b|\breject"
    r"|\binspect|\breview (?:and|each|the|such|any)|\bcomments? on (?:each|the|such|any)"
)
DELIVERED = rule(r"\bdeliver(?:y|ed|able|ables)\b|\bmilestone|\bwork product|\bsubmission")
NOT_ACCEPTANCE = rule(
    r"\binvoice|\bterminat|\bcorrect (?:and|the|any|such)|\bremed|\bcure\b|\bre-?deliver|\bresubmi|\bpay|\bwarrant"
    r"|\bchange (?:order|request)|\bproposal|\bpurchase order"
)
CHANGE = (
    (
        r"\bno change (?:request|order)?s?\b[^.;]{0,80}\b(?:binding|effective|valid|implemented)\b{NEAR}"
        r"(?:unless|until|without|only)"
    ),
    r"\bchange order{NEAR}\b(?:effective|binding|valid){NEAR}\b(?:only|when|upon|until|unless)",
    (
        r"\b(?:any |all |no |each )?(?:proposed |requested |material )?(?:changes?|modifications?|additions?) (?:to|in"
        r"|of) (?:the )?"
        r"(?:scope|services|deliverables|work plan|specifications|fees|schedule|project|work|statement of work"
        r"|sow)\b{FAR}"
        r"\b(?:in writing|written|signed|change orders?|change requests?|amendments?)\b"
    ),
    r"\bchanges? in (?:the )?scope\b{FAR}\b(?:written|in writing|change order)",
    (
        r"\b(?:unless|until|before|without|prior to)\b{NEAR}(?:signed |executed |written |duly |approved |mutually )*"
        r"\bchange (?:order|request)s?\b"
    ),
    r"\bout[- ]of[- ]scope\b{FAR}\bchange order",
    r"\bchange order (?:must|shall|is required|required)",
    r"\bagree[sd]?\b{NEAR}\b(?:in|by|through) an? (?:written |signed |duly executed )*change (?:order|request)\b",
    (
        r"\b(?:requires?|needs?|subject to|absent|only after|only under|only with)\b{NEAR}"
        r"\b(?:change (?:order|request|note)|variation order)s?\b"
    ),
    (
        r"\bno variations? (?:to|of|in) (?:the )?(?:scope|services|deliverables|fees?|work|project)\b{FAR}"
        r"\b(?:in writing|written|signed)\b"
    ),
    r"\b(?:carry out|perform|undertake|implement) (?:an?|any) "
    r"variation\b{NEAR}\bunless\b{NEAR}\b(?:in writing|written|signed)\b",
    (
        r"\b(?:extra|additional) (?:work|services)\b{NEAR}\b(?:without|only|unless)\b{NEAR}"
        r"\b(?:written|in writing|change order|amendment)\b"
    ),
    r"\bwork plan may be amended by mutual written",
)


def find(view: View) -> Iterator[Candidate]:
    """Candidates of the topic."""
    yield from _acceptance(view)
    for index, pattern in enumerate(CHANGE):
        for match in view.search(rule(pattern)):
            yield candidate("change_order_required", True, match, 0.85 if index != len(CHANGE) - 1 else 0.7)


def _acceptance(view: View) -> Iterator[Candidate]:
    for match in view.search(SPAN):
        sentence = view.sentence(match.start(), 300)
        near = view.text[max(0, match.start() - 160) : match.end() + 160]
        days = count(match["days"])
        if not days or not ACCEPTANCE.search(sentence) or not DELIVERED.search(near) or not ACCEPTANCE.search(near):
            continue
        close = view.text[max(0, match.start() - 50) : match.end() + 50]
        if NOT_ACCEPTANCE.search(close):
            continue
        named = rule(r"(?:acceptance|review|evaluation) period|shall have|will have|deemed").search(near)
        yield candidate("acceptance_days", days, match, 0.85 if named else 0.7)
