"""Expenses: whether they are reimbursed, and up to what."""

from __future__ import annotations

from collections.abc import Iterator

from sow.normal import money, percent
from sow.rules import rule
from sow.view import Candidate, View, candidate

EXPENSES = (
    r"(?:expenses?|travel(?: costs?| and subsistence)?"
    r"|out[- ]of[- ]pockets?(?: costs?)?|OOPs|disbursements|living costs"
    r"|pass[- ]through costs|third[- ]party costs|subsistence|business trips?|on-?site visits"
    r"|(?:flights?|accommodation|hotels?),? and (?:flights?|accommodation|hotels?))"
)
AT_COST = (
    r"(?:(?:at|on) (?:the |our )?(?:actuals?|(?:actual |net )?costs?"
    r"|net)\b|at (?:the )?[^.;,]{0,24}(?:per diem|AA) rates?"
    r"|as (?:incurred|they are)|without (?:any )?mark-?up|(?:with|against|on production of) receipts)"
)
BORNE = r"(?:billed|(?:re)?charged|invoiced|borne|passed (?:along|on|through)|recover(?:ed|able)|paid|payable)"
KINDS = (
    ("reimbursed", r"\breimburs(?:e|ed|es|able|ement|ements)\b[^.;]{0,160}\b" + EXPENSES, 0.84),
    ("reimbursed", r"\b" + EXPENSES + r"\b[^.;]{0,160}\breimburs(?:ed|able|ement)", 0.82),
    (
        "reimbursed",
        r"\b(?:pay|paid)\b(?: for)?(?: all)?(?: reasonable| actual| travel| out[- ]of[- ]pocket| documented|,| and)*"
        r" (?:\w+ )?" + EXPENSES,
        0.7,
    ),
    (
        "reimbursed",
        r"\b" + EXPENSES + r"\b[^.;]{0,80}\b" + BORNE + r"\b[^.;]{0,30}? " + AT_COST,
        0.82,
    ),
    ("reimbursed", r"\b" + EXPENSES + r"\b[^.;]{0,80}\b(?:are|is|shall be|will be) refunded", 0.8),
    (
        "included",
        r"\b(?:fee|price|rate|sum|total)s?\b[^.;]{0,30}\bcovers? everything"
        r"|\b(?:is|are) in the(?: day| daily| hourly)? (?:rates?|fees?|price)\b|\b"
        + EXPENSES
        + r" (?:is |are )?included\b",
        0.78,
    ),
    ("reimbursed", r"\bplus (?:any |all |reasonable |actual |documented )*" + EXPENSES, 0.72),
    (
        "not_reimbursed",
        r"\bno (?:other |further |additional )(?:costs?|" + EXPENSES + r") (?:are|is|will be|shall be) reimburs",
        0.82,
    ),
    (
        "not_reimbursed",
        r"\bno " + EXPENSES + r" (?:are|is|will be|shall be) (?:recoverable|payable|chargeable|charged|claimable)",
        0.82,
    ),
    (
        "not_reimbursed",
        r"\b(?:expenses?|costs|disbursements)\b[^.;]{0,40}\bnot (?:be )?(?:recoverable|payable|chargeable|claimable)",
        0.8,
    ),
    (
        "not_reimbursed",
        r"\bnot (?:\w+ )?(?:pay|cover|bear)(?: for)? (?:any |the )?(?:[\w-]+ (?:or|and) )?(?:\w+ )?" + EXPENSES,
        0.8,
    ),
    ("included", r"\b(?:rates?|fees?|price)\b (?:is|are)(?: fully)? all[- ]inclusive", 0.76),
    (
        "included",
        r"\b(?:fees?|price|rates?|sum|amount|it)\b[^.;]{0,60}\b(?:covers?|includes?) (?:all "
        r")?(?:costs,? including |costs and )?(?:\w+ ){0,2}?" + EXPENSES,
        0.76,
    ),
    (
        "included",
        r"\b" + EXPENSES + r"\b[^.;]{0,40}\b(?:covered|compensated) (?:by|in|with) the (?:\w+ )?(?:rates?|fees?|price)",
        0.8,
    ),
    ("not_reimbursed", r"\b(?:no|not)\b[^.;]{0,40}\breimburs\w*[^.;]{0,60}\b" + EXPENSES, 0.8),
    ("not_reimbursed", r"\b" + EXPENSES + r"\b[^.;]{0,60}\b(?:not|no)\b[^.;]{0,20}\breimburs", 0.82),
    (
        "not_reimbursed",
        r"\b(?:pay|bear|responsible for) (?:all |for )?(?:of )?(?:its|his|her|their) own [^.;]{0,30}\b" + EXPENSES,
        0.76,
    ),
    (
        "included",
        r"\b"
        + EXPENSES
        + r"\b[^.;]{0,60}\bincluded in (?:the |its |these |all )?(?:\w+ )?(?:fees?|rates?|prices?|charges?|total)",
        0.84,
    ),
    (
        "included",
        r"\b(?:fees?|rates?|prices?|charges?)\b[^.;]{0,40}\b(?:includes?"
        r"|inclusive of|including)\b(?: all| any)?[^.;]{0,30}\b" + EXPENSES,
        0.82,
    ),
    (
        "capped",
        r"\b" + EXPENSES + r"\b[^.;]{0,120}\b(?:not exceed|not to exceed (?:{AMOUNT}|{PERCENT})|capped at"
        r"|limited to|up to (?:a maximum|an aggregate|the (?:\w+ )?(?:cap|limit|maximum)))\b",
        0.82,
    ),
)
APPROVED = rule(
    r"\bpre-?approv|\bprior (?:written )?(?:approval|consent|authori[sz]ation)|\bapproved in (?:advance|writing)"
    r"|\badvance (?:written )?(?:approval|consent|authori[sz]ation)|\bapproved (?:by|in) \w+ in advance"
    r"|\bprior approval"
    r"|\bauthori[sz]ed (?:beforehand|in advance)|\bprevious(?:ly)? (?:written )?approv"
    r"|\bapproved\b[^.;]{0,30}\b(?:beforehand|in advance|ahead of time)"
)
CAP = rule(
    r"\b" + EXPENSES + r"\b[^.;]{0,140}\b(?:not exceed|not to exceed|exceeding|capped at|limited to|maximum "
    r"of|up to|in excess of|aggregate of|(?:no|never) more than|NTE)\b"
    r"[^.;]{0,60}?(?P<amount>{AMOUNT}|{PERCENT})"
)
EACH = rule(r"\b(?:per|a|each) (?:mile|day|diem|night|person|trip)|\bliabilit")
EXCEPT = rule(r"\bsave\b|\bunless\b|\bexcept\b|\bwithout\b")
CAPPED = rule(r"\b(?:capped at|limited to|up to (?:a |an )?(?:total|maximum|aggregate|limit))\b")
APPROVAL = rule(r"\bprior|\bapprov")
NEGATED = rule(
    r"\b(?:not|no)\b[^.;]{0,60}\breimburs|\bnot be (?:reimbursed|reimbursable)|\bnon-?reimbursable"
    r"|\bnot applicable|\bno expenses|\bnot (?:be )?entitled to (?:any )?reimburs|\bnot pay\b"
)
ELSEWHERE = rule(
    r"\bindemni|\blegal fees|\battorney|\bcollection|\bcosts of litigation|\bcourt|\bprosecut|\bpatent|\bterminat"
    r"|\barbitrat|\bdefen[cds]|\brecall"
)


def find(view: View) -> Iterator[Candidate]:
    """Candidates of the topic."""
    for value, pattern, confidence in KINDS:
        for match in view.search(rule(pattern)):
            sentence = view.sentence(match.start())
            if ELSEWHERE.search(match[0]) or (value == "reimbursed" and _refused(view, match.start(), match.end())):
                continue
            yield candidate("expenses", value, match, confidence)
            approval = APPROVED.search(sentence)
            excepted = value == "not_reimbursed" and EXCEPT.search(sentence)
            if approval and (value in {"reimbursed", "capped"} or excepted):
                start = view.sentence_start(match.start()) + approval.start()
                yield Candidate("expenses", "pre_approved", start, start + len(approval[0]), 0.78)
    for match in view.search(CAP):
        share = "%" in match["amount"] or "cent" in match["amount"].lower()
        value = percent(match["amount"]) if share else money(match["amount"])
        asked = not CAPPED.search(match[0]) and APPROVAL.search(match[0])  # "above 500 only if approved" is no cap
        if value and not asked and not EACH.search(view.text[match.start() : match.end() + 16]):
            yield candidate("expense_cap", value, match, 0.74)
            yield candidate("expenses", "capped", match, 0.74)


def _refused(view: View, start: int, end: int) -> bool:
    """Whether a reimbursement is denied, other than without approval or beyond a limit."""
    text = view.text[max(0, start - 60) : end + 20]
    return bool(NEGATED.search(text)) and not rule(r"\bunless|\bwithout|\bexcept|\buntil").search(text)
