"""Billing: how fees are computed, how often and where to invoices go."""

from __future__ import annotations

from collections.abc import Iterator

from sow.rules import rule
from sow.view import Candidate, View, candidate

TYPES = (
    ("time_and_materials", r"\btimes?[- ](?:and|&)[- ](?:materials?|means)\b|\bT&M\b|\blabou?r[- ]hour\b", 0.84),
    (
        "time_and_materials",
        r"\b(?:charged?|paid?|pay|remunerated|billed|invoic\w+|based)\b[^.;]{0,50}?\b(?:by"
        r"|for the|according to|on|based on) "
        r"(?:the )?(?:actual )?(?:time\b(?! of)|hours (?:worked|spent)|effort\b|time spent)"
        r"|\brates? ?(?:/|per) ?(?:hour|day)\b"
        r"|\bper (?:man|person)[- ](?:day|hour)\b",
        0.72,
    ),
    (
        "time_and_materials",
        r"\b(?:hourly|daily|day|per diem) (?:billing |fee )?rates?\b|{AMOUNT}\]? ?(?:per|an"
        r"|for (?:each|every)|/) ?(?:hour|hr|day|man-day|person-day)\b",
        0.74,
    ),
    (
        "fixed_fee",
        r"\b(?:fixed|flat)[- ](?:price|fee|fees|sum|rate|implementation fees?)\b"
        r"|\blump[- ]sum\b|\bfirm and \w+ (?:price|amount)",
        0.8,
    ),
    (
        "fixed_fee",
        r"\bone-?(?:time|off) (?:charge|fee|payment|price)\b|\bone-?(?:time|off)[\s|:]{1,6}{AMOUNT}"
        r"|\b(?:our|the) (?:(?!total|maxim|estimat|month|quarter|annual|year|hour"
        r"|dai|week)\w+ )?fee (?:for [^.;\n]{3,50}? )?(?:is|will be|shall be) {AMOUNT}"
        r"(?! ?(?:per|an?|each|every|/))",
        0.66,
    ),
    (
        "milestone",
        (
            r"\b(?:charged|billed|invoiced|paid) by milestones?\b"
            r"|\b(?:invoiced?|paid|payable|tied|linked|according)\b[^.;]{0,50}\b(?:to|upon|on|for"
            r"|at)\b[^.;]{0,50}\bmilestones?\b"
            r"|\bmilestone (?:payments?|schedule|fees?|billing|invoic\w+|based)|\bmilestone-based|\b(?:payable|paid"
            r"|due|invoiced?)\b"
            r"[^.;]{0,50}\b(?:upon|on|at|against)\b[^.;]{0,40}\b(?:milestones?|acceptance of|achiev)"
        ),
        0.76,
    ),
    (
        "retainer",
        (
            r"\bretainer\b(?! (?:of|in the amount of) {AMOUNT}{SAME}{0,80}\b(?:appl|credit|before "
            r"we|held))|\b(?:monthly|quarterly) (?:recurring |service |support |management |flat "
            r"|base )*fees?\b"
            r"|{AMOUNT} (?:per|a|each|/) ?(?:month|quarter)\b"
        ),
        0.72,
    ),
    (
        "unit_price",
        (
            r"\bunit pric\w+(?! per (?:person|man)?[- ]?(?:day|hour))"
            r"(?![^\n.]{0,40}\n[^\n.]*\b(?:HRS?|hours?|days?)\b)|\bprice per unit|\bper[- ]unit (?:price|fee|charge)"
            r"|{AMOUNT}\]? (?:per|for each) (?!hour|day|month|year|"
            r"annum|week|quarter|occurrence|man|claim|person|and|mile|project|incident|share|million|thousand|violation|accident)[a-z]+"
        ),
        0.68,
    ),
    (
        "revenue_share",
        (
            r"\broyalt(?:y|ies) (?:of|on|equal|at|rate)|\brevenue[- ]shar|{PERCENT}\)? of (?:[\w']+ ){0,4}?(?:net"
            r"|gross) (?:\w+ ){0,2}(?:sales|revenues?|receipts|proceeds)|\bpay\b[^.;]{0,60}\b(?:a|an"
            r"|the) (?:\w+ ){0,2}royalty\b"
        ),
        0.7,
    ),
    (
        "commission",
        r"\bcommissions? (?:of|on|equal|rate|payable)|\b(?:pay|paid|earn)\b[^.;]{0,40}\bcommissions?\b",
        0.7,
    ),
)
COMMISSION = rule(r"\bcommissions? of ")
NOT_TYPE = rule(r"\bno retainer|\bno commission|\bnot (?:a |on a )?(?:fixed|time)|\bas defined in|\broyalty[- ]free")
EVERY = (
    ("weekly", r"weekly|each week|per week"),
    ("biweekly", r"bi-?weekly|every (?:two|2|other) weeks?|fortnightly|(?:every|each) fortnight"),
    ("semimonthly", r"semi-?monthly|twice (?:a|per) month"),
    ("monthly", r"monthly|(?:each|every|per|the|a|calendar|following|applicable|that|such) (?:calendar )?month"),
    ("quarterly", r"quarterly|(?:each|every|per|the|calendar) (?:calendar )?quarter"),
    ("annually", r"annual(?:ly)?|yearly|(?:each|every|per) year"),
    ("per_milestone", r"milestones?|acceptance of (?:the |each |such )?deliverables?"),
    (
        "on_completion",
        (
            r"(?:upon|on|after|at) (?:the )?(?:full |final |successful )?completion(?! of (?:each |the |such "
            r"|a )*(?:applicable )?(?:milestone|phase|deliverable))"
        ),
    ),
    ("in_advance", r"in advance|up-?front|for that (?:month|quarter)"),
    ("on_signing", r"(?:upon|on|at) (?:the )?(?:signing|signature|execution|effective date)"),
)
INVOICING = rule(
    r"\b(?:shall|will|may|to|must)\b[^.;]{0,40}\b(?:invoice|bill)\b"
    r"|\breceive an? (?:invoice|statement)\b|\b(?:raise|render|issue)s?\b[^.;]{0,12}\b(?:invoices?|accounts?)\b"
    r"|\b(?:provider|consultant|contractor|supplier|vendor|developer|company|we) (?:invoices?|bills?)\b"
    r"|(?-i:\b[A-Z]\w+) (?-i:invoices|bills)\b"
    r"|\binvoices?(?: shall"
    r"| will)?[^.;]{0,40}\b(?:issued|submitted|sent|rendered)"
    r"|\binvoiced\b|\bbilled\b|\bbillings\b|\bissues?\b[^.;]{0,20}\binvoices?\b|\bbilling "
    r"frequency|\binvoice frequency|\binvoicing\b"
    r"|\bpayable\b[^.;]{0,40}\b(?:monthly|quarterly|annually|in)"
    r"|\bpaid (?:monthly|quarterly|annually|weekly)|\b(?:monthly|quarterly|annual|weekly) (?:invoices?"
    r"|statements?|installments?|payments?)"
    r"|\bsubmits?\b[^.;]{0,30}\binvoices?|\bfees?\b{SAME}{0,40}[:-] ?(?=monthly|quarterly|annual)"
    r"|\b(?=(?:monthly|quarterly|annually) in (?:arrears|advance))"
)
# fees that fall due without an invoice: "shall be paid on a monthly basis", "due upon completion of each milestone"
DUE = rule(
    r"\b(?:paid|payable|due|installments?|pay)\b[^.;]{0,50}?\b(?:(?P<monthly>monthly|(?:each|every"
    r"|of the) (?:calendar )?month)"
    r"|(?P<quarterly>quarterly|(?:each|every) (?:calendar )?quarter)|(?P<annually>annually)"
    r"|(?P<per_milestone>(?:upon|on|after) (?:\w+ ){0,4}(?:completion|acceptance|achiev\w+|delivery)"
    r"(?: \w+){0,4} milestones?))\b"
)
OWED = rule(
    r"\bfees?\b|\bretainer|\bcompensation|\bcharges?\b|\bcommission|\broyalt|\bmilestone|\bservices\b|\binvoice"
)
NOT_DUE = rule(
    r"\bend of the month|\bdays from|\bdays after|\d(?:st|nd|rd"
    r"|th) of the month|\breport|\binterest|\btaxe?s?\b|\bsalar|\brent\b"
)
AFTER = 130
SHARE_A_MONTH = rule(r"(?:%|cent)\)? (?:interest )?(?:per|each|a)? ?$")
DAY_OF_PAYMENT = rule(
    r"\b(?:days|net)\b{SAME}{0,30}\bend of the month|\bpa(?:id|yable"
    r"|yment)\b{SAME}{0,60}\d(?:st|nd|rd|th)? (?:day )?of (?:the|each|that) month"
)
DELIVERY = rule(
    r"\b(?:invoices?|bills|statements) (?:(?:shall|will|must|are to|should) be|are|go) "
    r"(?:\w+ )?(?:sent|addressed|submitted|delivered|mailed|forwarded"
    r"|e-?mailed|directed)"
    r"(?: (?:by |in )?[\w-]+)? to ?:?\s*(?P<where>{SAME}[^;\n]{3,120}?)(?=\.\s|\.$|;|\n|$)"
    r"|\b(?:send|submit|address|e-?mail|direct) (?:all |the "
    r"|its )?invoices? to ?:?\s*(?P<there>[^;\n]{4,120}?)(?=\.\s|\.$|;|\n|$)"
    r"|\b(?:billing contact|invoice (?:address|to|e-?mail|delivery|recipient)|bill to"
    r"|send invoices? to)\s?[:|]\s*(?P<label>[^\n|;]{4,120})"
)


PORTAL = rule(
    r"\binvoices?\b[^.;]{0,90}\b(?:uploaded|posted|lodged"
    r"|submit(?:ted)?|entered) [^.;]{0,30}?\b(?:to|through|via|in|on) "
    r"(?:the )?(?P<where>(?-i:[A-Z])[\w &-]{2,50}?(?:portal|platform|system)\b(?: \([A-Z]{2,6}\))?)"
    r"|\bsubmit invoices\b[^.;]{0,60}\bthrough (?:the )?(?P<there>(?-i:[A-Z])[\w &-]{2,50}?(?:portal"
    r"|platform|system)\b)"
)
ORDERS = rule(r"\b(?:POs?|purchase orders?)\b")
MAILED = rule(
    r"\b(?:sen[dt]s?|go(?:es)?|delivery|delivered|forward(?:ed)?|e-?mail(?:ed)?|submit(?:ted)?|address(?:ed)?)\b{SAME}{0,50}?\b(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
)


def find(view: View) -> Iterator[Candidate]:
    """Candidates of the topic."""
    yield from _delivery(view)
    for value, pattern, confidence in TYPES:
        for match in view.search(rule(pattern)):
            before = view.text[max(0, match.start() - 30) : match.end() + 5]
            if not (NOT_TYPE.search(before) or (value == "revenue_share" and COMMISSION.search(before))):
                yield candidate("billing_type", value, match, confidence)
    for match in view.search(INVOICING):
        yield from _frequency(view, match.start(), match.end())
    for match in view.search(DUE):
        if OWED.search(view.sentence(match.start())) and not NOT_DUE.search(match[0]):
            yield candidate("invoice_frequency", next(k for k, v in match.groupdict().items() if v), match, 0.66)


def _delivery(view: View) -> Iterator[Candidate]:
    for match in view.search(MAILED):
        orders = ORDERS.search(match[0]) and not rule(r"\binvoice").search(match[0])
        if not orders and rule(r"\binvoices?\b").search(view.text[max(0, match.start() - 120) : match.end()]):
            yield candidate("invoice_delivery", match["mail"], match, 0.8)
    for match in view.search(PORTAL):
        yield candidate("invoice_delivery", " ".join((match["where"] or match["there"]).split()), match, 0.76)
    for match in view.search(DELIVERY):
        group = next(name for name in ("where", "there", "label") if match[name])
        if rule(r"@|\d|attention|attn|accounts|[A-Z]\w+ [A-Z]").search(match[group]):
            yield candidate("invoice_delivery", " ".join(match[group].split()), match, 0.78)


def _frequency(view: View, start: int, end: int) -> Iterator[Candidate]:
    stop = min(view.sentence_end(end), end + AFTER)
    days = DAY_OF_PAYMENT.search(view.text, start, stop)
    stop = days.start() if days else stop
    often = False  # twice a month is told by days "of the month"
    for value, pattern in EVERY:
        found = rule(r"\b(?:" + pattern + r")\b").search(view.text, start, stop)
        rate = found and SHARE_A_MONTH.search(view.text, max(0, found.start() - 14), found.start())
        if found and not rate and not (often and value == "monthly"):
            often = often or value in {"biweekly", "semimonthly"}
            yield Candidate("invoice_frequency", value, start, max(found.end(), end), 0.72)
