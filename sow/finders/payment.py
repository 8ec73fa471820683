"""Payment: how many days, counted from what, interest when late, days to dispute, taxes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sow.normal import count, percent
from sow.rules import rule
from sow.view import Candidate, View, candidate

MOST_DAYS = 180
INVOICED = rule(
    r"\binvoic|\broyalt|\bcommissions?\b|\bcompensation\b|\bstatement|\bbill(?:ed|ing|s)?\b|\bfees?\b"
    r"|\bpayment terms|\bnet\b|\bcosts?\b"
)
PAYING = rule(r"\bpa(?:y|id|ys|yable|yment|yments|ying)\b|\bdue\b|\bremit|\bsettle|\bnet \d")
NOT_PAYING = rule(
    r"\bdisput|\bobject|\bterminat|\bcure\b|\bnotice of|\bwritten notice|\breview period|\bsuspend|\baccept|\brefund"
    r"|\breject|\binterest\b.{0,60}\bafter|\brecords?\b|\baudit|\bsubmit (?:its|an|a|such)? ?invoice|\btransition"
)
WITHIN = rule(
    r"(?:(?P<net>\bnet[- ](?P<netdays>{COUNT})(?: {DAYS})?)"
    r"|(?P<within>\b(?:within|no later than|not later than|no more than|due in|due|payable in) "
    r"(?:a (?:period|maximum) of )?(?P<days>{COUNT}) ?(?:{DAYS}|(?P<weeks>weeks?\b)))"
    r"|(?P<after>(?P<afterdays>{COUNT}) ?{DAYS} (?:after|from|of|following) (?:the )?"
    r"(?:date of |receipt of |end of )?(?:the |each |such |an? )?(?:applicable |undisputed |valid |correct )*"
    r"(?:invoice|month|receipt|presentation|due date|issue|(?:its|their) date))"
    r"|(?P<at>\b(?:pay|paid|payable|payment|due)(?: \w+)? (?:at|in) (?P<atdays>{COUNT}) ?{DAYS})"
    r"|(?P<on>\bon the (?P<ondays>\d{1,3})(?:st|nd|rd|th) (?:calendar )?day (?:after|following)))"
    r"(?P<rest> ?{SAME}{0,90})"
)
LABELLED = rule(
    r"(?:(?:due date (?:is|shall be) the date of the \w+[;,.] ?)?(?:the )?final date for payment (?:is|shall be) "
    r"|(?:payment terms?|terms of payment|zahlungsziel|payment due)\W{1,6}(?:net )?"
    r"|(?:payment period|payment term|maturity(?: period)?)(?: of (?:the |all |each "
    r")?invoices?)? (?:is|are|shall be) )(?P<days>{COUNT})(?: ?{DAYS})?"
    r"(?P<rest>{SAME}{0,80})"
)
BASES = (
    ("month_end", r"end of (?:the |each |such |that )?(?:applicable |calendar |relevant )*month|month[- ]end"),
    ("receipt_of_invoice", r"recei(?:pt|ving|ved|ves|ve)\b(?! of (?:the )?(?:deliverable|first))"),
    (
        "invoice_date",
        r"invoic(?:e|ing)[' s]*(?:date|issu\w+)?|date of (?:\S+ ){0,4}(?:invoice|account\b)|invoiced|\bdate "
        r"thereof|\bdate of (?:its |their )?issue|\b(?:its|their) date",
    ),
    ("other", r"date of (?:the |each )?statement|statement date"),
)
# "within the Payment Period, which runs from receipt of the invoice"
COUNTED = rule(r"\b(?:within|in) (?:the |that )?(?-i:Payment) (?-i:Period|Term)s?\b[^.;]{0,80}")
AT_SIGHT = rule(
    r"\b(?:due|payable)(?: and payable)?(?: in full)?(?: immediately)? (?:up)?on (?:presentation|receipt)\b"
    r"(?: of (?:the |an? |each |our |such )?invoices?)?(?! of)"
)
INTEREST = rule(
    r"(?:(?P<share>one and one[- ]half|{WORD}|\d{1,2}(?:\.\d{1,2})?)\s?(?:1/2)? ?(?:per ?cent|%)?"
    r"(?: ?\( ?(?P<digits>\d{1,2}(?:\.\d{1,3})?) ?%? ?(?:1/2%)?\))?(?:per ?cent|%)?)"
    r"(?: of [^.;]{0,40}?)?[, ]{1,2}(?:simple |compounded )?(?:interest )?"
    r"(?:per|a|each|/) ?(?P<per>month|annum|year)"
    r"|(?P<adverb>\d{1,2}(?:\.\d{1,2})?)\s?(?:per ?cent|%) ?(?:(?P<annually>monthly|annually)|p\. ?a\b)"
)
LATE = rule(
    r"\blate\b|\bservice charge|\bin default\b|\barrears|\bnot paid\b|\binterest\b"
    r"|\boverdue|\bpast due|\bunpaid|\bfinance charge|\bdelinquent|\boutstanding balance"
)
ABOVE = rule(
    r"(?:{PERCENT}|(?P<points>\d{1,2}|{WORD}) (?:percentage )?points?) (?:\(\w+\) )?(?:per annum |p\.a\. )?"
    r"(?:above|over|plus) (?:the )?(?P<index>[a-z ]{0,30}?(?:base|prime|ecb|euribor|sonia|reference)[a-z -]{0,20}rate)"
    r"|\b(?P<index_first>(?:base|prime|repo|euribor|sonia|[a-z ]{0,30}?reference)(?: lending| interest)? ?rate)"
    r"(?: [^.;,\d]{0,40})? plus (?P<plus>{PERCENT})"
)
BANK = rule(
    r"\b(?P<bank>European Central Bank|ECB|Bank of England)\b[^.;]{0,100}? (?:plus|increased by|and) "
    r"(?P<points>{COUNT}|{PERCENT}) ?(?:percentage )?(?:points?|per ?cent)"
)
BANKS = {"european central bank": "ecb", "ecb": "ecb", "bank of england": "boe"}
DISPUTE = rule(r"\b(?:within|no later than|has|have) (?P<days>{COUNT}) ?{DAYS}")
DISPUTED = rule(
    r"\bdisput|\bquestions? (?:about|on|regarding) (?:an?|any|the|each) (?:invoice|statement)"
    r"|\bobject(?:s|ions?)? to (?:an?|any|the|such) invoice|error or problem"
)
TAX = (
    r"(?:taxes|tax\b|VAT\b|GST\b|HST\b|value[- ]added|goods and services tax|sales (?:and use )?tax|sales, use"
    r"|consumption tax)"
)
TAX_EXCLUSIVE = (
    r"\b(?:increased by|ex|excl\.?) " + TAX,
    (
        r"\b(?:exclusive|excluding|net) of (?:any |all |applicable |and |or )*(?:[\w-]+, ){0,5}(?:[\w-]+ ){0,4}?"
        r"(?:taxes|tax\b|VAT|GST|value[- ]added|sales)|not inclusive of (?:any )?taxes"
    ),
    r"\b(?:excluding|excl\.?|excludes?|ex) (?:any |all |the |applicable |statutory )*" + TAX,
    r"\bplus (?:any |all |the |applicable |statutory |prevailing )*" + TAX,
    r"\+ ?(?:VAT|GST|HST)\b",
    r"\b(?:fees?|prices?|charges?|amounts?|expenses)\b{SAME}{0,40}\bsubject to (?:the addition of )?(?:VAT|GST|HST)\b",
    (
        r"\b(?:do|does|shall|will) not include (?:any |all |applicable )*(?:[\w-]+,? (?:or |and )?){0,6}?"
        r"(?:tax|VAT|GST)"
    ),
    (
        r"\b(?:client|customer|company|you|buyer|purchaser|[A-Z]{3,8}) "
        r"(?:is|are|shall be|will be) (?:solely )?responsible for (?:the payment of |paying "
        r")?(?:all|any)(?: applicable)? "
        r"(?:sales|use|taxes)|\bresponsible for(?:,? and shall pay,?| the payment of)? (?:all"
        r"|any) (?:applicable )?(?:sales|value[- ]added)\b|\b(?:pay|bear) (?:all |any )(?:applicable )?sales,"
    ),
    (
        r"\b(?:VAT|GST|HST|value[- ]added tax|sales tax|taxes)(?: is| are)? (?:(?:will|shall|to) be )?"
        r"(?:not included|extra|added|(?:charged|payable|paid) (?:extra|in addition|separately))"
    ),
)
TAX_INCLUSIVE = (
    r"\b(?:fees?|prices?|rates?|charges?|amounts?)\b{SAME}{0,40}\b(?:inclusive of|includes?|including) (?:all |any )*"
    r"(?:applicable )?(?:[\w-]+, ){0,4}(?:[\w-]+ )?(?:taxes|VAT|GST)"
    r"|{AMOUNT}[ ,(]{1,3}(?:inclusive of|including|incl\.?) (?:all |any |applicable )*(?:taxes|VAT|GST|HST)"
    r"|\bcovers? all costs,? (?:inclusive of|including)\b{SAME}{0,80}\btaxes|\b(?:VAT|GST|taxes) (?:is |are )?included"
)


def find(view: View) -> Iterator[Candidate]:
    """Candidates of the topic."""
    yield from _days(view)
    yield from _interest(view)
    yield from _dispute(view)
    for pattern in TAX_EXCLUSIVE:
        for match in view.search(rule(pattern)):
            yield candidate("taxes", "exclusive", match, 0.85)
    for match in view.search(rule(TAX_INCLUSIVE)):
        if not re.search(r"\bnot\b", match[0]):
            yield candidate("taxes", "inclusive", match, 0.85)


def _days(view: View) -> Iterator[Candidate]:
    for match in view.search(LABELLED):
        yield from _payment(match, count(match["days"]), 0.92)
    for match in view.search(WITHIN):
        sentence = view.sentence(match.start())
        about = view.text[view.sentence_start(match.start(), 240) : match.end()]
        if match["net"]:
            if INVOICED.search(sentence):
                yield from _payment(match, count(match["netdays"]), 0.9)
        elif PAYING.search(about) and INVOICED.search(sentence) and not NOT_PAYING.search(_near(view, match)):
            invoice = rule(r"\binvoic").search(match["rest"] + (match["after"] or ""))
            days = next(said for group in ("days", "afterdays", "atdays", "ondays") if (said := match[group]))
            number = (count(days) or 0) * (7 if match["weeks"] else 1)
            yield from _payment(match, number, 0.88 if invoice else 0.62)
    for match in view.search(COUNTED):
        yield from _basis(match, match.end(), 0.8)
    for match in view.search(AT_SIGHT):
        if INVOICED.search(view.sentence(match.start())):
            yield candidate("payment_terms_days", 0, match, 0.7)
            yield candidate("payment_terms_basis", "receipt_of_invoice", match, 0.7)


def _near(view: View, match: re.Match[str]) -> str:
    low = max(view.sentence_start(match.start(), 240), match.start() - 110)
    return view.text[low : match.end()]


def _payment(match: re.Match[str], days: int | None, confidence: float) -> Iterator[Candidate]:
    if days is None or not 0 < days <= MOST_DAYS:
        return
    end = match.end() - len(match["rest"])
    yield Candidate("payment_terms_days", days, match.start(), end, confidence)
    yield from _basis(match, end, confidence)


def _basis(match: re.Match[str], end: int, confidence: float) -> Iterator[Candidate]:
    """What the days are counted from, as the words after them say."""
    for basis, pattern in BASES:
        if found := rule(pattern).search(match[0]):
            stop = match.start() + found.end()
            yield Candidate("payment_terms_basis", basis, match.start(), max(stop, end), confidence)
            return


def _interest(view: View) -> Iterator[Candidate]:
    for match in view.search(INTEREST):
        sentence = view.sentence(match.start())
        if not LATE.search(sentence):
            continue
        share = _share(match)
        if share is not None:
            per = "month" if (match["per"] or match["annually"] or "").lower().startswith("month") else "year"
            yield candidate("late_interest", f"{share}/{per}", match, 0.86)
    for match in view.search(ABOVE):
        if LATE.search(view.sentence(match.start())):
            points = match["points"]
            share = f"{count(points)}%" if points else percent(match["plus"] or match[0]) or ""
            index = match["index"] or match["index_first"]
            yield candidate("late_interest", f"{_index(index)}+{share}/year", match, 0.84)
    for match in view.search(BANK):
        if LATE.search(view.sentence(match.start())):
            bank = BANKS[" ".join(match["bank"].lower().split())]
            yield candidate("late_interest", f"{bank}+{_points(match['points'])}/year", match, 0.84)


def _index(said: str) -> str:
    """The name of what interest is counted above: "prime", "ecb", "boe", or its own words."""
    name = " ".join(said.lower().split())
    bank = next((short for bank, short in BANKS.items() if re.search(rf"\b{bank}\b", name)), None)
    return "prime" if "prime" in name else bank or " ".join(said.split())


def _points(said: str) -> str:
    return percent(said) or f"{count(said)}%"


def said_interest(text: str) -> str | None:
    """What a label of late payment has beside it: "18% per annum", "4% above the base rate"."""
    if match := ABOVE.search(text):
        share = percent(match["plus"] or match[0])
        return f"{_index(match['index'] or match['index_first'])}+{share}/year" if share else None
    match = INTEREST.search(text)
    share = _share(match) if match else None
    monthly = match and (match["per"] or match["annually"] or "").lower().startswith("month")
    return f"{share}/{'month' if monthly else 'year'}" if share else None


def _share(match: re.Match[str]) -> str | None:
    if match["adverb"]:
        return percent(match["adverb"])
    if "one-half" in match[0].replace(" ", "-").lower() or "1/2" in match[0]:
        return "1.5%"
    if "%" not in match[0] and "cent" not in match[0].lower():
        return None
    if match["digits"]:
        return percent(match["digits"])
    number = match["share"]
    return percent(number) if number[0].isdigit() else f"{count(number)}%"


def _dispute(view: View) -> Iterator[Candidate]:
    for match in view.search(DISPUTE):
        sentence = view.sentence(match.start())
        days = count(match["days"])
        if days and DISPUTED.search(sentence) and rule(r"\binvoice|\bbill|\bstatement|\bamounts?\b").search(sentence):
            before = view.text[max(0, match.start() - 160) : match.end() + 120]
            if rule(r"\bnotif|\bnotice|\bwriting|\bcontact|\binform|\btell|\bmay dispute|\braise").search(
                before
            ) and not rule(r"\bmediat|\barbitrat|\bnegotiat|\bescalat|\bresolv|\bexecutive").search(
                view.text[match.start() - 80 : match.end() + 40]
            ):
                yield candidate("invoice_dispute_days", days, match, 0.8)
