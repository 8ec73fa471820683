"""Milestones: names with an amount or a share, from lists and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import zip_longest

from sow.document import Table
from sow.grounding import LONGEST_QUOTE
from sow.normal import AMOUNT, DATE, PERCENT, amount, money, percent
from sow.rules import rule
from sow.view import Candidate, View

KIND = r"(?:Milestones?|Phase|Deliverable|Payment|Stage|Instal?lment|Work Package)"
ORDINAL = r"(?:[A-Z]?\d+[a-z]?|[A-Z]\b|one|two|three|four|five|six|[IVX]{1,4})\b"
LISTED = rule(
    r"(?:^|\n)[ \t]*(?:[-*•]|\(?[a-z\d]{1,2}[.)]|\d{1,2}(?:\.\d{1,2}){1,3}\.?)?[ \t]*"
    r"(?P<name>(?:[A-Z]{2,3} )?" + KIND + r" ?(?:#|No\.? )?[A-Z]?\d+[^\n:|]{0,110}?)"
    r"(?:[:|]| - (?=[^\n:]{0,120}(?:\n|$))| upon )[ ]?"
    r"(?P<rest>(?:(?!\n\s*(?:\n|[-|*#(•]|\d+[.)]|" + KIND + r"\b))[\s\S]){0,240})"
)
HEADED = rule(
    r"(?:^|\n)[ \t]*(?:#{1,6}[ \t]+|\d{1,2}(?:\.\d{1,2}){0,3}\.?[ \t]+)?(?P<name>"
    + KIND
    + r" ?(?:#|No\.? )?"
    + ORDINAL
    + r"[^\n|]{0,140})(?=\n)"
)
HEADING = rule(r"\n[ \t]*#{1,6}[ \t]+\S")
PRICED = rule(
    r"\n[ \t]*(?:[-*•][ \t]*)?(?:(?:total|estimated|milestone|phase) )?(?:costs?|price|fees?|amount|payment"
    r"|budget|value|funding)"
    r"(?: (?:amount|requested))?[ \t]*[:|][ \t]*(?P<amount>{AMOUNT}"
    r"|[$€£]?\d[\d,.]*(?: ?[km]\b)?)(?P<unit> ?[A-Za-z]{2,5}\b)?"
)
LONGEST_SECTION = 6_000
INLINE = rule(
    r"\b(?P<name>Milestone ?(?:#|No\.? )?\d+ ?[:-] ?(?:(?!Milestone ?\d)[^\n|;]){2,120}?)\s{1,4}(?P<rest>{AMOUNT})"
)
PAID_UPON = rule(
    r"(?P<share>{PERCENT})(?:[)\s]{0,3}\(?(?P<amount>{AMOUNT})\)?)?(?:(?! upon|[.;\n%]).){0,60}? "
    r"(?:upon|on|at|after) (?:the )?(?:written )?(?P<name>(?:successful |full |final )?"
    r"(?:completion|acceptance|delivery|approval|commencement|signature|signing|execution|go-live) (?:of"
    r"|or) [^.;\n,(]{3,80}"
    r"|(?:client|customer)'s (?:written )?(?:acceptance|approval)[^.;\n,(]{0,60}|project (?:start|kick-?off"
    r"|completion)|go-live)"
)
IN_PROSE = rule(
    r"(?P<amount>{AMOUNT}|{PERCENT}){SAME}{0,60}?\b(?:upon|on|at|for"
    r"|after)\b{SAME}{0,60}?\bmilestone (?:of )?[\"'](?P<name>[^\"\n]"
    r"(?:[^\"]){2,90}?)[\"'](?:,? due (?:on |by )?(?P<due>{DATE}))?"
)
# shares of a whole, each due on an event; together they are the schedule where they come to 100 %
SHARED = rule(
    r"(?P<share>{PERCENT})(?:[)\s]{0,3}\(?(?P<amount>{AMOUNT})\)?)?(?:(?!{PERCENT})[^.;\n]){0,60}?"
    r"\b(?:upon|on|at|after|when|against|along with|following|before|prior to)"
    r" (?:the )?(?P<name>(?:(?!,? (?:and )?{PERCENT})[^.;\n(]){3,90})"
)
PARTS = rule(
    r"(?P<amount>{AMOUNT})(?: (?:is |are |will be |shall be )?(?:due|payable|paid))? "
    r"(?:upon|on|at|after|when|following|by) "
    r"(?:the )?(?P<name>(?:(?!{AMOUNT})[^.;\n(]){3,90})"
)
REDUCED = rule(r"\bdiscount|\brebate|\bpenalt|\bliquidated|\broyalt")  # shares of what nobody delivers
NOT_SHARED = rule(
    r"\broyalt|\brevenue|\bvest|\bgrant|\binterest|\bnet sales|\bshares\b|\bstock"
    r"|\boptions?\b|\bdiscount|\bpenalt|\bdamages"
)
WHOLE, APART = 100, 300  # per cent; characters between one share and the next
AT_SIGNING = rule(r"\b(?:signature|signing|execution|effective date|commencement)\b")
MONEY = re.compile(AMOUNT, re.IGNORECASE)
SHARE = re.compile(PERCENT, re.IGNORECASE)
DAY = re.compile(DATE, re.IGNORECASE)
NAME_HEAD = rule(
    r"\b(?:milestone|outputs?\b|deliverable|phase|payment|stage|installment|event|description|work package)\b"
)
AMOUNT_HEAD = rule(r"\b(?:amount|fee|price|payment|value|invoice|cost|USD|EUR|GBP|%|percentage|share)\b|[$€£%]")
RATE_HEAD = rule(r"\b(?:hour|day|rate|role|grade)")
NAMED_HEAD = rule(r"\b(?:milestone|deliverable)s?$")  # "Payment milestone" names, though it says payment
QUANTITY_HEAD = rule(r"(?:qty\.?|quantity|units?|unit prices?)")  # a list of prices
DUE_HEAD = rule(r"\b(?:due|date|target|planned|deadline)\b")
NUMBER = re.compile(r"\d[\d,.' ]*")
SURE, TABLED = 0.84, 0.9
SHARE_HEAD = rule(r"%|\bpercent|\bshare\b")
# where invoices come each month, stages of the fee are not what they wait for
REGULARLY = rule(
    r"\b(?:invoic|bill|account)\w*\b[^.;]{0,80}\b(?:monthly|(?:each|every|calendar|per) (?:calendar )?month|quarterly)"
    r"|\b(?:monthly|quarterly) (?:basis|retainer|invoic|in arrears|in advance)"
)
COINS = frozenset({"BTC", "ETH", "DOT", "KSM", "XBT"})


def find(view: View) -> Iterator[Candidate]:
    """Candidates of the topic; where several are priced, they are also how fees are billed."""
    found = list(_found(view))
    yield from found
    if len(found) > 1 and found[0].confidence >= SURE:
        yield replace(found[0], field="billing_type", value="milestone", confidence=0.74)
        told = found[0].confidence < TABLED  # "30% upon delivery" says when, a row of a table only what for
        if told or not any(True for _ in view.search(REGULARLY)):
            yield replace(found[0], field="invoice_frequency", value="per_milestone", confidence=0.6)


def _found(view: View) -> Iterator[Candidate]:
    rows = [found for table in view.tables for found in _table(view, table)]
    listed = [found for match in view.search(LISTED) for found in _listed(view, match)]
    beside = [found for found in listed if not any(_overlap(found, row) for row in rows)]
    yield from _stages(beside + list(_sections(view)))
    inline = list(view.search(INLINE))  # the rows of a table that lost its lines
    if len(inline) > 1:
        yield from (_milestone(row["name"], None, money(row["rest"]) or "", row.span(), 0.7) for row in inline)
    prose = list(_in_prose(view))
    yield from prose
    shared = [s for s in (*_shares(view), *_parts(view)) if not any(_overlap(s, told) for told in prose)]
    yield from shared
    for match in view.search(PAID_UPON):
        value = money(match["amount"]) if match["amount"] else percent(match["share"])
        found = _milestone(match["name"], None, value or "", match.span(), 0.74)
        less = REDUCED.search(view.text, max(0, match.start() - 70), match.end())
        if not less and not AT_SIGNING.search(match["name"]) and not any(_overlap(found, other) for other in shared):
            yield found
    yield from rows


def _in_prose(view: View) -> Iterator[Candidate]:
    for match in view.search(IN_PROSE):
        share = SHARE.fullmatch(match["amount"])
        value = percent(match["amount"]) if share else money(match["amount"])
        due = view.day(match["due"]) if match["due"] else None
        yield _milestone(match["name"], due, value or "", match.span(), 0.88)


def _overlap(one: Candidate, other: Candidate) -> bool:
    return one.start < other.end and other.start < one.end


def _shares(view: View) -> Iterator[Candidate]:
    """Shares that follow one another and come to the whole."""
    chain: list[re.Match[str]] = []
    for match in view.search(SHARED):
        if chain and match.start() - chain[-1].end() > APART:
            chain = []
        if NOT_SHARED.search(match[0]):
            continue
        chain.append(match)
        total = sum(Decimal((percent(item["share"]) or "0%")[:-1]) for item in chain)
        if total == WHOLE and len(chain) > 1:
            yield from (_milestone(m["name"], None, _due_share(m), m.span(), 0.86) for m in chain)
        if total >= WHOLE:
            chain = []


def _due_share(match: re.Match[str]) -> str:
    return (money(match["amount"]) if match["amount"] else percent(match["share"])) or ""


def _parts(view: View) -> Iterator[Candidate]:
    """Amounts that follow one another, each due on an event, and come to an amount that the text states."""
    chain: list[re.Match[str]] = []
    stated = {amount(match[0]) for match in view.search(rule("{AMOUNT}"))}
    for match in view.search(PARTS):
        if chain and match.start() - chain[-1].end() > APART:
            chain = []
        chain.append(match)
        if len(chain) > 1 and sum(amount(item["amount"]) or 0 for item in chain) in stated:
            yield from (_milestone(m["name"], None, money(m["amount"]) or "", m.span(), 0.86) for m in chain)
            chain = []


def _listed(view: View, match: re.Match[str]) -> Iterator[Candidate]:
    found = MONEY.search(match["rest"])
    share = SHARE.search(match["rest"])
    value = money(found[0]) if found else percent(share[0]) if share else None
    if value is None:
        return
    due = DAY.search(match["rest"])
    yield _milestone(
        match["name"], view.day(due[0]) if due else None, value, (match.start("name"), match.end("rest")), 0.84
    )


def _stages(found: list[Candidate]) -> list[Candidate]:
    """Where a text numbers its milestones, the phases that it also prices are what they are part of."""
    named = [item for item in found if item.value["name"].lower().startswith("milestone")]
    return named if len(named) > 1 else found


def _sections(view: View) -> Iterator[Candidate]:
    """A section for each milestone, with its cost on a line of its own below the heading."""
    heads = list(view.search(HEADED))
    for head, following in zip_longest(heads, heads[1:]):
        end = min(following.start() if following else len(view.text), head.end() + LONGEST_SECTION)
        if outer := _outer(view, head, end):
            end = outer
        if priced := PRICED.search(view.text, head.end(), end):
            value = _cost(priced["amount"], (priced["unit"] or "").strip())
            near = priced.end("amount") - head.start("name") <= LONGEST_QUOTE
            span = (head.start("name") if near else priced.start() + 1, priced.end("amount"))
            yield _milestone(head["name"], None, value or "", span, 0.88)


def _outer(view: View, head: re.Match[str], end: int) -> int | None:
    """Where a heading of no lower rank than this one begins, if that is before `end`."""
    marks = len(head[0].strip()) - len(head[0].strip().lstrip("#"))
    headings = HEADING.finditer(view.text, head.end(), end) if marks else iter(())
    return next((m.start() for m in headings if m[0].count("#") <= marks), None)


def _cost(text: str, unit: str) -> str | None:
    """Of coins, unlike money, thousandths are told: 1.181 of them are not 1,181."""
    if unit.upper() in COINS and re.fullmatch(r"\d+\.\d+", text):
        return text
    return money(text + unit) if unit.lower() in {"k", "m"} else money(text)


def _milestone(name: str, due: str | None, value: str, span: tuple[int, int], confidence: float) -> Candidate:
    record = {"name": " ".join(name.split()).strip(" *:-|"), "due": due, "amount": value}
    return Candidate("milestones", record, *span, confidence)


def _table(view: View, table: Table) -> Iterator[Candidate]:
    for at, row in enumerate(table.rows):
        if found := _columns([cell.text for cell in row]):
            yield from _rows(view, table, at, *found)
            return


def _columns(head: list[str]) -> tuple[int, list[int]] | None:
    """The column of names and those of amounts, where these cells are the header of a milestone table."""
    names = [
        i
        for i, text in enumerate(head)
        if NAMED_HEAD.search(text) or (NAME_HEAD.search(text) and not AMOUNT_HEAD.search(text))
    ]
    amounts = [i for i, text in enumerate(head) if AMOUNT_HEAD.search(text) and i not in names[:1]]
    if not names or not amounts or any(RATE_HEAD.search(text) or QUANTITY_HEAD.fullmatch(text) for text in head):
        return None
    return names[0], sorted(amounts, key=lambda i: bool(SHARE_HEAD.search(head[i])))


def _rows(view: View, table: Table, at: int, named: int, amounts: list[int]) -> Iterator[Candidate]:
    head = [cell.text for cell in table.rows[at]]
    due = next((i for i, text in enumerate(head) if DUE_HEAD.search(text) and i != named), None)
    for row in table.rows[at + 1 :]:
        if len(row) <= max(named, *amounts) or re.match(r"(?i)(?:grand |sub-?)?total", row[named].text or row[0].text):
            continue
        value = next((v for i in amounts if (v := _value(row[i].text, head[i]))), None)
        when = view.day(row[due].text) if due is not None and due < len(row) and DAY.search(row[due].text) else None
        start = view.flat.offset(min(cell.start for cell in row))
        end = view.flat.offset(max(cell.end for cell in row) - 1) + 1
        if value and row[named].text and start < end:
            yield _milestone(row[named].text, when, value, (start, end), 0.9)


def _value(text: str, head: str) -> str | None:
    if not NUMBER.search(text) or DAY.search(text):
        return None
    return percent(text) if "%" in text or ("%" in head and "." not in text) else money(text)
