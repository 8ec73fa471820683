"""Dates: when the document takes effect, when it ends, how long it lasts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sow.normal import day, duration
from sow.view import Candidate, View, candidate, rule

ORDINAL = r"(?:this )?(?P<long>\d{1,2}\s?(?:st|nd|rd|t ?h)? (?:day )?(?:of )?{MONTH}[, ]{1,3}\d{4}|{DATE})"
EFFECTIVE = (
    (r"\b(?:takes effect|begins|starts|commences|is effective)(?: on| as of| from)* (?P<date>{DATE})", 0.84),
    (
        (
            r"\beffective (?:as of |on |from |date)?(?:the |this )*[\s:|*\"')-]{0,6}(?:means |is |shall be "
            r"|of )?(?P<date>"
            "{DATE})"
        ),
        0.88,
    ),
    (
        (
            r"\b(?:start|commencement|service start|project start) date[\s:|*\"')-]{1,6}(?:means |is "
            r"|shall be )?(?P<date>{DATE})"
        ),
        0.86,
    ),
    (r"(?P<date>{DATE})[ ,]{0,3}\((?:the |this )?[ \"]*effective ?date", 0.93),
    (
        (
            r"\b(?:shall|will) (?:take effect|become effective|be effective|commence|begin|start)(?: on| as of| upon"
            r"| from)* (?P<date>{DATE})"
        ),
        0.86,
    ),
    (
        (
            r"\b(?:entered into|made|executed)(?: and (?:entered into"
            r"|effective))?(?: effective)?(?: as)?(?: of| on)?"
            r"(?: this| the)? (?P<date>{DATE})"
        ),
        0.74,
    ),
    (r"\bdated(?: as)?(?: of)?(?: this| the)? (?P<date>{DATE})", 0.64),
    (r"\bcommenc(?:es|ing) (?:on |as of )?(?P<date>{DATE})", 0.7),
    (r"(?:^|\n)[ \t*|]*(?:agreement |contract )?date[\s:|*]{1,6}(?P<date>{DATE})", 0.62),
)
OTHER_DOCUMENT = rule(
    r"\b(?:master|framework|purchase|original|prior|previous|separate|other|license|that certain|parent)\b"
    r"[^.;]{0,80}$"
)
SIGNING = rule(r"\b(?:signature|signed|name|title|by)\b ?:[^:]{0,60}$")
END = (
    (
        (
            r"\b(?:expiration|expiry|end|completion|termination) date[\s:|*\"')-]{1,8}(?:means |is |shall be "
            r"|of )?(?P<date>{DATE})"
        ),
        0.9,
    ),
    (r"(?P<date>{DATE})[ ,]{0,3}\((?:the )?[ \"]*(?:\w+ ){0,2}(?:expiration|end|expiry) ?date", 0.92),
    (
        (
            r"\b(?:until|through|thru|ending|ends?|expires?|terminates?|expire|terminate|to and including"
            r"|up to)(?: on| at| as of)? "
            r"(?:and including )?(?:the \w+ \w+ of )?(?:midnight on )?(?P<date>{DATE})"
        ),
        0.74,
    ),
    (r"{DATE} (?:to|-|until|through) (?P<date>{DATE})", 0.72),
)
ABOUT_TERM = rule(
    r"\bterm\b|\bagreement\b|\bsow\b|\bwork order\b|\bstatement of work\b|\beffect\b|\bperiod of performance"
    r"|\bexpir|\bservices\b|\bengagement\b"
)
SPAN = r"(?P<span>{COUNT}[- ]?(?: ?(?:calendar|full|consecutive))?[- ]?(?:years?|months?|weeks?|days?))\b"
TERM = (
    (r"\bruns? for (?:a |an )?(?:period of )?" + SPAN, 0.8),
    (
        r"\b(?:initial |the )?(?:term|duration|period)\b(?: of (?:this|the) (?:agreement|sow"
        r"|contract))?[ ]?(?:\([^)]{0,40}\) )?"
        r"[\s:|*\"]{0,5}(?:is|of|shall be|will be|shall continue for|shall have)? ?(?:a |an "
        r"|the )?(?:initial )?(?:term |period )?"
        r"(?:of |for )?" + SPAN,
        0.84,
    ),
    (
        r"\b(?:shall|will) (?:remain|continue|be)\b{NEAR}\b(?:for|of|until)\b(?: at least)?(?: a| an"
        r"| the)?(?: initial)?"
        r"(?: term| period)?(?: of)? " + SPAN,
        0.84,
    ),
    (r"\b(?:initial|fixed) (?:term|period) of " + SPAN, 0.86),
    (r"\bcontinu(?:e|es|ing)\b{NEAR}\bfor (?:a |an )?(?:initial )?(?:term |period )?(?:of )?" + SPAN, 0.8),
    (r"\bterm of " + SPAN, 0.78),
    (r"\buntil the (?P<span>{COUNT}[- ]year) anniversary of the effective date", 0.8),
)
NOT_TERM = rule(
    r"\brenew|\bconfidential|\bafter its end|\bwarrant|\bnon-?compet|\bsurviv|\bnotice\b|\bthereafter|\bretain"
    r"|\binsurance|\bguarantee"
    r"|\bnon-?solicit|\bsupport period|\bstabili[sz]ation|\baudit|\brecords|\bpatent|\bpayment term|\binvoic"
    r"|\bsuccessive"
    r"|\badditional|\bfollowing (?:the )?(?:termination|expiration)|\bafter (?:the )?(?:termination|expiration)"
)


def find(view: View) -> Iterator[Candidate]:
    """Candidates of the topic."""
    for field, patterns in (("effective_date", EFFECTIVE), ("end_date", END)):
        for pattern, confidence in patterns:
            yield from _dated(view, field, pattern, confidence)
    for pattern, confidence in TERM:
        for match in view.search(rule(pattern)):
            yield from _term(view, match, confidence)


def _dated(view: View, field: str, pattern: str, confidence: float) -> Iterator[Candidate]:
    for match in view.search(rule(pattern)):
        value = day(match["date"])
        if value is None:
            continue
        before = view.text[max(0, match.start() - 120) : match.start()]
        if field == "effective_date" and (OTHER_DOCUMENT.search(before) or SIGNING.search(before)):
            continue
        if field == "end_date" and confidence < 0.8 and not ABOUT_TERM.search(view.sentence(match.start())):  # noqa: PLR2004
            continue
        early = 0.02 if match.start() < 4_000 else -0.06  # noqa: PLR2004 - the preamble says what counts
        yield candidate(field, value, match, round(confidence + early, 2))


def _term(view: View, match: re.Match[str], confidence: float) -> Iterator[Candidate]:
    value = duration(match["span"])
    near = view.text[max(0, match.start() - 90) : match.end() + 45]
    if value and not NOT_TERM.search(near) and not value.endswith("D"):
        early = rule(r"effective date|initial|agreement|sow|remain in").search(near)
        yield candidate("term", value, match, confidence if early else confidence - 0.14)
