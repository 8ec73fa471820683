"""Ending: notice to terminate without cause, renewal, governing law."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sow.normal import count
from sow.view import Candidate, View, candidate, rule

NOTICE = rule(
    r"(?P<days>{COUNT})[- ]? ?(?P<unit>days?|months?|weeks?)'?(?:[- ]?(?:prior|written|advance|notice|calendar"
    r"|business|the|"
    r"'s?|or more|after)[ ,]*)*"
)
WITHOUT_CAUSE = rule(
    r"\bfor (?:its |their )?convenience|\bwithout cause|\bfor any (?:reason|or no reason)|\bany reason or no reason"
    r"|\bno reason|\bat any time|\bat (?:its|their|his) (?:sole )?(?:option|discretion)|\bwithout (?:any )?reason"
    r"|\bfor any or no"
)
FOR_CAUSE = rule(
    r"\bcure\b|\bcured\b|\bmaterial(?:ly)? breach|\bdefault\b|\bbreach|\bfails? to\b|\bforce majeure|\binsolven|\brenew"
)
TERMINATE = rule(r"\bterminat|\bcancel")
RENEWS = rule(
    r"\b(?:shall|will|may be|is|be)? ?(?:be )?automatically (?:be )?(?:renew|extend)(?:s|ed)?\b"
    r"|\b(?:renew|extend)(?:s|ed)? (?:itself )?automatically|\bauto(?:matic)?[- ]renewal\b"
    r"|\bautomatic(?:ally)? renewals?"
)
RENEWS_NOT = rule(
    r"\b(?:shall|will|does|do) not (?:be )?(?:automatically )?(?:renew|extend)|\bno automatic renewal"
    r"|\b(?:may be|be) (?:renewed|extended) (?:only )?(?:for [^.;]{0,60} )?(?:by|upon|with"
    r"|at|subject to) (?:the )?(?:mutual|written|"
    r"prior written|further)|\bunless (?:extended|renewed) (?:by|in) (?:mutual |a )?writ"
    r"|\brenew(?:ed|al)? (?:only )?(?:by|upon) (?:mutual|written)"
    r"|\bmutual(?:ly)? (?:written )?agree(?:ment)?\b[^.;]{0,40}\b(?:renew|extend)"
    r"|\b(?:renewal|extension)s?\b[^.;]{0,80}\b(?:subject to|requires?|by)\b[^.;]{0,40}\b(?:mutual|written|in writing)"
    r"|\bunless the parties\b[^.;]{0,40}\bextend\b"
)
LENGTH = rule(
    r"\b(?:periods?|terms?)(?: of)?(?: an?)?(?: additional| successive)? $|\brenew\w*(?: \w+)? for(?: \w+){0,3} $"
)
PLACE = (
    r"(?i:the |of )*(?i:internal |substantive )?(?P<place>(?:(?i:State|Commonwealth|Province|Republic|Kingdom"
    r"|Federal Republic|People's Republic) (?i:of) )?(?:the )?[A-Z][A-Za-z.]+(?:(?:,? (?:and|of) "
    r"| )[A-Z][A-Za-z.]+){0,4})"
)
GOVERNED = (
    r"(?i:the laws of) " + PLACE + r"[ ,]{1,2}(?i:shall|will) (?i:govern)",
    r"(?i:govern(?:ed|ing)|construed|interpreted|subject to)\b[^.;]{0,140}?\b(?i:laws?) (?i:of|in force in"
    r"|in effect in) " + PLACE,
    r"(?i:governed)\b[^.;]{0,80}?\b(?i:by|under) (?i:the )?(?P<place>[A-Z][a-z]+(?: [A-Z][a-z]+){0,2}) (?i:laws?)\b",
)
MOST_DAYS = 366
NO_PLACES = frozenset(
    ["This", "Agreement", "Section", "Any", "All", "Laws", "Law", "Consistent", "And", "AND", "Final"]
)


def find(view: View) -> Iterator[Candidate]:
    """Candidates of the topic."""
    yield from _convenience(view)
    yield from _renewal(view)
    yield from _law(view)


def _days(match: re.Match[str]) -> int | None:
    number = count(match["days"])
    factor = {"d": 1, "w": 7, "m": 30}[match["unit"][0].lower()]
    return number * factor if number and number * factor <= MOST_DAYS else None


def _convenience(view: View) -> Iterator[Candidate]:
    for match in view.search(NOTICE):
        sentence = view.sentence(match.start())
        if not (TERMINATE.search(sentence) and rule(r"\bnotice|\bnotify|\bnotif").search(sentence)):
            continue
        free, cause = WITHOUT_CAUSE.search(sentence), FOR_CAUSE.search(sentence)
        days = _days(match)
        if days and free and not cause:
            confidence = 0.88 if rule(r"convenience|without cause|reason").search(free[0]) else 0.7
            yield candidate("termination_convenience_days", days, match, confidence)
        elif (
            days
            and not cause
            and rule(
                r"\b(?:either party|client|customer|company"
                r"|both parties)\b.{0,60}\bterminate this (?:agreement|sow|contract)"
            ).search(sentence)
        ):
            yield candidate("termination_convenience_days", days, match, 0.6)


def _renewal(view: View) -> Iterator[Candidate]:
    for match in view.search(RENEWS_NOT):
        if rule(r"\bterm\b|\bagreement|\bsow\b|\border\b").search(view.sentence(match.start())):
            yield candidate("auto_renewal", False, match, 0.8)
    for match in view.search(RENEWS):
        sentence = view.sentence(match.start())
        if RENEWS_NOT.search(sentence) or not rule(r"\bterm|\bperiod|\bagreement|\byear").search(sentence):
            continue
        yield candidate("auto_renewal", True, match, 0.86)
        end = min(len(view.text), match.end() + 500)
        for notice in NOTICE.finditer(view.text, view.sentence_start(match.start()), end):
            around = view.text[max(0, notice.start() - 160) : notice.end() + 160]
            days = None if LENGTH.search(view.text, max(0, notice.start() - 40), notice.start()) else _days(notice)
            if days and rule(r"\bnotice|\bnotif").search(around) and rule(r"\brenew|\bexten|\bexpir").search(around):
                yield candidate("renewal_notice_days", days, notice, 0.84)
                break


def _law(view: View) -> Iterator[Candidate]:
    for pattern in GOVERNED:
        for match in view.search(rule(pattern, exact_case=True)):
            place = re.split(
                r",? (?:without|excluding|and(?! [A-Z])|as|in|except)\b|[.;(]", " ".join(match["place"].split())
            )[0]
            place = place.removeprefix("the ").strip(" .,")
            if place and place.split()[0] not in NO_PLACES:
                yield candidate("governing_law", place, match, 0.88)
