"""The next step for a question about a statement of work: its terms by topic, or its own words."""

from __future__ import annotations

import re

from agent.rules.grammar import topic_of
from agent.rules.reading import Reading
from agent.rules.slots import Slots, given, listed, whose_paper
from agent.rules.steps import Plan
from agent.rules.values import said

# A question about something that no term stands for is answered from the text.
MENTIONED = re.compile(
    r"\b(?:says?|state[sd]?|mention(?:s|ed)?|(?:speak|talk)s? (?:of|about)|(?:cover|contain|include|address)s?|"
    r"(?:any|some)thing (?:about|on)|clauses?|provisions?|paragraphs?|"
    r"(?:about|on|regarding) (?!(?:the )?(?:acme|[\w-]*\d))\w)"
)
# What a clause lays down, where it is none of the topics: "is prior consent needed before we subcontract".
CLAUSES = re.compile(
    r"\b(?:intellectual property|ip (?:rights?|ownership)|who owns|ownership|"
    r"copyright|liabilit\w+|liable|indemni\w+|"
    r"warrant\w+|insur\w+|confidential\w*|data (?:protection|retention|processing)|gdpr|subcontract\w*|"
    r"non ?solicit\w*|force majeure|"
    r"audit rights?|key (?:personnel|staff)|background checks?)\b"
)
OF_CLAUSES = re.compile(
    r"^(?:is|are|do|does|may|can|must|should|shall|who|what if|what happens|how|where|under)\b.*\b(?:needed|required|"
    r"permitted|allowed|obliged|entitled|liable|forbidden|must|may|have to|has to|owns?|under)\b"
)
RECORDED = r"erp|tryton|on record|on file|master data"
PAYING = re.compile(r"\b(?:how|within how) (?:long|soon|quickly|fast|many days)\b.*\bpay")
# What the ERP holds as well as the statement of work: both are shown unless one of them is named.
BOTH = frozenset({"po", "po number", "purchase order", "purchase order number"})


def paper(reading: Reading, slots: Slots) -> Plan:
    """What a statement of work says of a topic, or in its words of something that no term stands for."""
    about = re.search(r"\b(?:about|on|regarding|concerning)\s+(?:the\s+)?(.+)$", reading.text)
    mentioned = MENTIONED.search(reading.text) is not None
    known = None if CLAUSES.search(reading.text) else _topic(reading, mentioned=mentioned)
    topic = known or (about.group(1) if about else "")
    if reading.says(RECORDED) and slots.customer and PAYING.search(reading.text):
        return Plan((("customers", {"customer": slots.customer, "detail": "payment_terms"}),))
    whose = whose_paper(slots)
    if whose and known is None and "ask_document" in reading.offered and _of_clauses(reading):
        return Plan((("ask_document", {**whose, "question": reading.said[:300]}),))
    if whose:
        day = slots.since if slots.since == slots.until else None
        terms = ("sow_terms", {**whose, **({"topic": topic[:200]} if topic else {}), **given(on=day)})
        if topic in BOTH and not reading.says("sows?|statements? of work|agreement|says?|states?|required?|requires"):
            return Plan((("engagement", whose), terms))
        return Plan((terms,))
    options = tuple(f"What does the SOW of {code} say about {topic or 'payment'}?" for code in listed(reading)[:5])
    return Plan(
        question="Whose statement of work do you mean? Name the project, contract or customer.", options=options
    )


def _of_clauses(reading: Reading) -> bool:
    return any(pattern.search(reading.text) for pattern in (MENTIONED, OF_CLAUSES, CLAUSES))


def _topic(reading: Reading, *, mentioned: bool) -> str | None:
    """What of the paper is asked about; a word that means other things elsewhere ("over") is only a voice."""
    plain = "pay" if PAYING.search(reading.text) else topic_of(reading.text, loosely=False)
    return plain or (None if mentioned else said(reading, "topic", topic_of(reading.text)).value)
