"""Forms: fields that stand as a label with a value rather than in a sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from sow.finders.payment import said_interest
from sow.labels import Pair, labelled, pairs
from sow.normal import COUNT, DATE, count, currency, duration, money, percent
from sow.rules import rule
from sow.view import Candidate, View

BASES = (
    ("month_end", r"end of (?:the )?month|month[- ]end"),
    ("receipt_of_invoice", r"receipt"),
    ("invoice_date", r"invoice"),
)
BILLING = (
    ("time_and_materials", r"time (?:and|&) materials?|T&M|hourly|daily rates?"),
    ("fixed_fee", r"fixed|lump sum"),
    ("milestone", r"milestone"),
    ("retainer", r"retainer|monthly fee"),
    ("unit_price", r"unit price|per unit"),
)
EVERY = (
    ("biweekly", r"bi-?weekly|every two weeks"),
    ("weekly", r"\bweekly|every week"),
    ("monthly", r"monthly|every month|month(?:'s)? end"),
    ("quarterly", r"quarter"),
    ("annually", r"annual|yearly"),
    ("per_milestone", r"milestone"),
    ("in_advance", r"in advance"),
    ("on_completion", r"completion"),
)
EXPENSES = (
    ("not_reimbursed", r"not reimburs|no expenses|none\b(?! expected)|not applicable"),
    ("included", r"included"),
    ("reimbursed", r"(?<!not.)reimburs|at cost"),
    ("capped", r"cap(?:ped)?\b|up to|maximum"),
    ("pre_approved", r"approv"),
)
TAXES = (("exclusive", r"exclu|plus|added"), ("inclusive", r"inclu"))


def _choices(options: tuple[tuple[str, str], ...]) -> Callable[[str], list[str]]:
    return lambda text: [value for value, pattern in options if rule(pattern).search(text)]


def _first(options: tuple[tuple[str, str], ...]) -> Callable[[str], str | None]:
    return lambda text: next((value for value, pattern in options if rule(pattern).search(text)), None)


def _date(text: str) -> str | None:
    """The date as written: the order of its numbers is the document's."""
    match = rule(DATE).match(text)
    return match[0] if match else None


def _first_day(text: str) -> str | None:
    """Where a label of a period has two dates, the first of them."""
    match = rule(r"(?:from )?(?P<date>{DATE}) ?(?:to|-|until|through)\b").match(text)
    return match["date"] if match else None


def _last_day(text: str) -> str | None:
    match = rule(r"(?:from )?{DATE} ?(?:to|-|until|through) ?(?P<date>{DATE})").match(text)
    return match["date"] if match else None


def _days(text: str) -> int | None:
    match = rule(rf"(?:net )?(?P<days>{COUNT})(?: {{DAYS}})?(?! (?:week|month|year))").match(text)
    return count(match["days"]) if match else None


def _span(text: str) -> int | None:
    """Days, also of weeks and months, wherever a short value says them."""
    match = rule(r"(?P<days>{COUNT})[- ](?:calendar |business |working )?(?P<unit>days?|weeks?|months?)\b").search(text)
    number = count(match["days"]) if match else None
    return number * {"d": 1, "w": 7, "m": 30}[match["unit"][0].lower()] if match and number else None


def _yes(text: str) -> bool | None:
    return {"yes": True, "no": False, "required": True, "not": False}.get(re.split(r"\W", text.lower())[0])


def _written(text: str) -> bool | None:
    """Whether a change needs a paper that both sign."""
    return True if rule(r"\bchange (?:order|request|note)|\bsigned\b|\bin writing\b|\bwritten\b").search(text) else None


def _amount(text: str) -> str | None:
    return money(text) if rule(r"{AMOUNT}").match(text) or BARE.fullmatch(text) else None


def _whole_amount(text: str) -> str | None:
    """An amount that is not for each of something."""
    return (
        None
        if rule(r"{AMOUNT}[^.;]{0,20}(?:\bper\b|/|\ba (?:day|month)|\beach\b|monthly)").match(text)
        else _amount(text)
    )


def _amount_or_share(text: str) -> str | None:
    return percent(text) if rule(r"{PERCENT}").match(text) else _amount(text)


def _place(text: str) -> str | None:
    text = re.split(
        r"[.;(]|,? (?:without|excluding)", re.sub(r"^(?:the )?laws? of (?:the )?", "", text, flags=re.IGNORECASE)
    )[0]
    return text.strip() if re.match(r"[A-Z]", text) and len(text.split()) <= 6 else None  # noqa: PLR2004 - a place, no clause


def _number(text: str) -> str | None:
    match = re.match(r"(?=\S*\d)[A-Z0-9][\w./-]{1,30}$", text)
    return match[0] if match else None


def _text(text: str) -> str | None:
    return (
        text
        if re.search(r"@|\d|[A-Z]\w+ [A-Z]", text) and not re.search(r"\b(?:shall|will|must|within)\b", text)
        else None
    )


def _agreement(text: str) -> str | None:
    """An agreement with its number or date: "Call-Off 14 under Framework Agreement FW-880" is under the latter."""
    said = re.split(r"\bunder (?:the )?", text)[-1]
    return said if re.search(r"\d", said) and not re.search(r"\b(?:shall|will|must|within)\b", said) else None


def _mail(text: str) -> str | None:
    match = re.search(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", text)
    return match[0] if match else None


def _currency(text: str) -> str | None:
    return currency(text) if len(text) < 30 else None  # noqa: PLR2004 - a name, no clause


BARE = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d{2})?")  # beside a label that says that it is money
PERIOD = r"(?:period of performance|(?:assignment |contract |order |service |project )?(?:term|period|duration|dates))"
# what a label begins with that says only whose date or number it is
OWN = (
    r"(?:the |call-off(?: contract)? |order |contract |project |sow |services? |agreement |subscription |planned "
    r"|anticipated |actual )*"
)
FIELDS: tuple[tuple[str, str, Callable[[str], Any]], ...] = (
    (
        "document_number",
        r"(?:(?:statement of work|sow|work order|service order|services order|order form|task order|change order|job"
        r"|call-off(?: contract)?|contract"
        r"|agreement|document|order|offer|quote|quotation|our)? ?(?:no\.?|number|ref\.?|reference|id))",
        _number,
    ),
    ("master_agreement", r"(?:framework|master|governing|parent)(?: services?)? (?:agreement|contract)", _text),
    (
        "master_agreement",
        r"(?:(?:statewide|prime|umbrella|base|call-off|underlying) (?:agreement|contract)|agreement)",
        _agreement,
    ),
    ("effective_date", PERIOD, _first_day),
    ("end_date", PERIOD, _last_day),
    ("end_date", r"long ?stop date", _date),
    (
        "effective_date",
        OWN
        + r"(?:effective|start|commencement|begin|starts?)(?: date)?(?: of (?:the )?(?:services|order|contract|work))?",
        _date,
    ),
    (
        "end_date",
        OWN + r"(?:end|ends|finish|expiry|expiration|(?:target )?completion)(?: date)?(?: of (?:the "
        r")?(?:services|order|contract|work))?",
        _date,
    ),
    ("term", OWN + r"(?:initial |minimum |fixed )?(?:term|duration|period)", duration),
    (
        "billing_type",
        r"(?:basis of charging|billing (?:type|basis|model)|fee (?:type|basis|model)|charging basis|pricing model)",
        _choices(BILLING),
    ),
    ("currency", r"(?:billing |contract )?currency", _currency),
    (
        "total_value",
        r"(?:estimated )?total (?:contract |project )?(?:value|fees?|price|amount|cost)"
        r"|(?:contract|order|project) (?:value|price|fee|sum)"
        r"|fixed (?:price|fee)|(?:our |the )?(?:fee|price)",
        _whole_amount,
    ),
    (
        "not_to_exceed",
        (
            r"(?:maximum (?:amount(?: payable)?|fees?|(?:contract |order |call-off )?(?:value"
            r"|price))|budget(?: cap)?|fee cap|cap"
            r"|(?:total )?ceiling(?: price)?"
            r"|not[- ]to[- ]exceed)(?: \(?not[- ]to[- ]exceed\)?| amount)?"
        ),
        _amount,
    ),
    ("payment_terms_days", r"payment terms?|terms of payment|payment(?: period)?|payment due", _days),
    ("payment_terms_basis", r"payment terms?|terms of payment|payment(?: period)?|payment due", _first(BASES)),
    (
        "invoice_frequency",
        r"invoicing|invoice frequency|billing frequency|billing cycle|invoices?|payment profile",
        _choices(EVERY),
    ),
    ("po_required", r"(?:purchase order|PO)(?: number)?(?: required\??)?", _yes),
    ("po_number", r"(?:client |customer )?(?:purchase order|P\.?O\.?)(?: ?(?:no\.?|number|ref\.?|reference))", _number),
    ("expenses", r"(?:travel (?:and|&) |reimbursable )?expenses|travel(?: costs?)?", _choices(EXPENSES)),
    (
        "expense_cap",
        r"(?:maximum )?(?:travel (?:and|&) )?(?:expenses?|travel) ?\(?(?:max(?:imum|\.)?|cap|limit|ceiling|budget)\)?",
        _amount,
    ),
    ("advance", r"advance(?: payment)?|deposit|down payment|upfront payment", _amount_or_share),
    ("retainage", r"retainage|retention|holdback", _amount_or_share),
    (
        "late_interest",
        r"(?:default|late payment) (?:interest )?rate|late payments?|(?:late payment |default )?interest(?: rate)?",
        said_interest,
    ),
    ("invoice_dispute_days", r"(?:invoice )?disputes?(?: period)?", _days),
    ("acceptance_days", r"(?:acceptance|review|sign-?off|inspection)(?: period)?", _span),
    (
        "termination_convenience_days",
        r"(?:notice|termination) for convenience|termination(?: notice)?|notice period|cancel(?:lation)?",
        _span,
    ),
    ("change_order_required", r"changes?(?: control| orders?| procedure)?|variations?", _written),
    ("governing_law", r"(?:governing |applicable )?law", _place),
    ("taxes", r"VAT|taxes|tax|sales tax", _first(TAXES)),
    (
        "invoice_delivery",
        r"(?:address for )?invoices?(?: (?:to|address|recipient|e-?mail))?|(?:(?:who and )?where to )?send invoices to"
        r"|billing (?:contact|address|e-?mail)",
        _text,
    ),
    ("invoice_delivery", r"invoicing|billing", _mail),
)
SURE = 0.9


def find(view: View) -> Iterator[Candidate]:
    """Candidates of all fields that forms carry."""
    found = pairs(view)
    for field, label, read in FIELDS:
        for pair in labelled(found, rule(label)):
            found_in = read(pair.value)
            dated = found_in and field in {"effective_date", "end_date"}
            yield from _candidates(field, pair, view.day(found_in) if dated else found_in)


def _candidates(field: str, pair: Pair, found: Any) -> Iterator[Candidate]:
    for value in found if isinstance(found, list) else [found]:
        if value is not None:
            yield Candidate(field, value, pair.start, pair.end, SURE)
