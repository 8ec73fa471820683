"""Ending: notice to terminate without cause, and renewal."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sow.normal import count
from sow.rules import rule
from sow.view import Candidate, View, candidate

NOTICE = rule(
    r"(?P<days>{COUNT}|\ban?(?= (?:week|month)'s notice))[- ]? ?(?:calendar |business "
    r"|working |full )?(?P<unit>days?|months?|weeks?|years?)'?"
    r"(?:[- ]?(?:prior|written|advance|notice|calendar|business|the|'s?|or more|after)[ ,]*)*"
)
WITHOUT_CAUSE = rule(
    r"\bfor (?:its |their )?convenience|\bwithout cause|\bfor any (?:reason|or no reason)|\bany reason or no reason"
    r"|\bno reason|\bat any time|\bwhenever|\b(?:at|in) (?:its|their|his|her) (?:sole )?(?:and absolute )?(?:option"
    r"|discretion|election)|\bwithout (?:any )?reason"
    r"|\bfor any or no"
)
FOR_CAUSE = rule(
    r"\bcure\b|\bcured\b|\bmaterial(?:ly)? breach|\bdefault\b|\bbreach|\bfails? to\b|\bforce majeure|\binsolven|\brenew"
)
NOTIFIED = rule(r"\bnotice|\bnotify|\bnotif|\bwritten\b")
# no cause is named: "may be terminated by either party upon 60 days' written notice"
FREELY = rule(
    r"\b(?:may|right|entitled|wish\w* to|desires? to|elects? to|can)\b[^.;]{0,110}\b(?:terminate|cancel|end|stop)\b"
    r"|\bterminable\b[^.;]{0,80}\b(?:upon|on|by)\b|\bterminated\b[^.;]{0,60}\b(?:upon|by|on)\b[^.;]{0,60}$"
    r"|\b(?:may|can)(?: \w+)? be (?:terminated|cancell?ed)\b|\buntil terminated by\b"
)
OBJECT = rule(
    r"\b(?:terminat\w*|end|cancel)\b[^.;]{0,30}\b(?:this|the|any|such|our|his|her|their|an?)\b[^.;]{0,30}"
    r"\b(?:agreement|contract|sow|statement of work|orders?|services|engagement|arrangement|term|period|letter"
    r"|relationship|alliance|collaboration|licen[cs]e|appointment|assignment|retainer|commission|project"
    r"|schedule|work|job|representation)\b"
    r"|\b(?:either|each|any) (?:party|side|of us|one of us) (?:may|can) (?:terminate|cancel|end|stop)\b"
    r"|\bterminate it\b"
    r"|\b(?:this|the|an?) (?:\w+ ){0,2}(?:agreement|contract|sow|statement of work|order|engagement"
    r"|appointment|employment)\b[^.;]{0,90}\btermina[tb]|\buntil terminated by\b"
)
STATED_FREE = rule(
    r"\bconvenience|\bwithout (?:any )?(?:cause|reason)|\bany (?:or no )?reason|\bno reason"
    r"|\bwithout (?:giving|stating|supplying|assigning|showing|specifying) (?:an?y? |its |the )?(?:reasons?|cause)"
    r"|\bwith or without cause|\bnon-cause"
)
# a right that only some event gives
PREMISE = rule(
    r"(?:^|\n|\(\w\) |[.;] )(?:if|should|in the event|upon|where) (?!(?:\w+ ){1,4}(?:desires?|wish\w*"
    r"|elects?) to terminate)|\bthen\b"
    r"|\bsuch party (?:may|shall)|\bduring the continuation|\bfor a (?:change|material)\b|\beffective at the later\b"
)
AT_ONCE = rule(
    r"\b(?:may|right|entitled|option)\b[^.;]{0,80}\b(?:terminated?|cancel(?:l?ed)?)\b[^.;]{0,160}"
    r"\b(?:at any time|immediately|forthwith|with immediate effect)\b"
    r"|\b(?:at any time|immediately)\b[^.;]{0,120}\b(?:terminate|cancel)\b"
)
WHENEVER = rule(
    r"\bat any time\b[^.;]{0,80}\b(?:by|upon|on) (?:\w+ ){0,3}(?:notice|notification)\b"
    r"|\b(?:by|upon|on) (?:\w+ ){0,3}(?:notice|notification)\b[^.;]{0,60}\bat any time\b"
)
LIMITED = rule(
    rf"{PREMISE.pattern}|\bas follows\b|\bthe following\b|\bpursuant to\b|\bin accordance with\b|\bin case\b"
)
LENGTH_OF_NOTICE = rule(
    r"{COUNT}[- ]? ?(?:calendar |business |working |full )?(?:days?|months?|weeks?|years?)\b|\[[*_ ]+\]|_{3}"
)
ITEM = rule(r"\((?:[a-h]|[ivx]{1,4}|\d)\)")
# an item of a list that begins with its notice, the words before the list, and what makes the item a condition
ITEM_OF_NOTICE = rule(
    r"\((?:[a-h]|[ivx]{1,4}|\d)\) (?:by (?:either|any|the|a)? ?(?:\w+ ){1,3})?"
    r"(?:up)?on (?:(?:not less than|at least|no less than|giving) )?$"
)
MAY_END = rule(
    r"\b(?:terminable|may be (?:terminated|cancell?ed)|may (?:terminate|cancel) this \w+)\b[^.;()]{0,60}(?=:? ?\()"
)
GIVEN = rule(r"\bif\b|\bunless\b|\bafter\b|\bfollowing\b|\bin the event\b")
AFTER = 110  # characters of a clause after its notice
LEAD = 700  # characters between what introduces a list and its item
CONDITION = rule(
    r"\bif\b(?! \w+(?: \w+)? (?:wish|desire|elect)\w* to (?:terminate|cancel))|\bunless\b|\bupon the occurrence"
    r"|\brenewal|\bprovided\b"
    r"|\bin the event (?:that |of )(?!(?:\w+ ){1,4}(?:desires?|wish\w*|elects?))|\bafter "
    r"receipt|(?<!notice\x20)\bperiod of\b"
    r"|\bexpir(?!ation of (?:this|the|such|that) (?:notice|\d|{WORD}))|\bwithin (?:$|\d|{WORD})"
    r"|\bfollowing (?:a|any|the) (?!expir)"
)
TERMINATE = rule(
    r"\btermina[tb]|\bcancel|\b(?:may|can|entitled to|right to)(?: \w+)? (?:end|stop)\b(?! on\b)"
    r"|\bend (?:this|the|our) (?:agreement|contract|engagement|order|sow|arrangement|appointment|call-off)"
)
RENEWS = rule(
    r"\b(?:shall|will|may be|is|be)? ?(?:be )?automatically (?:be )?(?:renew|extend)(?:s|ed|ing)?\b"
    r"|\b(?:renew|extend)(?:s|ed)? (?:itself )?automatically|\bauto(?:matic)?[- ]renewal\b"
    r"|\bautomatic(?:ally)? renewals?|\b(?:tacitly|by tacit) renew\w*|\brenew(?:s|ed)? tacitly"
    r"|\b(?:is|are|will be|shall be) (?:each time )?(?:extended|renewed|prolonged)\b(?=[^.;]{0,60}\bunless\b"
    r"[^.;]{0,60}\b(?:notice|terminat|cancel|notif))|\b(?:renews?|roll(?:s)? over)\b for "
    r"(?:an )?(?:additional|successive|further|consecutive|subsequent)\b"
    r"(?=[^.;]{0,80}\bunless\b)"
)
RENEWS_NOT = rule(
    r"\b(?:does|do|shall|will) not auto-?renew|\bnot be (?:tacitly|automatically) (?:renew|extend)|\bno tacit renewal|"
    r"\b(?:shall|will|does|do) not (?:be )?(?:automatically )?(?:renew|extend)"
    r"|\bno automatic (?:renewal|extension)|\bnot (?:be )?(?:renewed|extended) automatically"
    r"|\b(?:may be|be) (?:renewed|extended) (?:only )?(?:for [^.;]{0,60} )?(?:by|upon|with"
    r"|at|pursuant to|subject to) (?:the )?(?:mutual|written|"
    r"prior written|further)|\bunless (?:extended|renewed) (?:by|in) (?:mutual |a )?writ"
    r"|\brenew(?:ed|al)? (?:only )?(?:by|upon) (?:mutual|written)"
    r"|\bmutual(?:ly)? (?:written )?agree(?:ment)?\b[^.;]{0,40}\b(?:renew|extend)"
    r"|\b(?:renewal|extension)s?\b[^.;]{0,80}\b(?:subject to|requires?|by)\b[^.;]{0,40}\b(?:mutual|written|in writing)"
    r"|\bunless the parties\b[^.;]{0,40}\bextend\b"
)
LENGTH = rule(
    r"\b(?:periods?|terms?)(?: of)?(?: an?)?(?: additional| successive)? $|\brenew\w*(?: \w+)? for(?: \w+){0,3} $"
    r"|\b(?:extended|renewed|prolonged)\b[^.;]{0,30}\bby (?:an? |another )?$"
)
PERIOD = rule(
    r"[ ]?(?:renewal |extension |additional |successive )?(?:periods?|terms?|increments?|intervals?|renewals?"
    r"|extensions?)\b"
)
STOPS = rule(r"\bnotice|\bnotif|\bin writing\b|\brequests?\b|\belects?\b")
FOR_CAUSE_ONLY = rule(r"\bcure\b|\bmaterial(?:ly)? breach|\binsolven")
MOST_DAYS = 366
REACH = 600  # characters within which a clause on renewal says how much notice stops it


def find(view: View) -> Iterator[Candidate]:
    """Candidates of the topic."""
    stated = list(_convenience(view))
    yield from stated or _at_once(view)
    yield from _renewal(view)


def _days(match: re.Match[str]) -> int | None:
    number = 1 if match["days"].lower() in {"a", "an"} else count(match["days"])
    factor = {"d": 1, "w": 7, "m": 30, "y": 365}[match["unit"][0].lower()]
    return number * factor if number and number * factor <= MOST_DAYS else None


def _convenience(view: View) -> Iterator[Candidate]:
    for match in view.search(NOTICE):
        low = max(view.sentence_start(match.start()), match.start() - 260)
        clause = view.text[low : _clause_end(view, match.end())]
        if not NOTIFIED.search(clause) or not (days := _days(match)):
            continue
        if _listed(view, low, match):
            yield candidate("termination_convenience_days", days, match, 0.64)
        if not TERMINATE.search(clause):
            continue
        own = _own(clause, match.start() - low)
        free, cause = WITHOUT_CAUSE.search(view.sentence(match.start())), FOR_CAUSE.search(own)
        if free and STATED_FREE.search(clause) and not FOR_CAUSE.search(_right(own)):
            yield candidate("termination_convenience_days", days, match, 0.88)
        elif free and not cause and OBJECT.search(clause) and not PREMISE.search(_before(view, match)):
            yield candidate("termination_convenience_days", days, match, 0.7)
        elif not cause and _freely(clause, own) and _of_notice(view, match) and not PREMISE.search(clause):
            yield candidate("termination_convenience_days", days, match, 0.66)


def _at_once(view: View) -> Iterator[Candidate]:
    """A right to terminate whenever somebody likes, with no time of notice: none, in days."""
    for match in view.search(AT_ONCE):
        low, high = view.sentence_start(match.start()), view.sentence_end(match.end())
        sentence, after = view.text[low:high], view.text[low : high + 200]
        free = STATED_FREE.search(sentence) or (WHENEVER.search(sentence) and not LIMITED.search(sentence))
        if (
            free
            and OBJECT.search(sentence)
            and not (LENGTH_OF_NOTICE.search(after) or FOR_CAUSE.search(sentence) or CONDITION.search(sentence))
        ):
            yield candidate("termination_convenience_days", 0, match, 0.6)


def _before(view: View, match: re.Match[str]) -> str:
    """What the sentence says before a match."""
    return view.text[view.sentence_start(match.start()) : match.start()]


def _clause_end(view: View, at: int) -> int:
    """Where the clause goes on to, at most: to the end of a word, or half of one would be taken for another."""
    end = view.sentence_end(at)
    return end if end <= at + AFTER else max(view.text.rfind(" ", at, at + AFTER), at)


def _listed(view: View, low: int, match: re.Match[str]) -> bool:
    """Whether an item of a list asks for a notice alone: "terminable (a) for breach; or (b) on 30 days' notice"."""
    item = ITEM_OF_NOTICE.search(view.text, low, match.start())
    lead = item and MAY_END.search(view.text, max(0, item.start() - LEAD), item.start() + 1)
    given = GIVEN.search(view.text, match.end(), match.end() + 60)
    return bool(lead and not given and _of_notice(view, match))


def _own(clause: str, at: int) -> str:
    """The item of a list within a clause that holds a place: "(a) on 30 days' notice or (b) for breach" has two."""
    marks = [match.start() for match in ITEM.finditer(clause)]
    begin = max((mark for mark in marks if mark <= at), default=0)
    return clause[begin : min((mark for mark in marks if mark > at), default=len(clause))]


def _right(clause: str) -> str:
    """The part of a clause that gives a right to terminate: what stands before it may be about another."""
    found = list(TERMINATE.finditer(clause))
    return clause if not found else clause[found[0 if len(found) == 1 else -2].start() :]


def _of_notice(view: View, match: re.Match[str]) -> bool:
    """Whether the length is said of a notice: "30 days' notice", "notice to the other at least 30 days prior"."""
    after = rule(r"\bnotice").search(view.text, match.start(), match.end() + 25)
    return bool(after or rule(r"\bnotice\b[^.;]{0,60}$").search(view.text[max(0, match.start() - 90) : match.start()]))


def _freely(clause: str, own: str) -> bool:
    """Whether a clause lets somebody terminate without naming a cause or condition."""
    return bool(FREELY.search(clause) and OBJECT.search(clause)) and not CONDITION.search(own)


def _renewal(view: View) -> Iterator[Candidate]:
    for match in view.search(RENEWS_NOT):
        if rule(r"\bterm\b|\bagreement|\bsow\b|\border\b|\bcontract|\btacit|\bauto").search(
            view.sentence(match.start())
        ):
            yield candidate("auto_renewal", False, match, 0.8)
    for match in view.search(RENEWS):
        sentence = view.sentence(match.start())
        if RENEWS_NOT.search(sentence) or not rule(r"\bterm|\bperiod|\bagreement|\byear").search(sentence):
            continue
        yield candidate("auto_renewal", True, match, 0.86)
        yield from _renewal_notice(view, match)


def _renewal_notice(view: View, renews: re.Match[str]) -> Iterator[Candidate]:
    """The notice that stops a renewal: in its sentence, the next ones, or the one before."""
    low = max(view.sentence_start(renews.start()), renews.start() - REACH)
    for begin, end in ((low, min(len(view.text), renews.end() + REACH)), (max(0, low - REACH // 2), low)):
        for notice in NOTICE.finditer(view.text, begin, end):
            around = view.text[max(begin, notice.start() - 160) : notice.end() + 160]
            length = LENGTH.search(view.text, max(0, notice.start() - 40), notice.start())
            if length or PERIOD.match(view.text, notice.end()) or not (days := _days(notice)):
                continue
            asked, about = (
                STOPS.search(around),
                rule(r"\brenew|\bexten|\bexpir|\bend of\b|\banniversary").search(around),
            )
            if asked and about and not FOR_CAUSE_ONLY.search(around):
                yield candidate("renewal_notice_days", days, notice, 0.84)
                return
