"""Amendments and change orders: is this document one, what does it amend, and clause by clause what does it change.

A document is an amendment when its own title or its first sentence says so; one that only speaks of amendments is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from domain.amendments import Amendment, Effect, Reference
from domain.terms import FIELDS, SEVERAL, Term
from sow.document import Clause, Layout
from sow.effects import effects
from sow.grounding import ground
from sow.normal import day
from sow.rules import rule
from sow.view import Candidate, View

ORDINALS = {
    word: str(number)
    for number, word in enumerate(
        ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"], start=1
    )
}
KIND = (
    r"(?P<kind>amendment(?: agreement)?|addendum|change order|change request|contract modification|modification"
    r"|variation(?: order| agreement)?|supplement(?:al|ary)? agreement)"
)
NUMBER = r"(?: ?(?:no\.?|number|nr\.?|#|№)? ?#?(?P<number>\d{1,3}|[IVX]{1,4}\b|(?-i:[A-Z]{1,4}-\d[\w-]{0,12})))"
# A title stands alone on its line, or goes on with what is amended; a clause about changes has a verb or nothing.
TITLE = (
    r"(?:^|\n)[ \t#*|]*(?:(?P<ordinal>" + "|".join(ORDINALS) + r") )?" + KIND + NUMBER + r"?"
    r"[ *]*(?=\s*(?:to\b|under\b|of\b|for\b|dated\b|[-:,(|]|\n|$))"
)
SAYS_SO = (
    r"\bthis (?:(?P<ordinal>" + "|".join(ORDINALS) + r") )?" + KIND + NUMBER + r"?\b"
    r"{NEAR}\b(?:is (?:made|entered|issued|agreed|attached)|amends?|modif(?:y|ies)|changes?|supplements?|varies"
    r"|sets forth|effective|dated)\b"
)
STATED = 0.88
TITLE_WITHIN = 700
SAYS_WITHIN = 2_500
REFERENCE_WITHIN = 3_500
PAPER = (
    r"(?P<kind>(?-i:(?:[A-Z][\w&'-]+ ){0,4})(?:statement of work|sow|work order|task order|order form|purchase order"
    r"|services agreement|agreement|contract|proposal))"
)
PAPER_NUMBER = (
    r"(?:,? (?:contract |reference )?(?:no\.?|number|nr\.?|ref\.?|reference|#)? ?[:#]? ?"
    r"(?P<number>(?-i:(?=[\w./-]*\d)[A-Z0-9][\w/-]*(?:\.\w+)*)))?"
)
DATED = (
    r"(?:[^.;\n]{0,90}?\b(?:dated|of|made|signed|executed|effective|entered into)(?: as)?(?: of| on)? "
    r"(?:the )?(?P<dated>{DATE}))?"
)
REFERS = (
    r"\b(?:to|under|amends?|amending|modif(?:y|ies)|supplements?|changes?|varies|amendment of|parties to|pursuant to"
    r"|respect to) (?:and (?:amends?|modif(?:y|ies)|supplements?) )?(?:the |that certain |an? |their |parties' )?"
    r"(?:existing |original )?" + PAPER + r"\b" + PAPER_NUMBER + DATED
)
LABELLED = (
    r"(?:^|\n)[ \t*|]*(?:original |amended |related |parent |reference |base )?" + PAPER + r"(?: (?:no\.?|number|ref"
    r"(?:erence)?))?[ *]*[:|][ \t*|]*(?P<number>(?-i:(?=[\w./-]*\d)[A-Z0-9][\w/-]*(?:\.\w+)*))(?P<dated>(?!))?"
)


def amendment(view: View, layout: Layout, parts: Sequence[Clause], terms: Sequence[Term]) -> Amendment | None:
    """What this document amends and how; None for a document that is no amendment."""
    title = _title(view)
    if title is None:
        return None
    kind = " ".join(title["kind"].lower().split())
    number = ORDINALS.get((title["ordinal"] or "").lower(), "") or title["number"] or ""
    effective = next((str(term.value) for term in terms if term.field == "effective_date"), None)
    own = {number, *(str(value) for term in terms if term.field == "document_number" for value in _values(term))}
    references = tuple(_references(view, layout, own))
    return Amendment(kind, number, effective, references, tuple(effects(view, layout, parts)))


def as_amended(terms: Sequence[Term], found: Amendment | None) -> tuple[Term, ...]:
    """The terms as its effects state them: a former value or a mere difference is no term of an amendment."""
    told = {(effect.field, effect.entry): effect for effect in found.effects if effect.field} if found else {}
    kept = [term for term in terms if not any(_not_stated(term, effect) for effect in told.values())]
    said = [_term(effect, kept) for effect in told.values() if effect.value is not None]
    rest = [term for term in kept if not any(_same_place(term, other) for other in said)]
    return tuple(sorted([*rest, *said], key=lambda term: FIELDS.index(term.field)))


def _not_stated(term: Term, effect: Effect) -> bool:
    within = all(effect.start <= quote.start and quote.end <= effect.end for quote in term.evidence)
    if effect.field != term.field or not within:
        return False
    return term.field in SEVERAL or term.value in (effect.before, (effect.delta or "").removeprefix("-"))


def _term(effect: Effect, terms: Sequence[Term]) -> Term:
    others = {str(term.value): term.value for term in terms if term.field == effect.field not in SEVERAL}
    others.pop(str(effect.value), None)
    return Term(effect.field or "", effect.value, (effect.evidence,), STATED, alternatives=tuple(others.values()))


def _same_place(term: Term, other: Term) -> bool:
    return term.field == other.field and (term.field not in SEVERAL or term.value == other.value)


def _title(view: View) -> re.Match[str] | None:
    for match in rule(TITLE).finditer(view.text, 0, TITLE_WITHIN):
        follows = re.match(r"\s*(?:to|under|of|for|dated)\b", view.text[match.end() :], re.IGNORECASE)
        if match["number"] or match["ordinal"] or follows:
            return match
    return rule(SAYS_SO).search(view.text, 0, SAYS_WITHIN)


def _values(term: Term) -> tuple[str, ...]:
    """A number stands in the title of what is amended, too: only one that nothing rivals is surely its own."""
    return (str(term.value),) if not term.alternatives else ()


def _references(view: View, layout: Layout, own: set[str]) -> Iterator[Reference]:
    """What it says it amends, as often as it says so in its beginning; its own number is not the other's."""
    seen: set[tuple[str, str | None]] = set()
    for pattern in (REFERS, LABELLED):
        for match in rule(pattern).finditer(view.text, 0, REFERENCE_WITHIN):
            number = (match["number"] or "").rstrip(".")
            dated = day(match["dated"]) if match["dated"] else None
            if number in own:
                number = ""
            if (not number and not dated) or (number, dated) in seen:
                continue
            seen.add((number, dated))
            evidence = ground(Candidate("", None, match.start(), match.end(), 1.0), view, layout)
            if evidence is not None:
                yield Reference(" ".join(match["kind"].split()), number, dated, evidence)
