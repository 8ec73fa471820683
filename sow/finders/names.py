"""Names of companies and people: where one ends in running text, and what cannot be one."""

from __future__ import annotations

import re

from sow.rules import rule

LEGAL = (
    r"(?:Inc|LLC|L\.L\.C|Ltd|LTD|INC|Limited|LIMITED|Corp|CORP|Corporation|CORPORATION|Company|COMPANY|Co|CO|plc|PLC"
    r"|LLP|LP|L\.P|GmbH|GMBH|AG|KG|SE|S\.?A\.?S?|B\.?V|N\.?V|Pty|SARL|Incorporated|INCORPORATED|ULC|DAC|AB|ASA|S\.p\.A"
    r"|PLLC|P\.C|[Ss]p\. z o\.o|N\.A|G\.I\.E|S/A|Oy|ApS|K\.K|Pte|PTE|Trust|Bank|University|Society)"
)
AFTER_NAME = rule(
    r",? (?:an?|having|whose|with|located|organi[sz]ed|incorporated (?:in|under)|registered|established|acting|through"
    r"|represented|who|which|at|of(?= (?:\d|\w+ (?:street|road|avenue)))|on behalf|as (?:client|customer|provider"
    r"|supplier)"
    r"|(?:abn|acn|uen|cin)|\(?(?:company|registration|registered)(?: no\.?| number)"
    r"|hereby|individually|both|is|are|enters?|dated|effective|the company set) "
    r"|\((?!Pty|(?-i:[A-Z])[\w. ]{1,20}\),? (?-i:[A-Z]))|[;|\n]| - |,(?= \d)|\((?:abn|acn"
    r"|uen|cin|company|registration|registered)\b"
    r"|, (?=(?-i:(?!and\b|of\b|the\b|dba\b|inc\b|llc\b|ltd\b|limited\b)[a-z]{4,}))"
    rf"|, (?!{LEGAL}\b)(?=[^,\n]{{3,40}} \d)|, (?:hereinafter|hereafter|and its|referred|each|together|collectively)"
    r"|(?-i:(?<=[a-z]{3})\. (?=[A-Z]))"
)
STRONG = re.compile(
    r"\b(?:Inc|INC|LLC|L\.L\.C|Ltd|LTD|Corp|CORP|GmbH|LLP|Incorporated|plc|PLC|Limited(?! Liab| Part"
    r"| Co))\b\.?(?=,?\s+(?!of\b|d/?b/?a|DBA|&|and\b|Co\b)[A-Z\d])"
)
FULL_STOP = re.compile(r"(?:\b(?:GmbH|LLC|LLP|plc|PLC|AG|SE|KG|DAC|[Ll]imited|Corporation|Company)|\.)\.$")
FORM_NEXT = re.compile(rf",?\s+(?:{LEGAL}|Partnership)\b")
PRONOUNS = frozenset({
    "the", "this", "each", "either", "such", "it", "if", "in", "your", "you", "whereas", "any", "all", "both",
    "parties", "party", "date", "page", "exhibit", "section", "article", "agreement", "dear", "above-named",
    "undersigned",
})  # fmt: skip
PARTICLES = frozenset(
    {"of", "and", "the", "de", "for", "d/b/a", "dba", "du", "la", "von", "van", "der", "und", "y", "e"}
)
LONGEST = 100
MOST_WORDS = 11
LOWER = 2  # words that begin with a small letter: no name has so many


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
        and sum(word[0].islower() and word not in PARTICLES for word in words) < LOWER
        and ":" not in name
        and not re.search(
            (
                r"(?i:^(?:first|second|third|other) party$)|\b(?:shall|will"
                r"|must|is|are|agrees?|may)\b|_{3}|[\[<>]|/s/|(?i:^by\b)"
            ),
            name,
        )
    )


def clean(name: str) -> str:
    """A name on one line, without the marks around it."""
    return " ".join(name.split()).strip(" *,;:-_|")
