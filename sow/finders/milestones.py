"""Milestones: names with an amount or a share, from lists and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sow.document import Table
from sow.normal import AMOUNT, DATE, PERCENT, day, money, percent
from sow.view import Candidate, View, rule

LISTED = rule(
    r"(?:^|\n)[ \t]*(?:[-*•]|\(?[a-z\d]{1,2}[.)])?[ \t]*(?P<name>(?:[A-Z]{2,3} )?(?:Milestones?|Phase"
    r"|Deliverable|Payment|Stage|Installment) ?(?:#|No\.? )?"
    r"[A-Z]?\d+[^\n:]{0,100}?)(?:[:|]| - | upon )[ ]?(?P<rest>[^\n]{0,240})"
)
PAID_UPON = rule(
    r"(?P<share>{PERCENT})(?:[)\s]{0,3}\(?(?P<amount>{AMOUNT})\)?)?(?:(?! upon|[.;\n]).){0,60}? "
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
MONEY = re.compile(AMOUNT, re.IGNORECASE)
SHARE = re.compile(PERCENT, re.IGNORECASE)
DAY = re.compile(DATE, re.IGNORECASE)
NAME_HEAD = rule(r"\b(?:milestone|deliverable|phase|payment|stage|installment|event|description|work package)\b")
AMOUNT_HEAD = rule(r"\b(?:amount|fee|price|payment|value|invoice|cost|USD|EUR|GBP|%|percentage|share)\b|[$€£%]")
RATE_HEAD = rule(r"\b(?:hour|day|rate|role|grade)")
DUE_HEAD = rule(r"\b(?:due|date|target|planned|deadline)\b")
NUMBER = re.compile(r"\d[\d,.' ]*")


def find(view: View) -> Iterator[Candidate]:
    """Candidates of the topic."""
    for match in view.search(LISTED):
        yield from _listed(match)
    for match in view.search(PAID_UPON):
        value = money(match["amount"]) if match["amount"] else percent(match["share"])
        yield _milestone(match["name"], None, value or "", match.span(), 0.74)
    for match in view.search(IN_PROSE):
        share = SHARE.fullmatch(match["amount"])
        value = percent(match["amount"]) if share else money(match["amount"])
        yield _milestone(match["name"], day(match["due"]) if match["due"] else None, value or "", match.span(), 0.88)
    for table in view.tables:
        yield from _table(view, table)


def _listed(match: re.Match[str]) -> Iterator[Candidate]:
    found = MONEY.search(match["rest"])
    share = SHARE.search(match["rest"])
    value = money(found[0]) if found else percent(share[0]) if share else None
    if value is None:
        return
    due = DAY.search(match["rest"])
    yield _milestone(match["name"], day(due[0]) if due else None, value, (match.start("name"), match.end("rest")), 0.84)


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
    names = [i for i, text in enumerate(head) if NAME_HEAD.search(text) and not AMOUNT_HEAD.search(text)]
    amounts = [i for i, text in enumerate(head) if AMOUNT_HEAD.search(text) and i not in names[:1]]
    if not names or not amounts or any(RATE_HEAD.search(text) for text in head):
        return None
    return names[0], amounts


def _rows(view: View, table: Table, at: int, named: int, amounts: list[int]) -> Iterator[Candidate]:
    head = [cell.text for cell in table.rows[at]]
    due = next((i for i, text in enumerate(head) if DUE_HEAD.search(text) and i != named), None)
    for row in table.rows[at + 1 :]:
        if len(row) <= max(named, *amounts) or re.match(r"(?i)(?:grand |sub-?)?total", row[named].text or row[0].text):
            continue
        value = next((v for i in amounts if (v := _value(row[i].text, head[i]))), None)
        when = day(row[due].text) if due is not None and due < len(row) and DAY.search(row[due].text) else None
        start = view.flat.offset(min(cell.start for cell in row))
        end = view.flat.offset(max(cell.end for cell in row) - 1) + 1
        if value and row[named].text and start < end:
            yield _milestone(row[named].text, when, value, (start, end), 0.9)


def _value(text: str, head: str) -> str | None:
    if not NUMBER.search(text) or DAY.search(text):
        return None
    return percent(text) if "%" in text or ("%" in head and "." not in text) else money(text)
