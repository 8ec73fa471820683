"""Delivery: how long the client has to accept, and whether a change of scope needs a change order."""

from __future__ import annotations

from collections.abc import Iterator

from sow.normal import count
from sow.rules import rule
from sow.view import Candidate, View, candidate

SPAN = rule(r"(?P<days>{COUNT}) ?(?:{DAYS}|(?P<weeks>weeks?'?\b))")
ACCEPTANCE = rule(
    r"\b(?:acceptance|review|inspection|evaluation) (?:period|testing|tests?|criteria)|\baccept(?:s|ance"
    r"|ed)?\b|\breject"
    r"|\binspect|\breview (?:and|each|the|such|any)|\bcomments? on (?:each|the|such|any|an?)\b"
    r"|\bapproves? (?:or|the|each|an?)\b|\b(?:treat\w*|regard\w*) (?:\w+ )?as (?:approved|accepted)|\bdeemed approved"
)
DELIVERED = rule(r"\bdeliver(?:y|ed|able|ables)\b|\bmilestone|\bwork product|\bsubmission|\breports?\b|\boutputs?\b")
NOT_ACCEPTANCE = rule(
    r"\binvoice|\bterminat|\bcorrect (?:and|the|any|such)|\bremed|\bcure\b|\bre-?deliver|\bresubmi|\bpay|\bwarrant"
    r"|\bchange (?:order|request)|\bproposal|\bpurchase order"
)
# the paper by which a scope is changed
ORDER = (
    r"(?:change (?:order|request|note|notice|control|authori[sz]ation)|variation (?:order|instruction|request|notice)"
    r"|scope change|contract amendment)s?\b"
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
        r"(?:scope|services|tasks|deliverables|work plan|specifications|fees|prices?|schedule|timetable|timelines?"
        r"|project|work|statement of work|sow)\b{FAR}"
        r"\b(?:in writing|written|signed|change orders?|change requests?|amendments?)\b"
    ),
    (
        r"\b(?:changes? in (?:the )?scope|scope (?:of (?:work"
        r"|services) )?changes)\b{FAR}\b(?:written|in writing|change order)"
    ),
    (
        r"\b(?:unless|until|before|without|prior to|only (?:through|by|under|with|where|when|upon|after))\b{NEAR}"
        r"(?:signed |executed |written |duly |approved |mutually )*\b" + ORDER
    ),
    r"\b(?:once|after|when)\b{NEAR}\b"
    + ORDER
    + r"{NEAR}\b(?:is|has been|have been|are) (?:signed|approved|agreed|issued|executed)",
    (
        r"\b(?:days|hours|work|costs?|fees?) (?:beyond|above|over"
        r"|in excess of)\b{NEAR}\bunless\b{NEAR}\b(?:in writing|written)\b"
    ),
    (
        r"\bin (?:an? )?(?:written|signed) (?:amendment|agreement"
        r"|addendum)\b{NEAR}\bbefore\b{NEAR}\b(?:added|additional|extra) (?:work|services)"
    ),
    (
        r"\buntil\b{NEAR}\b(?:confirmed|agreed|approved)\b{NEAR}\b(?:extra"
        r"|additional) (?:hours|work|costs?|fees?|services|days)"
    ),
    (
        r"\b(?:pay|price|ceiling|total|exceed)\b{FAR}\bunless (?:this"
        r"|the) (?:\w+ ){1,4}is (?:modified|amended|increased) in writing"
    ),
    r"\bout[- ]of[- ]scope\b{FAR}\bchange order",
    r"\bchange order (?:must|shall|is required|required)",
    r"\bagree[sd]?\b{NEAR}\b(?:in|by|through) an? (?:written |signed |duly executed )*change (?:order|request)\b",
    (
        r"\b(?:requires?|needs?|subject to|absent|only after|only under|only with)\b{NEAR}"
        r"\b" + ORDER
    ),
    (
        r"\bno variations? (?:to|of|in) (?:the )?(?:scope|services|deliverables|fees?|work|project)\b{FAR}"
        r"\b(?:in writing|written|signed)\b"
    ),
    r"\b(?:carry out|perform|undertake|implement) (?:an?|any) "
    r"variation\b{NEAR}\bunless\b{NEAR}\b(?:in writing|written|signed)\b",
    (
        r"\b(?:extra|additional) (?:work|services|remuneration|fees?|charges?|hours|effort)\b{NEAR}"
        r"\b(?:without|only|unless)\b{NEAR}"
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
        days = (count(match["days"]) or 0) * (7 if match["weeks"] else 1)
        if not days or not ACCEPTANCE.search(sentence) or not DELIVERED.search(near) or not ACCEPTANCE.search(near):
            continue
        low, high = view.sentence_start(match.start()), view.sentence_end(match.end())
        close = view.text[max(low, match.start() - 50) : min(high, match.end() + 50)]
        if NOT_ACCEPTANCE.search(close):
            continue
        named = rule(r"(?:acceptance|review|evaluation) period|shall have|will have|deemed").search(near)
        yield candidate("acceptance_days", days, match, 0.85 if named else 0.7)
