"""The effects of an amendment: clauses replaced, added or deleted, and terms raised, lowered, extended or changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

from domain.amendments import Effect, Operation
from domain.source import Evidence
from sow.document import Clause, Layout
from sow.grounding import ground
from sow.normal import AMOUNT, COUNT, DATE, PERCENT, count, day, duration, money, percent
from sow.rules import rule
from sow.view import Candidate, View

SPAN = rf"{COUNT}[- ]?(?: ?(?:calendar|full|further|additional|more))?[- ]?(?:years?|months?|weeks?|days?)\b"
MONEY: tuple[str, Callable[[str], Any]] = (AMOUNT, money)
DATES: tuple[str, Callable[[str], Any]] = (DATE, day)
DAYS: tuple[str, Callable[[str], Any]] = (rf"{COUNT}(?=[- ]*(?:[a-z]+ )?days?\b)", count)
SHARE: tuple[str, Callable[[str], Any]] = (PERCENT, percent)
# Which words of a sentence name a term, the most telling first, and what its values look like.
SUBJECTS: tuple[tuple[str, str, tuple[str, Callable[[str], Any]]], ...] = (
    ("rates", r"\b(?:hourly |daily |day |billing )?rates?\b(?! table| card)", MONEY),
    ("expense_cap", r"\b(?:expenses?|travel)\b.{0,60}\b(?:cap|limit|ceiling|maximum|budget|exceed)", MONEY),
    (
        "not_to_exceed",
        (
            r"\bnot[- ]to[- ]exceed|\b(?:fee|fees|budget|spending|cost)? ?(?:cap|ceiling|limit)\b"
            r"|\bmaximum (?:contract )?(?:amount|value|fees?|compensation)|\bshall not exceed"
        ),
        MONEY,
    ),
    (
        "total_value",
        (
            r"\bcontract (?:value|price|sum|amount)|\b(?:total|fixed|project|overall|agreed) (?:contract |project )?"
            r"(?:fees?|price|value|amount|costs?|compensation|consideration|budget)\b"
            r"|\bfees? (?:payable )?(?:under|for)\b|\bthe (?:fees?|price|compensation)\b"
        ),
        MONEY,
    ),
    ("advance", r"\b(?:advance|deposit|down payment|prepayment)\b", MONEY),
    ("retainage", r"\b(?:retainage|retention|holdback)\b", SHARE),
    ("acceptance_days", r"\b(?:acceptance|review) period|\bto (?:accept|review)\b", DAYS),
    ("invoice_dispute_days", r"\bdispute (?:period|an? invoices?|invoices?)", DAYS),
    ("renewal_notice_days", r"\brenewal\b.{0,60}\bnotice|\bnotice of (?:non-?)?renewal", DAYS),
    ("termination_convenience_days", r"\bterminat\w+ for convenience|\bnotice (?:period|of termination)", DAYS),
    (
        "payment_terms_days",
        r"\bpayment (?:terms?|period)|\binvoices? (?:is|are|shall be|becomes?) (?:due|payable)",
        DAYS,
    ),
    (
        "end_date",
        (
            r"\b(?:end|completion|expiration|expiry|termination) date|\bterm\b|\bperiod of performance|\bduration\b"
            r"|\b(?:sow|statement of work|agreement|contract|engagement|work order)\b"
        ),
        DATES,
    ),
)
VERBS: tuple[tuple[Operation, str], ...] = (
    ("increases", r"\b(?:increase[sd]?|increasing|raise[sd]?|raising)\b"),
    ("decreases", r"\b(?:reduce[sd]?|reducing|decrease[sd]?|lower(?:s|ed)?)\b"),
    ("extends", r"\b(?:extend(?:s|ed)?|extending|extension|prolong(?:s|ed)?|postpone[sd]?)\b"),
    ("replaces", r"\b(?:chang(?:es?|ed)|amended|replaced?|revised|adjusted|modified|moved|brought forward)\b"),
)
NO_TERM = rule(r"\bliabilit|\binsuranc|\bindemni|\bmay (?:be )?(?:only )?(?:be )?(?:amend|chang|extend|increas|modif)")
NO_CHANGE = rule(r"\b(?:not|never|no)\b{NEAR}\b(?:chang|amend|modif|increas|extend|affect)")
WORDED = r"(?:[a-z][a-z ,-]{2,70}\(\s?)?"
BY = r"\bby (?:an? |the )?(?:additional |further |amount of |total of |maximum of |up to |another )*" + WORDED
FROM = r"\bfrom (?:an? |the )?(?:amount of |total of |current )*" + WORDED
FILL = r"(?: and including| read| an?| the| new| total| maximum| amount| of| be| not| to exceed)* "
TO = (r"\b(?:to|until|through)" + FILL + WORDED, r"\b(?:total of|exceeds?|now|becomes|with|at)" + FILL + WORDED)
SINCE = rule(
    r"\b(?:with effect (?:from|as of|on)|effective(?: as of| from| on)?|as of|as from|commencing(?: on)?"
    r"|starting(?: on)?|from)(?: and after| the)? (?P<date>{DATE})"
)
ROLE = (
    r"\brates? (?:for|of|applicable to) (?:the |an? |any )*(?:role of )?(?:[\"'])?"
    r"(?P<role>(?-i:[A-Z][\w/&+-]*(?: [A-Z][\w/&+-]*){0,4}))"
)
PER = rule(r"\b(?:per|an|a|/) ?(?P<per>hour|day|week|month)\b|\b(?P<hourly>hourly)\b|\b(?P<daily>daily|day rate)\b")
SECTION = (
    r"\b(?:section|clause|article|paragraph|sub-?section|schedule|exhibit|annex|appendix|§) ?"
    r"(?P<clause>\d{1,2}(?:\.\d{1,2}){0,3}(?:\([a-z]\))?|(?-i:[A-Z])\b(?:-?\d{1,2})?|(?-i:[IVX]{1,5})\b)"
)
DONE = r"(?:is|are|shall be|will be)(?: hereby)?(?: in its entirety)?"
REPLACED = (
    SECTION + r"{NEAR}\b" + DONE + r" (?:deleted(?: in its entirety)?(?:,| and) (?:hereby )?(?:replaced|substituted)"
    r"|replaced|substituted|amended and restated|restated|amended)\b"
)
DELETED = SECTION + r"{NEAR}\b" + DONE + r" (?:deleted|removed|struck)\b(?!{NEAR}\b(?:replaced|substituted))"
DELETES = r"\b(?:delete|remove|strike)s? " + SECTION + r"(?!{NEAR}\b(?:replace|substitut))"
ADDED = (
    r"(?:\bnew " + SECTION + r"|\bthe following (?P<what>[a-z -]{3,40}?))(?:{NEAR}\b)" + DONE + r" (?:added|inserted"
    r"|included)\b(?:{NEAR}\b" + SECTION.replace("?P<clause>", "?P<into>") + r")?"
)
STRUCTURAL: tuple[tuple[Operation, str], ...] = (
    ("replaces", REPLACED),
    ("deletes", DELETED),
    ("deletes", DELETES),
    ("adds", ADDED),
)
CLOSING = rule(r"\bexcept as\b|\bin witness\b|\ball other (?:terms|provisions)|\bremains? (?:unchanged|in full force)")
QUOTED = re.compile(r'[^"]{0,80}"[^"]{2,2400}"')
LONGEST = 2_500
LONGEST_SENTENCE = 600


def effects(view: View, layout: Layout, parts: Sequence[Clause]) -> Iterator[Effect]:
    """All effects in the order of the text. What a replaced clause newly says is no effect of its own."""
    structural = list(_structural(view, layout, parts))
    found = structural + [
        effect
        for effect in _stated(view, layout, parts)
        if not any(other.start <= effect.start < other.end and other.operation == "replaces" for other in structural)
    ]
    yield from sorted(found, key=lambda effect: effect.start)


def _structural(view: View, layout: Layout, parts: Sequence[Clause]) -> Iterator[Effect]:
    matches: list[tuple[re.Match[str], Operation]] = sorted(
        ((match, operation) for operation, pattern in STRUCTURAL for match in view.search(rule(pattern))),
        key=lambda found: found[0].start(),
    )
    taken = 0
    for position, (match, operation) in enumerate(matches):
        if match.start() < taken or NO_CHANGE.search(match[0]):
            continue
        taken = match.end()
        following = next((later.start() for later, _ in matches[position + 1 :] if later.start() >= taken), None)
        end = _extent(view, parts, match, operation, following)
        clause = match.groupdict().get("clause") or match.groupdict().get("into") or ""
        yield from _effect(view, layout, parts, (match.start(), match.end()), end, operation, clause=clause)


def _extent(
    view: View, parts: Sequence[Clause], match: re.Match[str], operation: Operation, following: int | None
) -> int:
    """Until where an effect's new text reaches: its closing quote, the amendment's next clause, or the next effect."""
    if operation == "deletes":
        return match.end()
    limit = min(following or len(view.text), match.end() + LONGEST, len(view.text), _next(view, parts, match.end()))
    if (opened := QUOTED.match(view.text, match.end(), limit)) and opened.end() <= limit:
        return opened.end()
    closing = CLOSING.search(view.text, match.end(), limit)
    return closing.start() if closing else limit


def _next(view: View, parts: Sequence[Clause], at: int) -> int:
    """Where the amendment's own next clause begins: the successor of the clause that holds this folded position."""
    source = view.flat.source(min(at, len(view.text) - 1))
    own = next((part.number for part in reversed(parts) if part.number and part.start <= source), "")
    levels = own.split(".")
    if not all(level.isdecimal() for level in levels):
        return len(view.text)
    wanted = {".".join([*levels[:n], str(int(levels[n]) + 1)]) for n in range(len(levels))}
    later = next((part.start for part in parts if part.start > source and part.number in wanted), None)
    return len(view.text) if later is None else view.flat.offset(later)


def _stated(view: View, layout: Layout, parts: Sequence[Clause]) -> Iterator[Effect]:
    """Sentences that name a term and say how it changes."""
    seen: set[tuple[int, str | None]] = set()
    for operation, verb in VERBS:
        for match in view.search(rule(verb)):
            start = view.sentence_start(match.start(), LONGEST_SENTENCE)
            end = view.sentence_end(match.start(), LONGEST_SENTENCE)
            for effect in _change(view, layout, parts, operation, (start, end)):
                if (effect.start, effect.field) not in seen:
                    seen.add((effect.start, effect.field))
                    yield effect


def _change(
    view: View, layout: Layout, parts: Sequence[Clause], operation: Operation, span: tuple[int, int]
) -> Iterator[Effect]:
    sentence = view.text[span[0] : span[1]]
    if NO_TERM.search(sentence) or NO_CHANGE.search(sentence):
        return
    for field, subject, (pattern, read) in SUBJECTS:
        if not _can(operation, field) or not rule(subject).search(sentence):
            continue
        told = _told(field, operation, sentence, pattern, read)
        if told:
            yield from _effect(view, layout, parts, span, span[1], operation, field=field, **told)
            return


def _can(operation: Operation, field: str) -> bool:
    """Only a date is extended, and no date grows."""
    return operation == "replaces" or (operation == "extends") is (field == "end_date")


def _told(
    field: str, operation: Operation, sentence: str, pattern: str, read: Callable[[str], Any]
) -> dict[str, Any] | None:
    """Value, former value and difference that a sentence states of a field; None when it states no new one."""
    found = (_after(lead, sentence, pattern, read) for lead in TO)
    value, before = next((v for v in found if v is not None), None), _after(FROM, sentence, pattern, read)
    delta = _delta(field, operation, sentence)
    since = SINCE.search(sentence)
    if field == "end_date" and operation == "replaces" and not rule(r"\bdate\b|\bends?\b|\bterm\b").search(sentence):
        return None
    if value is None and delta is None:
        return None
    told = {"value": value, "before": before, "delta": delta, "since": day(since["date"]) if since else None}
    if field == "end_date" and told["since"] in {value, before}:
        told["since"] = None
    return _of_rate(told, sentence) if field == "rates" else told


def _after(lead: str, sentence: str, pattern: str, read: Callable[[str], Any]) -> Any:
    match = rule(lead + r"(?P<value>" + pattern + r")").search(sentence)
    return read(match["value"]) if match else None


def _delta(field: str, operation: Operation, sentence: str) -> str | None:
    """The difference: an amount or share up or down, a duration longer."""
    if operation in {"increases", "decreases"}:
        share = _after(BY, sentence, PERCENT, percent)
        found = share or _after(BY, sentence, AMOUNT, money)
        return f"-{found}" if found and operation == "decreases" else found
    if operation == "extends" and field == "end_date":
        lead = r"(?:\bby|\bfor) (?:an? |the )?(?:additional |further |another |period of )*"
        return _after(lead, sentence, SPAN, duration)
    return None


def _of_rate(told: dict[str, Any], sentence: str) -> dict[str, Any] | None:
    """A rate's new amount in its role; only a share may raise the rates of all roles."""
    role = rule(ROLE).search(sentence)
    if role is None:
        return told if told["value"] is None and str(told["delta"]).endswith("%") else None
    entry = " ".join(role["role"].split())
    per = PER.search(sentence)
    unit = "day" if per and per["daily"] else (per["per"] if per and per["per"] else "hour")
    named = {"role": entry, "per": unit}
    return {
        **told,
        "entry": entry,
        "value": {**named, "amount": told["value"]} if told["value"] else None,
        "before": {**named, "amount": told["before"]} if told["before"] else None,
    }


def _effect(
    view: View,
    layout: Layout,
    parts: Sequence[Clause],
    quoted: tuple[int, int],
    end: int,
    operation: Operation,
    **said: Any,
) -> Iterator[Effect]:
    evidence = ground(Candidate("", None, quoted[0], quoted[1], 1.0), view, layout)
    if evidence is not None:
        reach = view.flat.span(quoted[0], max(end, quoted[0] + 1))
        yield Effect(operation, evidence, reach[0], reach[1], by=_own_clause(parts, evidence), **cast("Any", said))


def _own_clause(parts: Sequence[Clause], evidence: Evidence) -> str:
    """The number of the amendment's own clause that states it."""
    before = [part.number for part in parts if part.number and part.start <= evidence.start]
    return before[-1] if before else ""
