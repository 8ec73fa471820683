"""What a document says of itself beside other agreements: its title, and which prevails where the two differ.

"If this SOW and the Master Agreement differ, this SOW prevails"; "in the following order of precedence: 1. this
Agreement; 2. the Statement of Work". Which part of one file prevails over another is told by `sow.precedence`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from domain.masters import Bearing, Rank, Winner
from domain.source import Evidence
from sow.document import Layout
from sow.grounding import ground
from sow.precedence import DIFFER
from sow.rules import rule
from sow.view import Candidate, View

WORK = r"(?:statements? of work|sows?|work orders?|task orders?|service orders?|order forms?|call-?off(?: orders?)?)"
MASTER = (
    r"(?:(?:master|framework|umbrella|general) (?:(?!of|and|the|prevail)[\w&-]+ ){0,4}?(?:agreement|contract|terms)"
    r"|msa|master)"
)
NOUN = rule(
    rf"\b(?:(?P<this>this) (?:[\w&-]+ ){{0,3}}?)?(?:(?P<work>{WORK})|(?P<master>{MASTER})|"
    r"(?P<paper>agreement|contract))\b"
)
VERB = rule(r"\b(?:prevails?|controls?|governs?|takes? precedence|ha(?:s|ve) precedence|supersedes?|overrides?)\b")
BETWEEN = re.compile(
    r"[\s,]*(?:\([^)]{0,40}\)[\s,]*)?(?:shall|will|must|should)?[\s,]*(?:always|then)?\s*", re.IGNORECASE
)
BACK = rule(r"\b(?P<which>former|latter)\b[^.;]{0,20}$")
ORDER = rule(r"\border of (?:precedence|priority)\b[^.:;(]{0,60}(?::|\((?:a|i|1)\))")  # a list follows
UPWARD = rule(r"\b(?:ascending|lowest|least)\b")
NEGATED = rule(r"\b(?:nothing in|neither|no (?:term|provision|part))\b")
EXCEPTION = rule(r"\b(?:unless|except|save (?:to|where|as|that)|other than|provided that|only (?:to|where|if))\b")
TITLE = rule(rf"\b(?:{WORK}|{MASTER}|agreement|contract|amendment|change order|addendum|proposal)\b")
# "at the rates set out in the Master Services Agreement", but neither below nor instead of them
RATES = rule(
    r"\b(?:rates?|rate cards?|price list|fee schedule)\b(?:(?!\n\n)[^.;]){0,90}?"
    r"\b(?:set (?:out|forth)|stated|specified|contained|listed|agreed|fixed|given|apply|according to|of|in|under|per)\b"
    rf"(?:(?!\n\n)[^.;]){{0,60}}?\b(?:{MASTER}|agreement)\b"
)
OTHER_RATES = rule(
    r"\bnot\b|\binstead|\bother than|\bnotwithstanding|\breplac"
    r"|\bsupersed|\bin place of|\bdiscount|\babove\b|\bless\b|%"
    r"|\bunless|\b(?:interest|exchange|tax|default|inflation|daily allowance) rates?\b"
)
MOST = 1_000  # sentences that are looked at: a file that is made of such words must not take its time
SAID = 3  # sentences that say the same are kept
HEADLINE = 140  # characters of a line that can be a title
ON_TOP = 1_200  # characters
REACH = 500  # characters of a sentence to either side, and of a list of documents in their order


def bearing(view: View, layout: Layout) -> Bearing:
    """Its title and its words on precedence, each with a verbatim quote."""
    found = {(rank.evidence.start, rank.winner): rank for rank in _ranks(view, layout)}
    alike: dict[tuple[Winner, bool], list[Rank]] = {}
    for key in sorted(found):
        alike.setdefault((found[key].winner, found[key].exception), []).append(found[key])
    kept = tuple(rank for ranks in alike.values() for rank in ranks[:SAID])
    return Bearing(_title(view.text[:ON_TOP]), kept, tuple(islice(_rates(view, layout), SAID)))


def _title(top: str) -> str:
    """The first line on top that names a kind of document and is no sentence."""
    lines = (" ".join(line.strip("#*|_ \t").split()) for line in top.splitlines())
    return next((line for line in lines if len(line) <= HEADLINE and line[-1:] != "." and TITLE.search(line)), "")


def _ranks(view: View, layout: Layout) -> Iterator[Rank]:
    for match in islice(view.search(VERB), MOST):
        start = view.sentence_start(match.start(), REACH)
        end = view.sentence_end(match.start(), REACH)
        winner = _winner(view.text[start:end], match.start() - start)
        yield from _rank(view, layout, winner, start, end)
    for match in islice(view.search(ORDER), MOST):
        start = view.sentence_start(match.start(), REACH)
        end = min(len(view.text), match.end() + REACH)
        if UPWARD.search(view.text[start : match.start()]):
            continue
        winner, length = _listed(view.text[match.end() : end])
        yield from _rank(view, layout, winner, start, match.end() + length)


def _rates(view: View, layout: Layout) -> Iterator[Evidence]:
    """Where it leaves its rates to the agreement that it is under."""
    for match in islice(view.search(RATES), MOST):
        sentence = view.sentence(match.start(), REACH)
        if not OTHER_RATES.search(sentence) and all(_kind(noun) == "master" for noun in NOUN.finditer(match[0])):
            found = ground(Candidate("", None, match.start(), match.end(), 1.0), view, layout)
            if found:
                yield found


def _rank(view: View, layout: Layout, winner: Winner | None, start: int, end: int) -> Iterator[Rank]:
    evidence = ground(Candidate("", None, start, end, 1.0), view, layout) if winner else None
    if winner and evidence:
        yield Rank(winner, EXCEPTION.search(view.text[start:end]) is not None, evidence)


def _winner(sentence: str, verb: int) -> Winner | None:
    """Whose word prevails by a sentence on differences that speaks of two kinds of documents; None for any other."""
    nouns = list(NOUN.finditer(sentence))
    if len({_kind(noun) for noun in nouns}) == 1 or not DIFFER_IN.search(sentence) or NEGATED.search(sentence):
        return None
    before = [noun for noun in nouns if noun.end() <= verb]
    if before and BETWEEN.fullmatch(sentence, before[-1].end(), verb):
        return _kind(before[-1])
    back = BACK.search(sentence[:verb])
    if back and len(before) > 1:
        return _kind(before[-2] if back["which"].lower() == "former" else before[-1])
    return None


def _listed(text: str) -> tuple[Winner | None, int]:
    """Whose word is listed first where documents are listed in their order, and how far that list was looked at."""
    nouns = list(NOUN.finditer(text))
    second = next((noun for noun in nouns if _kind(noun) != _kind(nouns[0])), None)
    if second is None or UPWARD.search(text[: second.start()]):
        return None, 0
    return _kind(nouns[0]), second.end()


def _kind(noun: re.Match[str]) -> Winner:
    """The agreement that stands beside a statement of work is its master; "this agreement" is whoever says so."""
    if noun["work"]:
        return "work"
    return "own" if noun["paper"] and noun["this"] else "master"


DIFFER_IN = rule(DIFFER)
