"""Amounts of the whole: total, cap, advance, retainage."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sow.normal import money, percent
from sow.rules import rule
from sow.view import Candidate, View, candidate

WORDED = r"(?:[A-Za-z][A-Za-z., -]{5,120}\(?\s?)?"
BRIEF = (
    r"[\s:|*\"')]{0,6}(?:\([^)]{0,60}\)[\s:|*]{0,4})?(?:of |is |are |shall be |will be |amounts to "
    r"|equals |estimated at |for .{0,60}? is ){0,2}"
)
TOTAL = (
    (
        (
            r"(?P<amount>{AMOUNT})\)?[ ,]{0,3}\((?:the |collectively )?[ \"]*(?:total )?(?:\w+ )?"
            r"(?:contract (?:value|price|sum)|total fees?|total price|project fees?|total contract)"
        ),
        0.9,
    ),
    (
        r"\btotal not[- ]to[- ]exceed (?:contract )?(?:value|amount|price"
        r"|fee)\b[^.;:|\n]{0,50}?" + BRIEF + WORDED + "(?P<amount>{AMOUNT})",
        0.84,
    ),
    (
        r"\btotal (?:contract |agreement |fixed |project |order |sow |estimated |services |professional |aggregate )*"
        r"(?:value|price|fees?|amount|cost|charges|consideration|compensation|budget)\b"
        r"(?: (?:for|of|under|payable)\b[^.;:|\n]{0,60}?)?" + BRIEF + WORDED + "(?P<amount>{AMOUNT})",
        0.84,
    ),
    (
        r"\bcontract (?:value|price|sum)\b(?: \([^)]{0,40}\))?(?: (?:for|of|under)\b[^.;:|\n]{0,60}?)?"
        + BRIEF
        + WORDED
        + "(?P<amount>{AMOUNT})",
        0.86,
    ),
    (r"\bpay\b[^.;]{0,40}? a total of (?P<amount>{AMOUNT})", 0.84),
    (r"\bfees? for the (?:project|services|work)\b" + BRIEF + "(?P<amount>{AMOUNT})", 0.8),
    (
        r"\b(?:basic|agreed|overall) (?:fees?|price|sum) (?:is|are|shall be|will be|of)(?: an?)? (?P<amount>{AMOUNT})",
        0.8,
    ),
    (
        r"\b(?:so|hence|thus|that is|comes to|makes?|making|is|are) (?P<amount>{AMOUNT}),? "
        r"(?:in all|in total|altogether|all told)\b",
        0.76,
    ),
    (r"(?:^|\n)[ \t|]*(?:grand )?total[\s:|]{1,12}(?P<amount>\d{1,3}(?:,\d{3})+(?:\.\d{2})?)(?=[ \t|]*(?:\n|$))", 0.66),
    (
        r"\b(?:our|the) fees? (?:for [^.;\n]{3,50}? )?(?:is|are|will be|shall be)(?: an?)?(?: "
        r"fixed)?(?: (?:fee|price|sum) of)? "
        r"(?P<amount>{AMOUNT})",
        0.7,
    ),
    (
        r"\b(?:fixed (?:price|fee|amount)|lump[- ]sum)(?: fee| price| amount)?\b"
        + BRIEF
        + WORDED
        + "(?P<amount>{AMOUNT})",
        0.68,
    ),
    (
        r"\b(?:firm|final|global|all-inclusive|all-in)(?: and \w+)? (?:price|amount|sum|fee)\b"
        + BRIEF
        + "(?P<amount>{AMOUNT})",
        0.7,
    ),
    (r"\b(?:grand )?total\b(?: \((?:USD|EUR|GBP|CHF|excl[^)]*|net[^)]*)\))?[\s:|*]{1,6}(?P<amount>{AMOUNT})", 0.72),
)
# a change order tells the price before and after it
CHANGED = rule(
    r"\b(?:total|contract|overall|order|sow|fixed)\b[^.;]{0,40}\b(?:price|value|fees?|sum|amount)\b[^.;]{0,60}"
    r"\b(?:increas|reduc|decreas|chang|adjust|amend)\w* (?:from {AMOUNT} )?to (?P<amount>{AMOUNT})"
)
NOT_TOTAL = rule(
    r"\b(?:increas|reduc|decreas|chang|adjust|amend)\w* from\b|\bexceed(?! value)"
    r"|\bliabilit|\binsur|\bper (?:hour|month|year|annum|day|occurrence)|\bmonthly|\bannual"
    r"|\bphase \d|\bmilestone"
)
# "maximum contract value" is a cap, and "Onboarding (fixed fee): 5,000" one item's price
PART_OR_LIMIT = re.compile(r"(?i:\b(?:maximum|max\.|minimum) (?=contract|total)|\((?=fixed|lump))")
CAP = (
    (
        r"\b(?:total )?not[- ]to[- ]exceed (?:contract )?(?:value|amount|price|fee|sum"
        r"|budget)\b[^.;:|\n]{0,50}?" + BRIEF + WORDED + "(?P<amount>{AMOUNT})",
        0.86,
    ),
    (
        r"\b(?:not[- ]to[- ]exceed|shall not exceed|will not exceed|may not exceed|not exceed|in no event exceed)\b"
        r"(?: (?:an? |the )?(?:total |aggregate |maximum |contract |value |amount |sum |of |fees? |budget |in )*)?"
        r"(?:{NEAR})?" + WORDED + r"(?P<amount>{AMOUNT})",
        0.84,
    ),
    (r"\bin no event shall\b{SAME}{0,80}\bexceed " + WORDED + "(?P<amount>{AMOUNT})", 0.82),
    (r"\b(?:budget|fee|fees|spending|cost) (?:cap|ceiling|limit)\b" + BRIEF + "(?P<amount>{AMOUNT})", 0.84),
    (r"(?P<amount>{AMOUNT}){SAME}{0,40}\b(?:budget|fee) (?:cap|ceiling)\b", 0.8),
    (r"(?P<amount>{AMOUNT}) (?:maximum\b|\(?not[- ]to[- ]exceed)", 0.72),
    (r"\bcapped at (?P<amount>{AMOUNT})", 0.82),
    (
        (
            r"\b(?:fees?|charges?)\b[^.;]{0,60}\b(?:no more|not more"
            r"|not[^.;]{0,20}\bmore|never more) than (?P<amount>{AMOUNT})"
        ),
        0.78,
    ),
    (r"\b(?:up )?to (?:a |an )?maximum [\w ]{0,30}?of (?P<amount>{AMOUNT})", 0.72),
    (
        r"\b(?:ceiling|upper limit|maximum)(?: price| amount| sum"
        r"| value| payable| fees?| budget| contract| order| total"
        r"| remuneration| of (?:the |this )?\w+)*\b(?: (?:to be paid|due|chargeable)\b[^.;:|\n]{0,50}?)?"
        + BRIEF
        + "(?P<amount>{AMOUNT})",
        0.8,
    ),
)
# the last line of a table, whatever its other lines are about
WHOLE_CAP = rule(r"\btotal \(?(?:NTE|not[- ]to[- ]exceed)\)?[\s:|]{0,6}(?P<amount>{AMOUNT})")
FEES = rule(
    r"\bfees?\b|\bcharges?\b|\bcontract value|\btotal\b|\bcompensation|\bpayments?\b|\bbudget|\bvalue\b|\bcost"
    r"|\bproject\b|\bexpenditure|\bceiling price|\bprice\b|\bremuneration"
)
NOT_CAP = rule(
    r"\breimbursable expenses? ?[|:]|"
    r"\bliabilit|\binsur|\btravel|\bexpenses? (?:shall|will|may|not)|\bindemni|\bdamages|\bmeal|\bper diem|\binterest"
)
EXPENDITURE = rule(
    r"\blimitation of expenditure"
)  # "Canada's total liability to the Contractor" is then the price's cap
ADVANCE = (
    (
        (
            r"(?P<amount>{AMOUNT}|{PERCENT})(?: advance\b(?! notice)|{SAME}{0,50}\b(?:deposit"
            r"|advance payment|upfront payment"
            r"|up-front payment|prepayment|"
            r"down payment|mobili[sz]ation fee)\b)"
        ),
        0.78,
    ),
    (
        (
            r"\b(?:deposit|advance payment|advance|upfront payment|up-front payment|prepayment|down payment"
            r"|retainer deposit)\b"
            r"(?: (?:of|in the amount of|equal to|equalling)"
            r"| ?:)? ?(?:[a-z][a-z -]{2,30}\( ?)?\(?(?P<amount>{AMOUNT}|{PERCENT})"
        ),
        0.82,
    ),
    (
        (
            r"(?P<amount>{PERCENT}|{AMOUNT})(?:(?!%|{AMOUNT}){SAME}){0,60}\b(?:upon|on|at) (?:the "
            r")?(?:signing|signature|execution"
            r"|effective date|"
            r"start of the project|project start|contract signature|commencement)\b"
        ),
        0.72,
    ),
)
# "a retainer of USD 10,000, which is applied to the last bill": money in advance, not a fee each month
HELD = rule(
    r"\bretainer (?:of|in the amount of) (?P<amount>{AMOUNT}){SAME}{0,80}\b(?:appl(?:y|ied)|credit|before we|held)"
)
RETAINAGE = (
    (
        r"(?P<amount>{PERCENT})(?:(?!{PERCENT}){SAME}){0,80}\b(?:retain(?:ed"
        r"|age)|withh(?:eld|old)|h[oe]ld back|holdback|retention)\b"
    ),
    r"\b(?:retain(?:s|ed|age)?|withh(?:eld|olds?)|h[oe]ld back|holdback|retention)\b{SAME}{0,60}?(?P<amount>{PERCENT})",
)
NOT_RETAINAGE = rule(r"\btax|\bpayroll|\bemploy|\binterest in|\bunreasonably|\bownership|\bshares?\b|\bequity|\bdisput")


def find(view: View) -> Iterator[Candidate]:
    """Candidates of the topic."""
    yield from _total(view)
    yield from _cap(view)
    for pattern, confidence in ADVANCE:
        for match in view.search(rule(pattern)):
            yield from _money("advance", match, confidence)
    for match in view.search(HELD):
        yield from _money("advance", match, 0.8)
    for pattern in RETAINAGE:
        for match in view.search(rule(pattern)):
            if not NOT_RETAINAGE.search(view.sentence(match.start(), 200)):
                yield candidate("retainage", percent(match["amount"]), match, 0.75)


def _total(view: View) -> Iterator[Candidate]:
    for match in view.search(CHANGED):
        yield from _money("total_value", match, 0.88)
    for pattern, confidence in TOTAL:
        for match in view.search(rule(pattern)):
            part = PART_OR_LIMIT.search(view.text, max(0, match.start() - 9), match.start() + 8)
            if not part and not NOT_TOTAL.search(match[0] + view.text[match.end() : match.end() + 20]):
                yield from _money("total_value", match, confidence)


def _cap(view: View) -> Iterator[Candidate]:
    for match in view.search(WHOLE_CAP):
        yield from _money("not_to_exceed", match, 0.84)
    for pattern, confidence in CAP:
        for match in view.search(rule(pattern)):
            low = max(view.sentence_start(match.start(), 200), match.start() - 100)
            high = min(view.sentence_end(match.end()), match.end() + 20)
            spent = EXPENDITURE.search(view.text, max(0, match.start() - 140), match.end())
            if FEES.search(view.sentence(match.start(), 200)) and (spent or not NOT_CAP.search(view.text[low:high])):
                yield from _money("not_to_exceed", match, confidence)


def _money(field: str, match: re.Match[str], confidence: float) -> Iterator[Candidate]:
    share = "%" in match["amount"] or "cent" in match["amount"].lower()
    value = percent(match["amount"]) if share else money(match["amount"])
    if value:
        yield candidate(field, value, match, confidence)
