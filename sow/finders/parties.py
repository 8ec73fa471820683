"""Parties: who receives the services and pays, who performs and is paid.

A preamble introduces each party with a name, a description and an alias in brackets. The alias tells the role
("Client", "Contractor"); where it does not, what the party does in the rest of the document tells it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sow.labels import pairs
from sow.view import Candidate, View, rule

CLIENTS = frozenset(
    {"client", "customer", "buyer", "purchaser", "recipient", "principal", "licensee", "sponsor", "auftraggeber"}
)
PROVIDERS = frozenset(
    [
        "vendor",
        "supplier",
        "consultant",
        "contractor",
        "service provider",
        "provider",
        "developer",
        "service company",
        "independent contractor",
        "subcontractor",
        "seller",
        "licensor",
        "advisor",
        "adviser",
        "manufacturer",
        "employee",
        "outsourcer",
        "auftragnehmer",
    ]
)
LEGAL = (
    r"(?:Inc|LLC|L\.L\.C|Ltd|LTD|INC|Limited|Corp|CORP|Corporation|Company|Co|plc|PLC|LLP|LP|GmbH|AG|KG|SE|S\.?A\.?S?|B\.?V|N\.?V|"
    r"Pty|SARL|Incorporated|ULC|DAC)"
)
OPENING = rule(
    r"\b(?:by and between|by and among|between|among|entered into by|made by"
    r"|agreement (?:is )?with)\b(?: and between)?[\s:,*-]*"
)
ALIAS = re.compile(r"\(([^()]{0,60}?(?:\"|'')[^()]{0,160}?|(?:the )?(?!Pty|US|UK)[A-Z][a-z]+(?: [A-Z][a-z]+)?\s?)\)")
QUOTED = re.compile(r"(?:\"|'')\s*((?:(?!\"|'').){2,60}?)\s*[,.]?(?:\"|'')")
NOT_PARTY = rule(r"date|agreement|\bsow\b|services\b|parties|\border\b|project|term\b|hereinafter as$")
BEFORE_NAME = re.compile(
    r"(?i:[\s,;:.*•-]|\b(?:and|by|between|the)\b|\(?(?:\d{1,2}|[ivx]{1,3}|[a-z])[.)]"
    r"|\([A-Z][a-z]+\))*"
)
AFTER_NAME = rule(
    r",? (?:an?|having|whose|with|located|organi[sz]ed|incorporated (?:in|under)|registered|established|acting|through"
    r"|represented|who|which|at|of) |\((?!Pty)|[;|\n]| - |,(?= \d)|, (?=[^,\n]{3,40} \d)|, (?:hereinafter"
    r"|hereafter|and its)"
)
PRONOUNS = frozenset(
    [
        "the",
        "this",
        "each",
        "either",
        "such",
        "it",
        "if",
        "in",
        "your",
        "you",
        "whereas",
        "any",
        "all",
        "both",
        "parties",
        "party",
    ]
)
LABEL = rule(
    r"(?:(?:^|\n|\| ?)[ \t*#-]*|\b(?:acceptance|accepted|agreed) by )(?P<role>client|customer|buyer|purchaser"
    r"|vendor|supplier|"
    r"consultant|contractor|service provider|provider|developer|auftraggeber|auftragnehmer)"
    r"(?: name| company| legal name)?[ *]*(?::|\|)[ *]*(?P<name>[^\n|]{3,90})"
)
CLIENT_LABEL = rule(r"(?:client|customer|buyer|purchaser|ordering party|auftraggeber)(?: name)?")
PROVIDER_LABEL = rule(r"(?:vendor|supplier|consultant|contractor|(?:service )?provider|auftragnehmer)(?: name)?")
IN_LETTER = re.compile(r"(?P<name>[A-Z][\w.&'-]*(?:,? [A-Z][\w.&'-]*){1,5})(?:, an? [^()]{3,80}?)?\s*$")
PREAMBLE = 8_000
WINDOW = 2_400
LONGEST = 100
MOST_WORDS = 11
BOTH = 2  # parties: the role of one decides that of the other


@dataclass(frozen=True)
class Party:
    """A party that a preamble introduces: where its name stands and what it is called."""

    start: int
    end: int
    aliases: tuple[str, ...]


def find(view: View) -> Iterator[Candidate]:
    """Candidates of the topic."""
    yield from _labelled(view)
    yield from _in_form(view)
    parties = list(_introduced(view)) or list(_in_letter(view))
    for party, (field, confidence) in zip(parties, _roles(view, parties), strict=True):
        if field:
            yield Candidate(field, _clean(view.text[party.start : party.end]), party.start, party.end, confidence)


def _roles(view: View, parties: list[Party]) -> list[tuple[str | None, float]]:
    """Each party's role: stated by an alias, else by what it does; of two parties, one role decides the other."""
    stated = [_stated(party) for party in parties]
    roles = [(role, 0.9) if role else (None, 0.0) for role in stated]
    if len(parties) == BOTH and not all(stated) and any(stated):
        return [known if known[0] else (_opposite(next(filter(None, stated))), 0.8) for known in roles]
    roles = [known if known[0] else _acting(view, party) for known, party in zip(roles, parties, strict=True)]
    told = next((field for field, _ in roles if field), None)
    if len(parties) == BOTH and told:
        return [known if known[0] else (_opposite(told), 0.62) for known in roles]
    return roles


def _opposite(field: str) -> str:
    return "provider" if field == "client" else "client"


def _stated(party: Party) -> str | None:
    """The role that an alias states. "Company" states none: consultants' clients and vendors are both called so."""
    for alias in party.aliases:
        word = alias.lower().removeprefix("the ").strip()
        if word in PROVIDERS:
            return "provider"
        if word in CLIENTS:
            return "client"
    return None


def _acting(view: View, party: Party) -> tuple[str | None, float]:
    """Whoever pays is the client, whoever performs the provider; "Company" breaks a tie."""
    called = "|".join(re.escape(alias) for alias in party.aliases if len(alias) > 1) or "(?!)"
    pays = rf"\b(?:{called}) (?:shall|will|agrees to|must) (?:\w+ )?(?:pay|reimburse|compensate|engage|retain)"
    served = rf"\b(?:invoice|bill|provide|deliver|submit|services)(?: [a-z]+)? (?:to )?(?:the )?(?:{called})\b"
    serves = (
        rf"\b(?:{called}) (?:shall|will|agrees to|must) (?:\w+ )?(?:perform|provide|render|deliver"
        rf"|invoice|develop)"
    )
    paid = rf"\b(?:pay|paid|payable|reimburse|compensate)(?: to)? (?:the )?(?:{called})\b"
    client = _count(view, pays) * 2 + _count(view, served)
    provider = _count(view, serves) * 2 + _count(view, paid) * 2
    if client == provider:
        return ("client", 0.6) if "company" in {alias.lower() for alias in party.aliases} else (None, 0.0)
    return ("client", 0.7) if client > provider else ("provider", 0.7)


def _count(view: View, pattern: str) -> int:
    return sum(1 for _ in view.search(rule(pattern)))


def _labelled(view: View) -> Iterator[Candidate]:
    for match in view.search(LABEL):
        start = match.start("name")
        end = start + len(_cut(match["name"]))
        name = _clean(view.text[start:end])
        if _is_name(name) and re.match(r"[A-Z0-9]", name):
            field = "client" if match["role"].lower() in CLIENTS else "provider"
            yield Candidate(field, name, start, end, 0.8)


def _in_form(view: View) -> Iterator[Candidate]:
    """A label above or beside a name; the legal form tells a name from a heading."""
    for field, label in (("client", CLIENT_LABEL), ("provider", PROVIDER_LABEL)):
        for pair in pairs(view, label):
            name = _clean(_cut(pair.value))
            if _is_name(name) and re.search(rf"\b{LEGAL}\b\.?$", name):
                yield Candidate(field, name, pair.start, pair.end, 0.86)


def _introduced(view: View) -> Iterator[Party]:
    """The parties of the first opening that introduces any."""
    for opening in list(OPENING.finditer(view.text, 0, PREAMBLE))[:6]:
        parties = list(_named(view.text, opening.end()))
        if parties:
            yield from parties
            return


def _named(text: str, begin: int) -> Iterator[Party]:
    at, found = begin, 0
    for alias in ALIAS.finditer(text, begin, begin + WINDOW):
        aliases = _aliases(alias[1])
        span = (
            None
            if not aliases or any(NOT_PARTY.search(item) for item in aliases)
            else _name(text, at, alias.start(), found)
        )
        at = alias.end()
        if span is None and not found:
            return
        if span and found < 4:  # noqa: PLR2004 - more are not parties
            found += 1
            yield Party(*span, aliases)


def _aliases(bracket: str) -> tuple[str, ...]:
    quoted = [" ".join(item.split()) for item in QUOTED.findall(bracket)]
    return tuple(quoted or [bracket.removeprefix("the ").strip()])


def _name(text: str, low: int, high: int, position: int) -> tuple[int, int] | None:
    """The name that a description up to `high` begins with; after the first party it follows an "and"."""
    if high - low > 700:  # noqa: PLR2004 - no description is that long
        return None
    joined = re.search(r"(?i)\band\b", text[low:high]) if position else None
    begin = low + (joined.end() if joined else 0)
    skipped = BEFORE_NAME.match(text, begin, high)
    begin = skipped.end() if skipped else begin
    name = _cut(text[begin:high])
    return (begin, begin + len(name)) if _is_name(_clean(name)) else None


def _cut(text: str) -> str:
    """The text up to where a description begins, a legal form kept."""
    found = next((match for match in AFTER_NAME.finditer(text) if match.start() > 1), None)
    name = text[: found.start()] if found else text
    if "\n" in text[len(name) : len(name) + 1] and (
        wrapped := re.match(rf"\n(?:[A-Z][\w&.-]* )*{LEGAL}\b\.?", text[len(name) :])
    ):
        name += wrapped[0]
    return name.rstrip(" ,;:*-_|\n")


def _is_name(name: str) -> bool:
    words = name.split()
    return (
        2 < len(name) < LONGEST  # noqa: PLR2004 - initials are no name
        and len(words) < MOST_WORDS
        and words[0].lower() not in PRONOUNS
        and re.search(r"[A-Z]|-[a-z]", name) is not None
        and not re.search(r"\b(?:shall|will|must|is|are|agrees?|may)\b|_{3}|[\[<>]|/s/|(?i:^by\b)", name)
    )


def _in_letter(view: View) -> Iterator[Party]:
    """A letter names its parties in running text, each right before its alias."""
    for alias in ALIAS.finditer(view.text, 0, PREAMBLE):
        aliases = _aliases(alias[1])
        if not any(item.lower() in CLIENTS | PROVIDERS | {"company"} for item in aliases):
            continue
        match = IN_LETTER.search(view.text, max(0, alias.start() - 160), alias.start())
        if match and _is_name(match["name"]):
            yield Party(match.start("name"), match.end("name"), aliases)


def _clean(name: str) -> str:
    return " ".join(name.split()).strip(" *,;:-_|")
