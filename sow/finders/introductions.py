"""Who the parties are: the names that a preamble, a title page or the signature blocks introduce.

A preamble introduces each party with a name, a description and an alias ("(the “Client”)", `hereinafter "ACME"`). Where
an alias is missing, a legal form or a description ("a Delaware corporation") shows where a name ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sow.view import View, rule

LEGAL = (
    r"(?:Inc|LLC|L\.L\.C|Ltd|LTD|INC|Limited|LIMITED|Corp|CORP|Corporation|CORPORATION|Company|COMPANY|Co|CO|plc|PLC"
    r"|LLP|LP|L\.P|GmbH|GMBH|AG|KG|SE|S\.?A\.?S?|B\.?V|N\.?V|Pty|SARL|Incorporated|INCORPORATED|ULC|DAC|AB|ASA|S\.p\.A"
    r"|N\.A|G\.I\.E|S/A|Oy|ApS|K\.K|Pte|PTE|Trust|Bank|University|Society)"
)
# what follows a preamble: aliases from here on are not those of parties
ENDS = re.compile(
    r"\b(?:RECITALS|WHEREAS|WITNESSETH|W I T N E S S|BACKGROUND|INTRODUCTION|NOW,? THEREFORE|TABLE OF CONTENTS"
    r"|Recitals?\b"
    r"|Whereas|Background|Witnesseth|Each of the foregoing|[Ii]n consideration of)|\n[ \t#*]*(?:1|A|I)\.[ \t]+[A-Z]"
)
OPENING = rule(
    r"\b(?:by and between|by and among|between|among|entered into by|made by|agreement (?:is )?with)"
    r"(?: and between| and among)?\b[\s:,*-]*"
)
ALIAS = re.compile(
    r"\(([^()]{0,140}?(?:\"|'')[^()]{0,160}?|(?:the )?(?!Pty|US|UK)[A-Z][a-z]+(?: [A-Z][a-z]+)?\s?)\)"
    r"|\b(?:[Hh]erein(?:after)?|[Hh]ereafter|referred to|[Hh]ereinbelow|called|known)\b[^.;()\"]{0,60}?"
    r"((?:as |called |the )*\"[^\"]{2,60}\"(?: (?:or|and) (?:the )?\"[^\"]{2,60}\")?)"
    r"|\b(?:[Hh]ereinafter|[Hh]ereafter)(?: referred to as| called)?,? (?:the )?([A-Z][A-Za-z]+)\)"
)
QUOTED = re.compile(r"(?:\"|'')\s*((?:(?!\"|'').){2,60}?)\s*[,.]?(?:\"|'')")
NOT_PARTY = rule(r"date\b|agreement|\bsow\b|services\b|parties|\border\b|project|term\b|hereinafter as$|^party$")
BEFORE_NAME = re.compile(
    r"(?i:[\s,;:.*•-]|\b(?:and|by|between|among|the|is|jointly)\b|\(?(?:\d{1,2}|[ivx]{1,3}|[a-z])[.)]"
    r"|\([A-Z][a-z]+\))*"
)
AFTER_NAME = rule(
    r",? (?:an?|having|whose|with|located|organi[sz]ed|incorporated (?:in|under)|registered|established|acting|through"
    r"|represented|who|which|at|of(?= (?:\d|\w+ (?:street|road|avenue)))|on behalf|as (?:client|customer|provider"
    r"|supplier)"
    r"|hereby|individually|both|is|are|enters?|dated|effective|the company set) |\((?!Pty)|[;|\n]| - |,(?= \d)"
    r"|, (?=[^,\n]{3,40} \d)|, (?:hereinafter|hereafter|and its|referred|each|together|collectively)"
    r"|(?-i:(?<=[a-z]{3})\. (?=[A-Z]))"
)
STRONG = re.compile(
    r"\b(?:Inc|INC|LLC|L\.L\.C|Ltd|LTD|Corp|CORP|GmbH|LLP|Incorporated|plc|PLC|Limited(?! Liab| Part"
    r"| Co))\b\.?(?=\s+(?!of\b|d/?b/?a|DBA|&|and\b|Co\b)[A-Z\d])"
)
FULL_STOP = re.compile(r"(?:\b(?:GmbH|LLC|LLP|plc|PLC|AG|SE|KG|DAC|[Ll]imited|Corporation|Company)|\.)\.$")
FORM_NEXT = re.compile(rf"\s+(?:{LEGAL}|Partnership)\b")
PLAIN = re.compile(
    r"(?P<name>[A-Z0-9][\w.&'/-]*(?:,? (?:of |de |the |for |and (?=[A-Z][\w&-]* (?:Company|Co\b|Sons|Partners"
    r"|Associates|Bank)))?"
    rf"[A-Z&\d][\w.&'/-]*){{0,7}},? (?:{LEGAL})\b\.?(?:,? (?:{LEGAL})\b\.?)?)"
)
JOINED = re.compile(
    r"(?:,|\)|\.|\"|\w)\s*(?:;|,)?\s*(?:\band\b|\bAnd\b|\bAND\b"
    r"|&)[\s:,]+(?:\(?[a-z\d]{1,2}[.)]\s*)?(?:the )?(?=[A-Z0-9]|[a-z]{1,2}[-A-Z0-9])"
)
SIGNATURE = rule(
    r"(?:^|\n)[ \t*]*(?:for (?:and on behalf of )?)?(?P<name>(?-i:[A-Z])[^\n:|/]{3,70}?)[ \t*]*"
    r"(?:\n\s*)+(?:by|signature|signed)[ ]?:"
)
SIGNED_FOR = rule(
    r"\b(?:for (?:and on behalf of )?|)(?P<name>(?-i:[A-Z])[\w.,&' -]{2,60}?\b(?-i:" + LEGAL + r")\b\.?),? {0,9}by ?:"
)
IN_LETTER = re.compile(r"(?P<name>[A-Z][\w.&'-]*(?:,? [A-Z][\w.&'-]*){1,5})(?:, an? [^()]{3,80}?)?\s*$")
PRONOUNS = frozenset({
    "the", "this", "each", "either", "such", "it", "if", "in", "your", "you", "whereas", "any", "all", "both",
    "parties", "party", "date", "page", "exhibit", "section", "article", "agreement", "dear", "above-named",
    "undersigned",
})  # fmt: skip
PARTICLES = frozenset(
    {"of", "and", "the", "de", "for", "d/b/a", "dba", "du", "la", "von", "van", "der", "und", "y", "e"}
)
PREAMBLE = 8_000
WINDOW = 2_400
LONGEST = 100
MOST_WORDS = 11
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
    letter = list(_in_letter(view, titles))
    signing = list(_signing(view))
    return max((found, letter, signing), key=len)


def _named(text: str, begin: int) -> Iterator[Party]:
    """Each name with the alias that follows it."""
    at, found = begin, 0
    for alias in ALIAS.finditer(text, begin, _end(text, begin)):
        aliases = _aliases(next(group for group in alias.groups() if group))
        foreign = not aliases or any(NOT_PARTY.search(item) for item in aliases)
        span = None if foreign else _name(text, at, alias.start(), found)
        if span or found or not foreign:
            at = alias.end()
        if span is None and not found and alias.start() - begin > LONGEST_DESCRIPTION:
            return
        if span and found < MOST_PARTIES:
            found += 1
            yield Party(*span, aliases)


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
            return [first, Party(*span, names)]
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


def cut(text: str) -> str:
    """The text up to where a description begins, a legal form kept."""
    found = next((match for match in AFTER_NAME.finditer(text) if match.start() > 1), None)
    name = text[: found.start()] if found else text
    if (form := STRONG.search(name)) and not FORM_NEXT.match(name, form.end()):
        name = name[: form.end()]
    if "\n" in text[len(name) : len(name) + 1] and (
        wrapped := re.match(rf"\n(?:[A-Z][\w&.-]* )*{LEGAL}\b\.?", text[len(name) :])
    ):
        name += wrapped[0]
    name = name.rstrip(" ,;:*-_|\n")
    return name[:-1] if FULL_STOP.search(name) else name


def is_name(name: str) -> bool:
    """Whether a text can be the name of a company or a person."""
    words = name.split()
    return (
        2 < len(name) < LONGEST  # noqa: PLR2004 - initials are no name
        and len(words) < MOST_WORDS
        and words[0].lower().strip(".,:") not in PRONOUNS
        and re.search(r"[A-Z]|-[a-z]", name) is not None
        and sum(word[0].islower() and word not in PARTICLES for word in words) < ENOUGH
        and ":" not in name
        and not re.search(r"\b(?:shall|will|must|is|are|agrees?|may)\b|_{3}|[\[<>]|/s/|(?i:^by\b)", name)
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


def _signing(view: View) -> Iterator[Party]:
    """Who signs: a name with a legal form above the line to sign on."""
    known: set[str] = set()
    for pattern in (SIGNATURE, SIGNED_FOR):
        for match in pattern.finditer(view.text, len(view.text) // 2):
            name = clean(match["name"])
            if not is_name(name) or not re.search(rf"\b{LEGAL}\b\.?$", name) or name.casefold() in known:
                continue
            known.add(name.casefold())
            yield Party(match.start("name"), match.start("name") + len(match["name"].rstrip()), ())
        if len(known) >= ENOUGH:
            return


def clean(name: str) -> str:
    """A name on one line, without the marks around it."""
    return " ".join(name.split()).strip(" *,;:-_|")
