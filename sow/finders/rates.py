"""Rates: amounts per unit of time or thing, from prose, lists and tables; and how they escalate."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sow.document import Cell, Table
from sow.normal import amount, money
from sow.rules import rule
from sow.view import Candidate, View

PERS = {
    "hour": r"hours?|hrs?\.?|hourly",
    "day": r"days?|daily|diem|man-?days?|MD\b",
    "week": r"weeks?|weekly",
    "month": r"months?|monthly|mo\b",
    "quarter": r"quarters?|quarterly",
    "year": r"years?|annum|yearly|annual(?:ly)?|yr\b",
}
PER = "|".join(PERS.values())
NAMED = r"(?-i:[A-Z])[A-Za-z]+(?: (?-i:[A-Z])[A-Za-z]+){0,3}[: ]{1,2}"
PROSE = rule(
    r"(?P<amount>{AMOUNT})\]?(?: ?\([^)]{0,40}\))?[ *]{0,3}(?:(?:per|an?|(?:for )?each|(?:for )?every|/)[ "
    r"]?(?:(?:person|head|resource|consultant|engineer|FTE) (?:per|a|/) ?)?(?:calendar |person[- ]|man[- ])?(?P<per>"
    + PER
    + r")\b"
    r"|(?:per|for each) (?P<unit>(?!occurrence|claim|incident|person|mile|project|share|cent)[a-z]{3,}))"
)
LED = rule(
    r"\b(?P<per>hourly|daily|day(?= rates?\b)|monthly|quarterly|weekly|annual) (?:billing "
    r"|recurring |service |support |flat "
    r"|fixed |managed |services |"
    r"minimum |maintenance |license |subscription |hosting |base |platform |programme "
    r"|advisory |consulting |operating )*(?:rates?|fees?|charges?"
    r"|retainer)\b(?: ?\([^)]{0,30}\))?(?: (?:of|is|are|shall be|at|amounts to|equal to|equals"
    r"|in the amount of|for [a-z ]{2,40} is)| ?:)* ?\(?"
    r"(?P<amount>{AMOUNT})"
)
# "hourly rates, which range from $140 for analysts to $385 for principals"
RANGED = rule(
    r"\b(?P<per>hourly|daily) (?:billing )?rates?\b{SAME}{0,60}?\b(?:range|ranging|vary|varying|between|from)\b"
    r"{SAME}{0,20}?(?P<low>{AMOUNT})(?: (?:per|an|a) (?:hour|day))?(?: for (?:an? "
    r")?(?P<lower>[a-z ]{3,30}?))?,? (?:to|and|-) "
    r"(?P<high>{AMOUNT})(?: for (?:an? )?(?P<higher>[a-z ]{3,30}?)(?=[.,;]))?"
)
LISTED = rule(
    r"(?:^|\n)[ \t]*(?:[-*•]"
    r"|\d+[.)])?[ \t]*(?P<role>[A-Z][A-Za-z/&,. -]{2,50}?)(?: \([^)\n]{0,40}\))?[ \t]*[:-][ \t]+(?P<amount>{AMOUNT})"
    r"(?:[ ]?(?:per|/)[ ]?(?P<per>" + PER + r"))?(?=[ \t]*(?:\n|$|;|,))"
)
HOURLY_ABOVE = rule(r"\b(?:(?P<hour>hourly|per hour|/ ?hour)|(?P<day>daily|per day|day rates?))\b")
NOT_RATE = rule(
    r"\binsur|\bliabilit|\boccurrence|\bpenalt|\bliquidated|\bservice credit|\bmileage|\bmeals?\b|\blodging"
    r"|\bhotel|\bshares?\b"
    r"|\bdamages|\bper diem allowance|\bcoverage|\bsalar(?:y|ies) of"
)
ROLE_HEAD = rule(
    r"\b(?:roles?|position|skills?|product|charges?|activity|task|band|discipline|specialist|title|grade|level|category|resource|labou?r|consultant|service|description|personnel"
    r"|staff|profile|item)\b"
)
RATE_HEAD = rule(r"\brates?\b|\bprice|\bper (?:hour|day|month)|\b(?:hourly|daily)\b|/ ?(?:hour|hr|day|h)\b|\bfee\b")
OTHER_HEAD = rule(r"\bmilestone|\bdue|\btotal\b|\bphase\b|\bdate\b|\bdeliverable|%")
SURELY_RATE = rule(r"\brates?\b|\b(?:hourly|daily)\b|\bper (?:hour|day)")
STAGE_HEAD = rule(r"\b(?:milestones?|deliverables?|phase)\b")
FREQUENCY_HEAD = rule(r"(?:frequency|billing|billed|period|recurrence)")
AMOUNT_HEAD = rule(r"(?:amount|charge|fee)s?\b")
ONCE = rule(r"\b(?:one-?off|one-?time|once)\b")
BARE = re.compile(
    r"(?:[$€£]|[A-Z]{3} ?|[A-Z]{1,2}\$|Rs?\.?)?\s?(?:\d{1,3}(?:[,.' ]\d{3})+|\d+)(?:[.,]\d{1,2})?(?: ?(?:[A-Z]{3}"
    r"|[€£]))?(?:\s?(?:/|per)\s?\w+)?"
)
# roles in one line, as in “at these daily rates: Partner S$3,600; Manager S$2,200”
SERIES = rule(r"\b(?P<per>hourly|daily|day|weekly|monthly) rates?\b[^.;\n]{0,30}?[:| ]{1,3}(?=" + NAMED + r"{AMOUNT})")
# "hourly rates are $485 for partners, $310 for associates and $165 for paralegals"
FOR_ROLES = rule(r"\b(?P<per>hourly|daily|day|weekly|monthly) rates?\b[^.;\n\d]{0,60}?(?={AMOUNT} for )")
FOR_ROLE = rule(
    r"(?P<amount>{AMOUNT}) for (?:an? |the |each )?(?P<role>[a-z][a-z -]{2,40}?)(?:,? and |[,;] ?(?:and )?|(?=\.|\n|$))"
)
IN_SERIES = rule(r"(?P<role>" + NAMED + r")(?P<amount>{AMOUNT})(?:[,;] ?(?:and )?| and |(?=[.\n]|$))")
ANNOUNCED = rule(r"\brates?\b[^.;]{0,80}\bper (?:person |man |resource )*(?:per )?(?P<per>" + PER + r")\b[^.;]{0,20}$")
ESCALATION = rule(
    r"\b(?:rates?|fees?|prices?|charges?)\b[^.;]{0,120}\b(?:increas\w+|adjust\w+|escalat\w+|uplift\w*|revis\w+|review\w+"
    r"|index\w+)\b[^.;]{0,100}?"
    r"(?P<how>{PERCENT}|(?-i:\b[A-Z]\w+(?: [A-Z]\w+){1,4}) index\b"
    r"|\bCPI\b|\bconsumer price index|\binflation|\bRPI\b|\bHICP\b)"
)
MOST_RATE = 5_000_000
BEFORE = 160  # characters above a table in which its heading stands
ROLE = r"(?P<role>[A-Z][a-z]+(?:[ /-][A-Z][a-z]+){0,3})"
ROLE_AFTER = rule(r" for (?:each |an? |the )?" + ROLE, exact_case=True)
ROLE_BEFORE = rule(r"\b" + ROLE + r"(?:,|:| at| is| -)(?: an?| the)?(?: rate of)? $", exact_case=True)
LONGEST_HEAD = 40


def find(view: View) -> Iterator[Candidate]:
    """Candidates of the topic; an amount in a list or table is not told again as one without a role."""
    listed = [
        *_listed(view),
        *_ranged(view),
        *_series(view),
        *(found for table in view.tables for found in _table(view, table)),
    ]
    yield from listed
    prose = [found for found in _prose(view) if not any(_overlap(found, other) for other in listed)]
    roles = [found for found in prose if found.value["role"]]
    for found in prose:  # one amount that two patterns find is told once, with its role
        if found.value["role"] or not any(_overlap(found, one) for one in roles):
            yield found
    for match in view.search(ESCALATION):
        if not rule(r"\bexcess\b|\binterest\b").search(match[0]):
            yield Candidate("rate_escalation", _escalation(match["how"]), match.start(), match.end(), 0.74)


def _overlap(one: Candidate, other: Candidate) -> bool:
    return one.start < other.end and other.start < one.end


def _prose(view: View) -> Iterator[Candidate]:
    for pattern in (PROSE, LED):
        for match in view.search(pattern):
            if not NOT_RATE.search(view.sentence(match.start(), 160)):
                groups = match.groupdict()
                per = _per(groups["per"]) if groups["per"] else "unit"
                yield from _rate(
                    _named(view, match), match["amount"], per, match.span(), 0.82 if per != "unit" else 0.66
                )


def _ranged(view: View) -> Iterator[Candidate]:
    """Both ends of a range of rates."""
    for match in view.search(RANGED):
        for role, money_ in (("lower", "low"), ("higher", "high")):
            yield from _rate(match[role], match[money_], _per(match["per"]), match.span(), 0.78)


def _listed(view: View) -> Iterator[Candidate]:
    for match in view.search(LISTED):
        per = _per(match["per"]) if match["per"] else _announced(view, match.start())
        if per and not NOT_RATE.search(match[0]):
            yield from _rate(match["role"], match["amount"], per, (match.start("role"), match.end()), 0.84)


def _series(view: View) -> Iterator[Candidate]:
    """Roles with their rates in one line, under a heading that says per what."""
    heads = [(head, IN_SERIES) for head in view.search(SERIES)] + [(head, FOR_ROLE) for head in view.search(FOR_ROLES)]
    for head, one in heads:
        at, per = head.end(), _per(head["per"])
        while found := one.match(view.text, at):
            span = min(found.start("role"), found.start("amount")), max(found.end("role"), found.end("amount"))
            yield from _rate(found["role"], found["amount"], per, span, 0.86)
            at = found.end()


def _named(view: View, match: re.Match[str]) -> str | None:
    """The role that a rate is told for, right after or before it: "EUR 240 per hour for each Partner"."""
    found = ROLE_AFTER.match(view.text, match.end()) or ROLE_BEFORE.search(view.text, match.start() - 80, match.start())
    return found["role"] if found else None


def _per(word: str) -> str:
    return next(name for name, pattern in PERS.items() if re.match(pattern, word, re.IGNORECASE))


def _announced(view: View, at: int) -> str | None:
    """What the heading above a list of amounts says they are per."""
    found = list(HOURLY_ABOVE.finditer(view.text, max(0, at - 500), at))
    return None if not found else "hour" if found[-1]["hour"] else "day"


def _rate(role: str | None, text: str, per: str, span: tuple[int, int], confidence: float) -> Iterator[Candidate]:
    value = amount(text)
    if value and value < MOST_RATE:
        name = " ".join(role.split()).strip(" *:-") if role else None
        yield Candidate("rates", {"role": name, "amount": money(text), "per": per}, *span, confidence)


def _table(view: View, table: Table) -> Iterator[Candidate]:
    at, columns = next(((n, found) for n, row in enumerate(table.rows) if (found := _rate_columns(row))), (0, []))
    above = "" if columns else _heading(view, table)
    columns = columns or (_all_columns(table) if above else [])
    if not columns:
        return
    head = [cell.text for cell in table.rows[at]]
    named = next((i for i, text in enumerate(head[: columns[0]]) if ROLE_HEAD.search(text)), 0)
    for row in table.rows[at + 1 :]:
        said = " ".join(cell.text for cell in row[: columns[0]])
        if not re.search(r"[A-Za-z]{2}", said) or re.match(r"(?i)(?:grand |sub-?)?(?:total|estimate|sum)", said):
            continue
        for column in columns:
            if len(row) > column and BARE.fullmatch(row[column].text.strip()):
                beside = [cell.text for i, cell in enumerate(row) if i and i not in columns]
                told = re.findall(r"\([^)]*\)", row[named].text)  # "Support (annual)"
                per = _unit(" ".join([head[column], row[column].text, *beside, *told, *head, above]))
                yield from _cells(view, row[named], row[column], per)


def _heading(view: View, table: Table) -> str:
    """What is said right above a table of rates by their unit: "Rate card (USD per person per hour)"."""
    at = view.flat.offset(table.rows[0][0].start)
    found = ANNOUNCED.search(view.text[max(0, at - BEFORE) : at].rstrip().rstrip(")"))
    return f"per {found['per']}" if found else ""


def _all_columns(table: Table) -> list[int]:
    """All columns of figures beside the roles, where a header names places or levels rather than rates."""
    head = [cell.text for cell in table.rows[0]]
    if not ROLE_HEAD.match(head[0]) or any(OTHER_HEAD.search(text) or STAGE_HEAD.search(text) for text in head):
        return []
    filled = range(1, len(head))
    return [i for i in filled if any(len(row) > i and BARE.fullmatch(row[i].text.strip()) for row in table.rows[1:])]


def _rate_columns(row: tuple[Cell, ...]) -> list[int]:
    """The columns of rates, where a row is the header of a rate table: a second one only where it says rate."""
    head = [cell.text for cell in row]
    found = [i for i, text in enumerate(head) if i and _is_rate(text)]
    if not found and any(FREQUENCY_HEAD.fullmatch(text) for text in head):
        found = [i for i, text in enumerate(head) if i and AMOUNT_HEAD.match(text)][:1]
    staged = any(STAGE_HEAD.search(text) for text in head) and not any(SURELY_RATE.search(head[i]) for i in found)
    if not found or staged or not ROLE_HEAD.search(" ".join(head[: found[0]])):
        return []
    return [found[0], *(i for i in found[1:] if SURELY_RATE.search(head[i]))]


def _is_rate(text: str) -> bool:
    return bool(RATE_HEAD.search(text)) and not OTHER_HEAD.search(text) and len(text) < LONGEST_HEAD


def _unit(text: str) -> str:
    if ONCE.search(text):
        return "once"
    found = re.search(
        rf"(?:per|/)\s?({PER})|\b(hourly|daily|monthly|quarterly|annual(?:ly)?)\b"
        r"|\b(hours?|HRS?|(?:man-?|person-?)?days?|MD)\b",
        text,
        re.IGNORECASE,
    )
    return _per(next(group for group in found.groups() if group)) if found else "unit"


def _cells(view: View, role: Cell, rate: Cell, per: str) -> Iterator[Candidate]:
    start, end = view.flat.offset(role.start), view.flat.offset(rate.end - 1) + 1
    if start < end and not ONCE.search(per):
        yield from _rate(role.text, rate.text, per, (start, end), 0.9)


def _escalation(how: str) -> str:
    if "%" in how or "cent" in how.lower():
        return f"{how.split('%', maxsplit=1)[0].strip().split()[0]}%/year"
    known = {"consumer": "CPI", "inflation": "inflation"}.get(how.split(maxsplit=1)[0].lower())
    return known or (" ".join(how.split()) if "index" in how.lower() else how.upper())
