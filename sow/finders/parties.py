"""Parties: who receives the services and pays, who performs and is paid."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sow.view import Candidate, View, rule

CLIENTS = [
    "client",
    "customer",
    "buyer",
    "purchaser",
    "company",
    "recipient",
    "principal",
    "owner",
    "agency",
    "licensee",
    "sponsor",
]
PROVIDERS = [
    "vendor",
    "supplier",
    "consultant",
    "contractor",
    "service provider",
    "provider",
    "developer",
    "service company",
    "agency",
    "independent contractor",
    "subcontractor",
    "seller",
    "licensor",
    "advisor",
    "consulting firm",
    "manufacturer",
]
LEGAL = (
    r"(?:Inc|LLC|L\.L\.C|Ltd|Limited|Corp|Corporation|Company|Co|plc|PLC|LLP|LP|GmbH|AG|KG|SE|S\.?A\.?S?"
    r"|B\.?V|N\.?V|Pty|SARL|S\.?p\.?A|Incorporated|ULC|DAC|CLG|e\.V)"
)
NAME = (
    r"(?P<name>[A-Z0-9][\w&'./-]*(?:[ ,]{1,2}(?:\(?(?:[A-Z&][\w&'./-]*)\)?|of|and|the|for|de|von|van|"
    + LEGAL
    + r"\.?)){0,9}\.?)"
)
ALIAS = re.compile(r"\(([^()]{0,160}?[\"][^()]{0,160}?)\)")
QUOTED = re.compile(r"\"\s*([^\"]{2,60}?)\s*\"")
START = rule(r"\b(?:by and between|by and among|between|among)\b[\s:,-]*")
LABEL = rule(
    r"(?:^|\n|\| ?)[ \t*#-]*(?P<role>client|customer|buyer|purchaser|vendor|supplier|consultant|contractor"
    r"|service provider|"
    r"provider|auftraggeber|auftragnehmer)(?: name| company| legal name)? ?(?::|\|)\s*(?P<name>[^\n|]{3,90})"
)
PAYS = rule(r"\b(?P<name>[A-Z][\w.&-]+) (?:shall|will|agrees to) (?:pay|reimburse|compensate)", exact_case=True)
SERVES = rule(
    r"\b(?P<name>[A-Z][\w.&-]+) (?:shall|will|agrees to) (?:perform|provide|render|deliver|invoice|develop)",
    exact_case=True,
)
NOT_NAMES = {"the", "this", "each", "either", "such", "it", "if", "in", "whereas"}
WINDOW = 2_400
BOTH = 2  # parties: the role of one decides that of the other
LONGEST = 100


def find(view: View) -> Iterator[Candidate]:
    """Candidates of the topic."""
    yield from _labelled(view)
    parties = list(_introduced(view))
    roles = [_role(aliases) for _, _, aliases in parties]
    for (start, end, aliases), role in zip(parties, roles, strict=True):
        field, confidence = role or _acting(view, aliases, view.text[start:end])
        if field is None and len(parties) == BOTH:
            other = next((found for found in roles if found), None)
            field, confidence = (_opposite(other[0]), 0.7) if other else (None, 0.0)
        if field:
            yield Candidate(field, _clean(view.text[start:end]), start, end, confidence)


def _opposite(field: str) -> str:
    return "provider" if field == "client" else "client"


def _labelled(view: View) -> Iterator[Candidate]:
    for match in view.search(LABEL):
        name = _clean(re.split(r",? (?:a|an|having|with|located|whose) |\(|;|\t", match["name"])[0])
        if 2 < len(name) < LONGEST and re.match(r"[A-Z0-9]", name) and not name.lower().startswith(("shall", "will")):
            field = "client" if match["role"].lower() in {*CLIENTS, "auftraggeber"} else "provider"
            start = match.start("name")
            if len(name.split()) <= 9 and not re.search(r"\b(?:shall|will|must|is|are|agrees)\b", name):  # noqa: PLR2004
                yield Candidate(field, name, start, start + len(match["name"].rstrip()), 0.8)


def _introduced(view: View) -> Iterator[tuple[int, int, list[str]]]:
    """Names that a preamble introduces, with what they are called from there on."""
    seen: set[str] = set()
    for opening in list(START.finditer(view.text, 0, 8_000))[:3]:
        window = view.text[opening.end() : opening.end() + WINDOW]
        at = 0
        for alias in ALIAS.finditer(window):
            found = _name_before(window, at, alias.start())
            aliases = [" ".join(item.split()).strip(" ,.") for item in QUOTED.findall(alias[0])]
            at = alias.end()
            if found is None or _dated(aliases):
                continue
            key = window[found[0] : found[1]].casefold()
            if key not in seen and len(seen) < 4:  # noqa: PLR2004 - more are not parties
                seen.add(key)
                yield opening.end() + found[0], opening.end() + found[1], aliases
        if len(seen) > 1:
            return


def _dated(aliases: list[str]) -> bool:
    return not aliases or any(re.search(r"(?i)date|agreement|sow|services|parties", alias) for alias in aliases)


def _name_before(window: str, low: int, high: int) -> tuple[int, int] | None:
    """The name at the beginning of what introduces an alias: after "and", a list mark or a number."""
    piece = window[low:high]
    skipped = re.match(r"(?:[\s,;:.*-]|and\b|\(?(?:\d|[ivx]+|[a-z])[.)]|by\b|between\b|the\b|,)*", piece)
    offset = skipped.end() if skipped else 0
    match = re.compile(NAME).match(piece, offset)
    if match is None:
        return None
    name = re.split(r"\s(?:an?|whose|having|with|of \d|located)\b|, an? |, having|,? whose", match["name"])[0]
    name = _clean(name)
    if len(name) < 3 or name.lower() in NOT_NAMES or len(name) > LONGEST:  # noqa: PLR2004 - initials are no name
        return None
    begin = low + match.start("name")
    return begin, begin + len(name)


def _clean(name: str) -> str:
    name = " ".join(name.split()).strip(" *,;:-_|")
    return re.sub(r"\s*,\s*$", "", name)


def _role(aliases: list[str]) -> tuple[str, float] | None:
    words = [alias.lower().removeprefix("the ") for alias in aliases]
    for word in words:
        if word in PROVIDERS:
            return "provider", 0.9
    for word in words:
        if word in CLIENTS:
            return "client", 0.9 if word != "company" else 0.75
    return None


def _acting(view: View, aliases: list[str], name: str) -> tuple[str | None, float]:
    """A party without a telling alias is known by what it does: it pays, or it performs."""
    called = {alias.lower() for alias in aliases} | {name.split(maxsplit=1)[0].lower().strip(",.")}
    pays = sum(match["name"].lower() in called for match in view.search(PAYS))
    serves = sum(match["name"].lower() in called for match in view.search(SERVES))
    if pays > serves:
        return "client", 0.68
    return ("provider", 0.68) if serves > pays else (None, 0.0)
