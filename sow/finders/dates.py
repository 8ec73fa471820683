"""Dates: when the document takes effect, when it ends, how long it lasts."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sow.normal import duration
from sow.rules import rule
from sow.view import Candidate, View, candidate

EFFECTIVE = (
    (
        r"\b(?:takes effect|(?:enters?|comes?) into (?:force|effect)|begins|starts|commences|is effective"
        r"|is made effective)(?: on| as of| from| the)* (?P<date>{DATE})",
        0.84,
    ),
    (
        r"\bwith effect (?:from|as of|on)(?: and including)? (?P<date>{DATE})"
        r"(?!{SAME}{0,120}\b(?:chang|increas|replac|amend|delet|adjust|substitut|rais|reduc))",
        0.86,
    ),
    (
        r"\b(?:period|term|duration)\b[^.;\n]{0,30}?(?::|\|"
        r"|\bfrom\b)[^.;\n\d]{0,40}?(?P<date>{DATE})\)? ?(?:to|-|until|through) ",
        0.7,
    ),
    (
        r"(?:^|\n)[ \t#*\d.]{0,8}(?:period(?: of performance)?|term|duration|dates)\b[\s:|*-]{1,6}"
        r"(?:from )?(?P<date>{DATE}) ?(?:to|-|until|through) ",
        0.82,
    ),
    (
        r"\b(?:we|work|performance|services|project|engagement|audit|review) (?:will |shall |expect to |plan to )?"
        r"(?:start|begin|commence)s?(?: (?:our|the) \w+)? on (?:or about |approximately )?(?P<date>{DATE})",
        0.8,
    ),
    (r"\bkick-?off(?: date)?[\s:|*]{1,4}(?:is |on )?(?P<date>{DATE})", 0.72),
    (
        r"\beffective (?:as of |on |from |date ?)?(?:of [^.;:\n]{3,40} )?(?:the |this )*[\s:|*\"')-]{0,6}"
        r"(?:means?:? |is |(?:shall|will) (?:be|mean) |of )?(?:the )?(?P<date>{DATE})",
        0.88,
    ),
    (
        r"\beffective\b[^.;\d]{0,60}\bas of (?:this |the )?(?P<date>{DATE})",
        0.86,
    ),
    (
        r"\b(?:start|commencement|service start|project start) date[\s:|*\"')-]{1,6}(?:means:? |is "
        r"|(?:shall|will) (?:be|mean) )?(?:the )?(?P<date>{DATE})",
        0.86,
    ),
    (
        r"(?P<date>{DATE})[ ,]{0,3}\((?:the |this |hereinafter )*[ \"]*(?:\w+ "
        r"){0,3}?(?:effective|commencement|start) ?date",
        0.93,
    ),
    (
        r"\b(?:shall|will) (?:\w+ )?(?:take effect|become effective|be effective|commence|begin|start)"
        r"(?: on| as of| upon| from)* (?P<date>{DATE})",
        0.86,
    ),
    (
        r"\b(?:entered into|made|executed)(?: this agreement)?(?: and (?:entered into|effective))?(?: effective)?"
        r"(?: as)?(?: of| on)?(?: this| the)? (?P<date>{DATE})",
        0.74,
    ),
    (r"\bdated(?: for reference(?: purposes)?)?(?: as)?(?: of)?(?: this| the)?[ :]+(?P<date>{DATE})", 0.64),
    (r"\b(?:commenc|beginn|start)(?:es|s|ing) (?:on |as of |from )?(?P<date>{DATE})", 0.7),
    (r"(?:^|\n)[ \t*|]*(?:agreement |contract )?date[\s:|*]{1,6}(?P<date>{DATE})", 0.62),
)
OTHER_DOCUMENT = rule(
    r"(?:\b(?:master|framework|purchase|original|prior|previous|separate|other|license|that certain|parent|certain)\b"
    r"[^.;]{0,60}\b(?:agreement|contract|order|lease|plan|note|letter|statement of work|sow|msa)\b[^.;]{0,40}"
    r"|\bthat certain\b[^.;]{0,80})$"
)
THIS_DOCUMENT = rule(
    r"(?:\bthis|^) (?:(?:(?-i:[A-Z])[\w&,/-]*|and|for|of) ){0,7}?(?:agreement|contract|order|sow|statement of work)\b"
    r"(?:(?!(?<!\")\b(?:agreement|contract|order|plan|lease)\b)[^.;]){0,60}$"
)
MAIL_HEAD = rule(r"(?:^|\n)(?:from|to|cc|sent): [^\n]+$")  # a message's date is when it was sent
SIGNING = rule(r"\b(?:signature|signed|name|title|by)\b ?:[^:]{0,60}$")
TITLE_DATE = rule(r"(?:(?:^|\n)[ \t#*|]*|(?-i:[A-Z]{4,}) )(?P<date>{DATE})(?=[ \t]*[*|]?[ \t]*(?:\n| (?-i:[A-Z])))")
FILED = rule(r"\b(?:source|filed|filing|exhibit|8-k|10-[kq]\S*|f-1|s-1\S*|fax|page|rev\w*|birth|version)\b[^\n]{0,60}$")
SIGNED_ON = rule(r"\b(?:date|dated|date signed|signed on)[ ]?[:.]{0,2}[ _]{0,4}(?P<date>{DATE})")
LAST_SIGNED = rule(
    r"\beffective\b[^.;]{0,60}\b(?:date (?:of (?:the )?(?:last|latest) signature|it is (?:fully )?executed"
    r"|(?:last )?(?:signed|written|noted|set forth) (?:below|by the last))|(?:last|later|latest) (?:date"
    r"|of the dates)|last party)"
)
SIGNATURES = rule(r"/s/|\b(?:by|signature|name|title|its)[ ]?:|\bsigned\b")
TITLE_LENGTH = 1_600
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
    (r"\b(?:until|on) the earlier (?:to occur )?of:? (?:\(\w{1,3}\) )?(?P<date>{DATE})", 0.78),
    (r"\b(?:conclud(?:e|es|ing)|end(?:s|ing)?|expir(?:e|es|ing)) (?:on|no later than) (?P<date>{DATE})", 0.78),
    (
        r"(?P<date>{DATE})[ ,]{0,3}\((?:the |such )?(?:period )?[^()]{0,30}\"[ ]?(?:initial |contract )?(?:term"
        r"|period)\"",
        0.8,
    ),
    (
        r"\b(?:assignment|engagement|project|consultancy|services)\b{SAME}{0,80}\b(?:completed|finished|concluded) "
        r"(?:by|on|no later than|not later than) (?P<date>{DATE})",
        0.66,
    ),
    (
        r"\b(?:complete|finish) (?:all|the) (?:work|services|project|assignment) (?:by|on|no "
        r"later than|not later than) (?P<date>{DATE})",
        0.8,
    ),
    (
        r"\b(?:deliver|issue|submit|complete|finish)\w*\b[^.;\n]{0,24}\breports?\b[^.;\n]{0,20}?"
        r"\b(?:by|on|no later than|not later than) (?P<date>{DATE})",
        0.7,
    ),
    (
        r"\b(?:begins?|starts?|commences?)\b[^.;]{0,16}{DATE}[^.;\d]{0,20}\b(?:ends?|expires?|finish(?:es)?)(?: on)? "
        r"(?P<date>{DATE})",
        0.86,
    ),
    (r"\b(?:finish|complet)\w*\b[^.;]{0,60}?(?P<date>{DATE}) (?:as|being|is) the latest", 0.8),
    (r"\bexpires?\b{SAME}{0,60}\bor on (?P<date>{DATE})", 0.78),
    (r"{DATE}\)? ?(?:to|-|until|through|and ending(?: on)?) (?P<date>{DATE})", 0.72),
)
ABOUT_TERM = rule(
    r"\bterm\b|\bagreement\b|\bsow\b|\bwork order\b|\bstatement of work\b|\beffect\b|\bperiod of performance"
    r"|\bexpir|\baudit\b|\bfinal report|\b(?:assignment|project) period|\bperiod of the contract|\b(?:contract"
    r"|order) period|\bservices\b|\bengagement\b|\b(?:contract|initial) period\b"
)
SPAN = r"(?P<span>{COUNT}[- ]?(?: ?(?:calendar|full|consecutive))?[- ]?(?:years?|months?|weeks?|days?))\b"
TERM = (
    (r"\bruns? for (?:a |an )?(?:period of )?" + SPAN, 0.8),
    (
        r"\b(?:initial |the )?(?:term|duration|period)\b(?: of (?:this|the) (?:agreement|sow"
        r"|contract|tasks|services|work|project|assignment))?[ ]?(?:\([^)]{0,40}\) )?"
        r"[\s:|*\"]{0,5}(?:is|of|shall not exceed|shall be|will be|shall continue for|shall have)? ?(?:a |an "
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
    r"\brenew(?!al\n)|\bconfidential|\bafter its end|\bwarrant|\bnon-?compet|\bsurviv|\bnotice\b|\bthereafter|\bretain"
    r"|\binsurance|\bguarantee"
    r"|\bnon-?solicit|\bsupport period|\bstabili[sz]ation|\baudit|\brecords|\bpatent|\bpayment term|\binvoic"
    r"|\bsuccessive|\bphase\b|\bstage\b|\bmilestone|\bestimated duration"
    r"|\badditional|\bfollowing (?:the )?(?:termination|expiration)|\bafter (?:the )?(?:termination|expiration)"
)


def find(view: View) -> Iterator[Candidate]:
    """Candidates of the topic."""
    for field, patterns in (("effective_date", EFFECTIVE), ("end_date", END)):
        for pattern, confidence in patterns:
            yield from _dated(view, field, pattern, confidence)
    yield from _signing_dates(view)
    yield from _title_date(view)
    for pattern, confidence in TERM:
        for match in view.search(rule(pattern)):
            yield from _term(view, match, confidence)


def _dated(view: View, field: str, pattern: str, confidence: float) -> Iterator[Candidate]:
    for match in view.search(rule(pattern)):
        value = view.day(match["date"])
        if value is None:
            continue
        before = view.text[max(0, match.start() - 120) : match.start()]
        foreign = _of_another(before) or SIGNING.search(before) or MAIL_HEAD.search(before)
        if field == "effective_date" and foreign:
            continue
        if field == "end_date" and confidence < 0.8 and not ABOUT_TERM.search(view.sentence(match.start())):  # noqa: PLR2004
            continue
        early = 0.02 if match.start() < 4_000 else -0.06  # noqa: PLR2004 - the preamble says what counts
        yield candidate(field, value, match, round(confidence + early, 2))


def _of_another(before: str) -> bool:
    """Whether a date is another document's: "under the Master Agreement dated", but not "this Master Agreement"."""
    return bool(OTHER_DOCUMENT.search(before)) and not THIS_DOCUMENT.search(before)


def _title_date(view: View) -> Iterator[Candidate]:
    """A date on the title page, where nothing says what it is."""
    for match in TITLE_DATE.finditer(view.text, 0, TITLE_LENGTH):
        value = view.day(match["date"])
        if value and not FILED.search(view.text, max(0, match.start() - 80), match.start("date")):
            yield candidate("effective_date", value, match, 0.55, "date")
            return


def _signing_dates(view: View) -> Iterator[Candidate]:
    """Of the dates beside signatures the last: a contract holds once both have signed."""
    signed = [
        (value, match)
        for match in view.search(SIGNED_ON)
        if match.start() >= len(view.text) // 3
        and (value := view.day(match["date"]))
        and SIGNATURES.search(view.text, max(0, match.start() - 400), match.end() + 200)
    ]
    if signed:
        value, match = max(signed, key=lambda item: item[0])
        yield candidate("effective_date", value, match, 0.7 if LAST_SIGNED.search(view.text) else 0.52)


def _term(view: View, match: re.Match[str], confidence: float) -> Iterator[Candidate]:
    value = duration(match["span"])
    low, high = view.sentence_start(match.start(), 90), view.sentence_end(match.end(), 45)
    near = view.text[low:high]
    first = match[0].lower().startswith("initial")  # and what renews it follows in the same sentence
    if value and (first or not NOT_TERM.search(near)) and not value.endswith("D"):
        early = rule(r"effective date|initial|agreement|sow|remain in").search(near)
        yield candidate("term", value, match, confidence if early else confidence - 0.14)
