"""Rules that are data alone: conditions on named fields of a case, for shipped rules and for a firm's own."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from domain.findings import Verdict
from domain.money import Money
from domain.source import Evidence, Source
from domain.unknown import Unknown
from policies.prerequisites.case import Case
from policies.prerequisites.fields import FIELDS, Found, find
from policies.prerequisites.judgement import Judgement, fails, not_applicable, passes, unknown
from policies.prerequisites.outside import number, source_of
from policies.prerequisites.patterns import fits
from policies.prerequisites.rulebook import Condition, Rule

COMPARED = ("at_least", "at_most")


def judged(case: Case, rule: Rule) -> Judgement:
    """The judgement of a rule of conditions: not applicable unless all of `applies` hold, then all of `require` must.

    A field that nothing connected knows makes it "cannot determine", never a pass.
    """
    if (silent := silence(case, rule)) is not None:
        return silent
    for condition in rule.applies:
        held = holds(condition, found := find(case, condition.field))
        if held is None:
            return unknown(f"{_label(condition)} is not known.").citing(*found.sources)
        if not held:
            return not_applicable(f"{_label(condition)} is {_worded(found.value)}.")
    asked = [(condition, find(case, condition.field)) for condition in rule.require]
    answers = [(condition, found, holds(condition, found)) for condition, found in asked]
    return _cited(_verdict(rule, answers), [found for _, found, _ in answers])


def silence(case: Case, rule: Rule) -> Judgement | None:
    """What follows from the lack of the reports that the rule needs; None when they are there."""
    for kind in rule.needs:
        if kind not in case.facts.outside.covered:
            return unknown(f"No connected system reports {kind.value.replace('_', ' ')} facts.")
        if not case.reports(kind):
            said = f"There is no {kind.value.replace('_', ' ')} report on {case.subject_of(kind) or 'it'}."
            return not_applicable(said) if rule.silence == "none" else unknown(said)
    return None


def _verdict(rule: Rule, answers: list[tuple[Condition, Found, bool | None]]) -> Judgement:
    wrong = [f"{_label(condition)} is {_worded(found.value)}" for condition, found, held in answers if held is False]
    if wrong:
        return fails(f"{rule.fails} {'; '.join(wrong)}.")
    missing = [_label(condition) for condition, _, held in answers if held is None]
    if missing:
        return unknown(f"{', '.join(missing)} is not known.")
    return passes(rule.passes)


def _cited(judgement: Judgement, found: Iterable[Found]) -> Judgement:
    sources: list[Source] = []
    quotes: list[Evidence] = []
    for one in found:
        sources += one.sources
        quotes += one.evidence
    return judgement.citing(*sources, evidence=tuple(dict.fromkeys(quotes)))


def holds(condition: Condition, found: Found) -> bool | None:
    """Whether the condition holds; None where the field is not known, or compared and empty."""
    value = found.value
    if isinstance(value, Unknown):
        return None
    if condition.op in ("present", "absent"):
        return (value not in (None, "", ())) is (condition.op == "present")
    if value is None and (condition.op in COMPARED or condition.field.startswith(("fact.", "sow."))):
        return None
    return OPS[condition.op](value, condition.value)


def _same(value: Any, wanted: Any) -> bool:
    return _plain(value) == _plain(wanted)


def _plain(value: Any) -> str:
    if isinstance(value, bool) or str(value).casefold() in ("true", "false"):
        return str(value).casefold()
    amount = value.amount if isinstance(value, Money) else number(value)
    return f"{amount.normalize():f}" if amount is not None else str(value).strip().casefold()


def _number(value: Any) -> Decimal:
    found = value.amount if isinstance(value, Money) else number(value)
    return Decimal(0) if found is None else found


OPS: Mapping[str, Callable[[Any, Any], bool]] = {
    "is": _same,
    "is_not": lambda value, wanted: not _same(value, wanted),
    "one_of": lambda value, wanted: any(_same(value, one) for one in wanted),
    "not_one_of": lambda value, wanted: not any(_same(value, one) for one in wanted),
    "at_least": lambda value, wanted: _number(value) >= _number(wanted),
    "at_most": lambda value, wanted: _number(value) <= _number(wanted),
    "matches": lambda value, wanted: fits(str(value or ""), str(wanted)),
}


def _label(condition: Condition) -> str:
    known = FIELDS.get(condition.field)
    text = known[0] if known else condition.field.partition(".")[2].replace(".", " ").replace("_", " ")
    return f"{text[:1].upper()}{text[1:]}"


def _worded(value: Any) -> str:
    return "missing" if value in (None, "", ()) else str(value).replace("_", " ")


def cites(case: Case, rule: Rule) -> tuple[Source, ...]:
    """The reports that a rule of reports looked at."""
    return tuple(source_of(report) for kind in rule.needs for report in case.reports(kind))


def undetermined(judgement: Judgement) -> bool:
    """Whether nothing connected could answer."""
    return judgement.verdict is Verdict.UNKNOWN
