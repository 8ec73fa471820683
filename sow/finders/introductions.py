"""Who the parties are: the names that a preamble, a title page or the signature blocks introduce.

A preamble introduces each party with a name, a description and an alias ("(the “Client”)", `hereinafter "ACME"`). Where
an alias is missing, a legal form or a description ("a Delaware corporation") shows where a name ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sow.finders.names import LEGAL, clean, cut, is_name
from sow.rules import rule
from sow.view import View

# what follows a preamble: aliases from here on are not those of parties
ENDS = re.compile(
    r"\b(?:RECITALS|WHEREAS|WITNESSETH|W I T N E S S|BACKGROUND|INTRODUCTION|NOW,? THEREFORE|TABLE OF CONTENTS"
    r"|Recitals?\b"
    r"|Whereas|Background|Witnesseth|Each of the foregoing|[Ii]n consideration of)|\n[ \t#*]*(?:1|A|I)\.[ \t]+[A-Z]"
)
OPENING = rule(
    r"\b(?:by and between|by and among|between|among|entered into by|made by|agreement (?:is )?with"
    r"|the undersigned(?: parties)?:|\n+(?:\d\. )?(?:the )?(?:contracting )?parties:?(?=\n)"
    r"|(?:entered into|made)\b[^.;()]{0,60}?\bby(?= (?-i:[A-Z])))"
    r"(?: and between| and among)?\b[\s:,*-]*"
)
ALIAS = re.compile(
    r"\(([^()]{0,140}?(?:\"|'')[^()]{0,160}?|(?:the )?(?!Pty|US|UK)[A-Z][a-z]+(?: [A-Z][a-z]+)?\s?)\)"
    r"|\b(?:[Hh]erein(?:after)?|[Hh]ereafter|referred to|[Hh]ereinbelow|called|known)\b[^.;()\"]{0,60}?"
    r"((?:as |called |the )*\"[^\"]{2,60}\"(?: (?:or|and) (?:the )?\"[^\"]{2,60}\")?)"
    r"|\b(?:[Hh]ereinafter|[Hh]ereafter)(?: referred to as| called)?,? (?:the )?([A-Z][A-Za-z]+)\)"
)
QUOTED = re.compile(r"(?:\"|'')\s*((?:(?!\"|'').){2,60}?)\s*[,.]?(?:\"|'')")
NOT_PARTY = rule(
    r"date\b|agreement|\bsow\b|services\b|^(?:the |both |all )*parties\b|\border\b|project|term\b|hereinafter as$"
    r"|^party$"
)
BEFORE_NAME = re.compile(
    r"(?i:[\s,;:.*•-]|\b(?:and|by|between|among|the|undersigned|is|jointly)\b|\(?(?:\d{1,2}|[ivx]{1,3}|[a-z])[.)]"
    r"|\([A-Z][a-z]+\))*"
)
PLAIN = re.compile(
    r"(?P<name>[A-Z0-9][\w.&'/-]*(?:,? (?:of |de |the |for |and (?=[A-Z][\w&-]* (?:Company|Co\b|Sons|Partners"
    r"|Associates|Bank)))?"
    rf"[A-Z&\d][\w.&'/-]*){{0,7}},? (?:{LEGAL})\b\.?(?:,? (?:{LEGAL})\b\.?)?)"
)
JOINED = re.compile(
    r"(?:,|\)|\.|\"|\w)\s*(?:;|,)?\s*(?:\band\b|\bAnd\b|\bAND\b"
    r"|&)[\s:,]+(?:\(?[a-z\d]{1,2}[.)]\s*)?(?:the )?(?=[A-Z0-9]|[a-z]{1,2}[-A-Z0-9])"
)
# an alias of several, what joins their names, and what may follow each
TOGETHER = re.compile(r"(?i)\b(?:collectively|together|each)\b")
AND_ALSO = re.compile(r"[,;\n]\s*(?:and\s+)?|\s(?:and|AND|&)\s+")
FIRST_OF_TWO = re.compile(rf"\b{LEGAL}\b\.?(?=, (?!{LEGAL}))")
LISTED = re.compile(r"\s*(?:[,;(\n]|and\b|AND\b|&|$)")
ONE_OF_THEM = re.compile(r"(?i)(?:a |the |each,? a )?part(?:y|ies)")
SIGNATURE = rule(
    r"(?:^|\n)[ \t*]*(?:for (?:and on behalf of )?)?(?P<name>(?-i:[A-Z])[^\n:|/]{3,70}?)[ \t*]*"
    r"(?:\n\s*)+(?:by|signature|signed)[ ]?:"
)
LETTERED = rule(
    r"\b(?P<called>(?-i:P)arty [a-d])\b[ \t*]*(?:\([^)\n]{2,40}\) ?)?:\s*(?P<name>(?-i:[A-Z])[^\n;]{3,160})"
)
# what stands before the name of who signs: a role, or the title of who signed for the one before
SIGNS_AS = re.compile(
    r"(?i:(?:the )?(?:(?:client|customer|buyer|purchaser|licensee|licensor|vendor|supplier|consultant|contractor"
    r"|provider|distributor|agent|seller|franchisee|franchisor|company|chief [a-z]+ officer"
    r"|(?:managing |executive )?director"
    r"|(?:vice )?president(?: and ceo)?|ceo|cfo|general counsel|secretary|treasurer|title|manager)[ :,]+)+)(?=[A-Z])"
)
SIGNED_FOR = rule(
    r"\b(?:for (?:and on behalf of )?|)(?P<name>(?-i:[A-Z])[\w.,&' -]{2,60}?\b(?-i:" + LEGAL + r")\b\.?),? {0,9}by ?:"
)
IN_LETTER = re.compile(
    r"(?P<name>[A-Z][\w.&'-]*(?:,? (?:of |and |& |for (?=[A-Z]))?[A-Z][\w.&'-]*){1,5})(?:, an? [^()]{3,80}?)?\s*$"
)
PREAMBLE = 8_000
WINDOW = 2_400
MOST_PARTIES = 6
LONGEST_DESCRIPTION = 700
ENOUGH = 2
SHORTEST = 20  # of an introduction: "between Recitals Ltd and" is none that ends
OPENINGS = 8
QUESTION = re.compile(r"[^.\n]{0,200}\?")  # "the differences between A and B?" introduces nobody


@dataclass(frozen=True)
class Party:
    """A party that a document introduces: where its name stands and what it is called."""

    start: int
    end: int
    aliases: tuple[str, ...]


def introduced(view: View, titles: frozenset[str]) -> list[Party]:
    """The parties of the opening that introduces most; else those before their `titles` in a letter, else who signs."""
    found: list[Party] = []
    for opening in list(OPENING.finditer(view.text, 0, PREAMBLE))[:OPENINGS]:
        if QUESTION.match(view.text, opening.end()):
            continue
        parties = list(_named(view.text, opening.end()))
        if len(parties) < ENOUGH:
            plain = _plain(view.text, opening.end(), parties)
            parties = plain if len(plain) > len(parties) else parties
        if len(parties) > len(found):
            found = parties
        if len(found) >= ENOUGH:
            return found
    lettered = list(_lettered(view))
    if len(lettered) >= ENOUGH:
        return lettered
    letter = list(_in_letter(view, titles))
    signing = list(_signing(view))
    if len(found) == 1:  # whoever else signs is the other party
        known = clean(view.text[found[0].start : found[0].end]).casefold()
        others = [party for party in signing if not _alike(known, clean(view.text[party.start : party.end]))]
        return found + others[:1]
    short = [party for party in called(view) if re.search(rf"\b{LEGAL}\b\.?$", view.text[party.start : party.end])]
    return max((found, letter, short[:ENOUGH], signing), key=len)


def _alike(known: str, name: str) -> bool:
    """Whether two names may be one company's: the same first word."""
    return known.split(maxsplit=1)[0].strip(".,") == name.casefold().split()[0].strip(".,")


def _named(text: str, begin: int) -> Iterator[Party]:
    """Each name with the alias that follows it."""
    at, found = begin, 0
    for alias in ALIAS.finditer(text, begin, _end(text, begin)):
        said = _aliases(next(group for group in alias.groups() if group))
        aliases = tuple(item for item in said if not ONE_OF_THEM.fullmatch(item))
        foreign = not aliases or any(NOT_PARTY.search(item) for item in aliases)
        span = None if foreign else _name(text, at, alias.start(), found)
        before, at = at, alias.end() if span or found or not foreign else at
        if span is None and not found and alias.start() - begin > LONGEST_DESCRIPTION:
            return
        if span and found < MOST_PARTIES:
            found += 1
            yield Party(*span, aliases)
            if TOGETHER.search(alias[0]):
                listed = _listed(text, before, alias.start())
                others = [party for party in listed if party.end <= span[0] or party.start >= span[1]]
                found += len(others)
                yield from others


def _listed(text: str, low: int, high: int) -> Iterator[Party]:
    """The names after the first one of a list: "A Ltd, a Utah company, B LLC and C Inc. (together, the “Sellers”)"."""
    at = low
    while joined := AND_ALSO.search(text, at, high):
        name = PLAIN.match(text, joined.end(), high)
        first = name and FIRST_OF_TWO.search(name[0])
        end = name.start() + first.end() if name and first else name.end() if name else 0
        if name and is_name(clean(text[name.start() : end])) and LISTED.match(text, end):
            yield Party(name.start(), end, ())
            at = end
        else:
            at = joined.end()


def _end(text: str, begin: int) -> int:
    """Where the introduction that begins here is over."""
    ends = ENDS.search(text, begin + SHORTEST, begin + WINDOW)
    return ends.start() if ends else min(len(text), begin + WINDOW)


def _aliases(said: str) -> tuple[str, ...]:
    quoted = [" ".join(item.split()) for item in QUOTED.findall(said)]
    return tuple(quoted or [said.removeprefix("the ").strip()])


def _name(text: str, low: int, high: int, position: int) -> tuple[int, int] | None:
    """The name that a description up to `high` begins with; after the first party it follows an "and"."""
    if high - low > LONGEST_DESCRIPTION:
        return None
    joined = re.search(r"(?i)\band\b|;|\n\n", text[low:high]) if position else None
    begin = low + (joined.end() if joined else 0)
    return _name_at(text, begin, high)


def _name_at(text: str, begin: int, high: int) -> tuple[int, int] | None:
    skipped = BEFORE_NAME.match(text, begin, high)
    begin = skipped.end() if skipped else begin
    name = cut(text[begin:high])
    proper = re.match(r"[A-Z0-9]|[a-z]+[A-Z0-9-]|[a-z]+ \d", name) or re.search(rf"\b{LEGAL}\b\.?$", name)
    return (begin, begin + len(name)) if proper and is_name(clean(name)) else None


def _plain(text: str, begin: int, known: list[Party]) -> list[Party]:
    """Names without an alias: the first after the opening, the next after an "and"."""
    first = known[0] if known else None
    if first is None:
        span = _name_at(text, begin, min(len(text), begin + 160))
        if span is None:
            return known
        inner = re.search(r",? (?:and|AND) (?=[A-Z])", text[span[0] : span[1]])
        first = Party(span[0], span[0] + inner.start() if inner else span[1], ())
    low = first.end
    for joined in JOINED.finditer(text, max(begin, low - 1), min(_end(text, begin), low + LONGEST_DESCRIPTION)):
        span = _name_at(text, joined.end(), min(len(text), joined.end() + 160))
        if span and (PLAIN.match(text, span[0]) or _described(text, span[1])):
            alias = ALIAS.match(text, span[1] + 1) or ALIAS.match(text, span[1])
            names = _aliases(next(group for group in alias.groups() if group)) if alias else ()
            return [first, *_listed(text, first.end, joined.start() + 1), Party(*span, names)]
    return known


def _described(text: str, end: int) -> bool:
    """Whether what follows says what a party is, or ends the line or sentence that names it."""
    return bool(
        re.match(
            r",? (?:an?|having|with|located|whose|organi[sz]ed)\b|\s*\n\s*\n|\.\s|\s*\((?:as |the "
            r"|hereinafter )?[\"A-Z]",
            text[end : end + 40],
        )
    )


def _in_letter(view: View, titles: frozenset[str]) -> Iterator[Party]:
    """A letter names its parties in running text, each right before its alias."""
    for alias in ALIAS.finditer(view.text, 0, PREAMBLE):
        aliases = _aliases(next(group for group in alias.groups() if group))
        if not any(item.lower().removeprefix("the ") in titles for item in aliases):
            continue
        match = IN_LETTER.search(view.text, max(0, alias.start() - 160), alias.start())
        if match and is_name(match["name"]):
            yield Party(match.start("name"), match.end("name"), aliases)


def called(view: View) -> Iterator[Party]:
    """Names that the beginning of a text gives a short one: "the County of Alder Point (“County”)"."""
    for alias in ALIAS.finditer(view.text, 0, PREAMBLE // 2):
        aliases = _aliases(next(group for group in alias.groups() if group))
        match = IN_LETTER.search(view.text, max(0, alias.start() - 160), alias.start())
        if match and is_name(match["name"]) and not any(NOT_PARTY.search(item) for item in (*aliases, match["name"])):
            start = match.start("name") + (4 if match["name"].startswith("The ") else 0)
            yield Party(start, match.end("name"), aliases)


def _lettered(view: View) -> Iterator[Party]:
    """Parties under headings of their own: "Party A: Tarn Data GmbH"."""
    known: set[str] = set()
    for match in LETTERED.finditer(view.text, 0, PREAMBLE):
        name, called = cut(match["name"]), " ".join(match["called"].split()).title()
        if called not in known and is_name(clean(name)):
            known.add(called)
            yield Party(match.start("name"), match.start("name") + len(name), (called,))


def _signing(view: View) -> Iterator[Party]:
    """Who signs: a name with a legal form above the line to sign on."""
    known: set[str] = set()
    for pattern in (SIGNATURE, SIGNED_FOR):
        for match in pattern.finditer(view.text, len(view.text) // 2):
            role = SIGNS_AS.match(match["name"])
            start = match.start("name") + (role.end() if role else 0)
            name = clean(view.text[start : match.end("name")])
            if not is_name(name) or not re.search(rf"\b{LEGAL}\b\.?$", name) or name.casefold() in known:
                continue
            known.add(name.casefold())
            yield Party(start, start + len(view.text[start : match.end("name")].rstrip()), ())
        if len(known) >= ENOUGH:
            return
