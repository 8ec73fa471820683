"""Judges what a model claims to have read, in the reading process: the same quotes, normal forms and rules as our own.

A claim is discarded when its quote is not in the document, or does not say the value, or speaks of something else. What
the quote can be read to say, but does not say beyond doubt, or what the rules read otherwise, goes to a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from domain.errors import InvalidInput
from domain.source import Evidence
from domain.terms import SEVERAL, Term, TermStatus
from sow.document import Layout
from sow.finders import candidates
from sow.flat import flatten
from sow.furniture import furniture
from sow.grounding import ground
from sow.kinds import CUES, KINDS, Kind, speaks_of, values
from sow.normal_form import normal_form
from sow.reconcile import Grounded, reconcile
from sow.rules import rule
from sow.suspicion import reads_like_instruction
from sow.view import Candidate, View, view

Verdict = Literal["agrees", "adds", "doubted", "disputes", "discarded"]
SURE, DOUBTED = 0.75, 0.5
SHORTEST, LONGEST = 2, 600
AROUND = 400  # how near to a quote an instruction to a machine makes it doubtful
LEAD = 1_500  # a rate's unit may stand in the head of its table


@dataclass(frozen=True)
class Claim:
    """What a model says that characters `start` to `end` of the text state, with its quote."""

    field: str
    value: Any
    quote: str
    start: int
    end: int


@dataclass(frozen=True)
class Judged:
    """A claim's fate. `reason` is a code; `value` is in normal form where it has one."""

    verdict: Verdict
    reason: str
    field: str
    value: Any = None
    evidence: Evidence | None = None


@dataclass(frozen=True)
class Judgement:
    """All claims of one document judged, and the terms that they add to what the rules read."""

    judged: tuple[Judged, ...]
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class _Bench:
    view: View
    layout: Layout
    found: tuple[Candidate, ...]
    terms: tuple[Term, ...]


def judge(layout: Layout, claims: Sequence[Claim]) -> Judgement:
    """Judge all claims on a document."""
    seen = view(layout, furniture(layout))
    found = tuple(candidates(seen))
    grounded = [
        Grounded(one.field, one.value, one.confidence, evidence)
        for one in found
        if (evidence := ground(one, seen, layout)) is not None
    ]
    bench = _Bench(seen, layout, found, reconcile(grounded))
    judged = tuple(_judge(bench, claim) for claim in claims)
    return Judgement(judged, tuple(_terms(judged)))


def _terms(judged: Iterable[Judged]) -> Iterable[Term]:
    """New terms through the same reconciliation; what is doubted stays a conflict."""
    new = [one for one in judged if one.verdict in {"adds", "doubted"} and one.evidence]
    doubted = {(one.field, str(one.value)) for one in new if one.verdict == "doubted"}
    weighed = [
        Grounded(one.field, one.value, DOUBTED if one.verdict == "doubted" else SURE, one.evidence, "model")
        for one in new
        if one.evidence
    ]
    for term in reconcile(weighed):
        doubtful = (term.field, str(term.value)) in doubted
        yield replace(term, status=TermStatus.CONFLICT) if doubtful else term


def _judge(bench: _Bench, claim: Claim) -> Judged:
    try:
        value = normal_form(claim.field, claim.value)
    except InvalidInput:
        return Judged("discarded", "form", claim.field)
    where = _find(bench, claim)
    if where is None:
        return Judged("discarded", "quote", claim.field, value)
    quote = bench.view.text[where[0] : where[1]]
    if not _says(claim.field, value, quote, bench.view.text[max(0, where[0] - LEAD) : where[1]]):
        return Judged("discarded", "value", claim.field, value)
    evidence = ground(Candidate(claim.field, value, *where, 1.0), bench.view, bench.layout)
    sentence = bench.view.text[
        bench.view.sentence_start(where[0]) : bench.view.sentence_end(max(where[0], where[1] - 1))
    ]
    if evidence is None or not rule(CUES.get(claim.field, "")).search(sentence):
        return Judged("discarded", "field", claim.field, value)
    if reads_like_instruction(bench.view.text[max(0, where[0] - AROUND) : where[1] + AROUND]):
        return Judged("doubted", "instruction", claim.field, value, evidence)
    verdict, reason = _weigh(bench, claim.field, value, where, quote, sentence)
    return Judged(verdict, reason, claim.field, value, evidence)


def _find(bench: _Bench, claim: Claim) -> tuple[int, int] | None:
    """The quote's folded range within the part that the model was shown; any white space stands for any other."""
    words = flatten(claim.quote).text.split()
    if not words or not SHORTEST <= len(" ".join(words)) <= LONGEST or not 0 <= claim.start < claim.end:
        return None
    low = bench.view.flat.offset(claim.start)
    high = bench.view.flat.offset(min(claim.end, len(bench.layout.text)))
    match = re.compile(r"\s+".join(map(re.escape, words))).search(bench.view.text, low, high)
    return match.span() if match else None


def _says(field: str, value: Any, quote: str, lead: str) -> bool:
    """Whether the quote, read by our own normal forms, says this value."""
    if isinstance(value, dict):
        return _says_entry(field, value, quote, lead)
    kind = KINDS.get(field, Kind.TEXT)
    if kind is Kind.JUDGEMENT:
        return True  # said in words: only a rule that reads the same can bear it out
    return _fold(str(value)) in _fold(quote) if kind is Kind.TEXT else str(value) in values(field, quote)


def _says_entry(field: str, value: dict[str, Any], quote: str, lead: str) -> bool:
    named = value.get("role") or value.get("name")
    if named and _fold(str(named)) not in _fold(quote):
        return False
    if value.get("amount") is not None and str(value["amount"]) not in values(field, quote):
        return False
    if value.get("due") and value["due"] not in values("end_date", quote):
        return False
    per = value.get("per")
    unit = {"hour": r"\bhour|/ ?hr?\b", "day": r"\bday|\bdaily\b|\bper diem"}.get(str(per), rf"\b{per}")
    return field != "rates" or rule(unit).search(lead) is not None


def _fold(text: str) -> str:
    return " ".join(flatten(text).text.casefold().split())


def _weigh(
    bench: _Bench, field: str, value: Any, where: tuple[int, int], quote: str, sentence: str
) -> tuple[Verdict, str]:
    """A claim whose quote says its value: does it agree with the rules, add to them, or need a person?"""
    known = [term for term in bench.terms if term.field == field]
    if any(value in (term.value, *term.alternatives) for term in known):
        return "agrees", ""
    if known and (field not in SEVERAL or any(_entry(term.value) == _entry(value) != "" for term in known)):
        return ("disputes", "rules_read_otherwise") if speaks_of(field, sentence) else ("discarded", "field")
    near = [one for one in bench.found if one.start < where[1] and where[0] < one.end]
    if any(one.field == field and one.value == value for one in near):
        return "adds", ""
    if KINDS.get(field) is Kind.JUDGEMENT:
        return "doubted", "judgement"
    if any(one.field != field and _bare(one.value) == _bare(value) for one in near):
        return "doubted", "other_field"
    if not speaks_of(field, sentence):
        return "doubted", "other_field"
    return ("doubted", "several_values") if len(values(field, quote)) > 1 else ("adds", "")


def _entry(value: Any) -> str:
    return _fold(str(value.get("role") or value.get("name") or "")) if isinstance(value, dict) else ""


def _bare(value: Any) -> str:
    return str(value.get("amount")) if isinstance(value, dict) else str(value)
