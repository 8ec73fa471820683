"""What speaks for a project code and what against it: each a sentence that people read, with a weight from the rule."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from policies.numbering import Numbering

CLOSED = frozenset({"done", "cancelled"})
TITLE_IS_THE_SAME = 0.86  # nearness above which a document's title and a project's name mean the same work
AS_NEAR = 0.95  # of the nearest practice: too close to call
PRECEDENT_COUNTS = 0.45
STARTS_WITH = 45  # days between a project's opening and the start of its work
LONG_BEFORE = 365


@dataclass(frozen=True)
class CodeCase:
    """What is known of the work. `practices` says how near it is to each practice (0 to 1); `references` are the
    purchase orders, document and contract numbers that it carries, in upper case.

    `kind`: `document`, `time` or `expense`. `on`: the day on which the code must be open; `starts`: when the work
    begins, where a document says so. `title`: the work in its own words. `practice`: the one that the document names
    itself.
    """

    customer_id: str | None
    customer_name: str
    region: str | None
    practices: dict[str, float]
    billing: frozenset[str] = frozenset()
    currency: str | None = None
    references: frozenset[str] = frozenset()
    kind: str = "document"
    title: str = ""
    on: date | None = None
    starts: date | None = None
    practice: str | None = None

    @property
    def basis(self) -> str:
        """What there is to judge by, for which confidence is fitted: `line`, `document`, or `stated`."""
        if self.kind != "document":
            return "line"
        return "document" if self.practice is None else "stated"

    @property
    def key(self) -> str:
        """The same for the same work of the same customer, however often it comes; empty where too little is known."""
        work = ",".join(sorted(self.references)) or _words(self.title)
        who = self.customer_id or _words(self.customer_name)
        return f"{self.kind == 'document'}|{who}|{work}"[:1000] if work and who else ""


@dataclass(frozen=True)
class Candidate:
    """A project of the firm. `subject` is the nearness of its name to the document's title in meaning (0 to 1),
    `spelling` that of their letters, `references` the numbers its contracts carry; `other_number` is set when they name
    another statement of work.
    """

    code: str
    name: str
    project_id: str
    customer_id: str | None
    practice: str | None
    region: str | None
    status: str
    billing: frozenset[str] = frozenset()
    currency: str | None = None
    subject: float = 0.0
    references: frozenset[str] = frozenset()
    other_number: str = ""
    spelling: float | None = None
    opened: date | None = None

    @property
    def nearness(self) -> float:
        """Of meaning and letters together."""
        return self.subject if self.spelling is None else (self.subject + self.spelling) / 2


@dataclass(frozen=True)
class Precedent:
    """What a person chose for work of this similarity (cosine)."""

    code: str
    practice: str | None
    region: str | None
    customer: str
    similarity: float
    kind: str = "new"


@dataclass(frozen=True)
class Reason:
    """One reason and what it adds to the score (negative: it speaks against)."""

    text: str
    weight: float


def of_name(case: CodeCase, candidate: Candidate, rule: Numbering) -> Iterable[Reason]:
    """Shared numbers, another's numbers, and how near the names are."""
    shared = sorted(case.references & candidate.references)
    if shared:
        yield Reason(f"Its contract carries the same reference: {', '.join(shared)}", rule.weights["reference"])
    elif candidate.subject >= TITLE_IS_THE_SAME and not candidate.other_number and case.kind == "document":
        yield Reason(f"The document's title is that of the project: {candidate.name}", rule.weights["reference"])
    elif candidate.other_number and case.kind == "document":
        text = f"Its contract belongs to another statement of work: {candidate.other_number}"
        yield Reason(text, rule.weights["other_number"])
    text = f"Nearness of the work's words and the project's name: {max(0.0, candidate.nearness):.0%}"
    weight = rule.weights["subject" if case.kind == "document" else "subject_of_a_line"]
    yield Reason(text, weight * max(0.0, candidate.nearness))


def of_customer(case: CodeCase, candidate: Candidate, rule: Numbering) -> Iterable[Reason]:
    """The same customer; another customer's code is no candidate."""
    if case.customer_id is not None and candidate.customer_id == case.customer_id:
        yield Reason(f"Same customer: {case.customer_name}", rule.weights["customer"])
    elif case.customer_id is None:
        yield Reason("The customer is not stated", rule.weights["customer_unknown"])


def of_kind(case: CodeCase, candidate: Candidate, rule: Numbering) -> Iterable[Reason]:
    """How it is billed, in what currency, and whether it is on hold."""
    if case.billing and candidate.billing:
        if case.billing & candidate.billing:
            yield Reason(f"Billed as the project is: {_kinds(candidate.billing)}", rule.weights["billing"])
        else:
            text = f"The project is billed otherwise: {_kinds(candidate.billing)}"
            yield Reason(text, rule.weights["other_billing"])
    if case.currency and candidate.currency and case.currency != candidate.currency:
        yield Reason(f"The project is billed in {candidate.currency}", rule.weights["other_currency"])
    if candidate.status == "on_hold":
        yield Reason("The project is on hold", rule.weights["on_hold"])


def of_dates(case: CodeCase, candidate: Candidate, rule: Numbering) -> Iterable[Reason]:
    """A project that opened when the work starts is likelier its own than one that had run for a year by then."""
    if case.starts is None or candidate.opened is None:
        return
    days = (case.starts - candidate.opened).days
    if abs(days) <= STARTS_WITH:
        text = f"The project opened on {candidate.opened.isoformat()}, the work starts on {case.starts.isoformat()}"
        yield Reason(text, rule.weights["opened_with_it"])
    elif days > LONG_BEFORE:
        text = f"The project had run since {candidate.opened.isoformat()} when the work starts"
        yield Reason(text, rule.weights["opened_long_before"])


def of_practice(case: CodeCase, practice: str | None, rule: Numbering) -> Iterable[Reason]:
    """How near the work is to what the practice sells."""
    if practice is None or practice not in rule.practices or not case.practices:
        return
    share = _share(case.practices, practice)
    weight = rule.weights["practice" if case.kind == "document" else "practice_of_a_line"]
    name = rule.practices[practice].name
    best = max(case.practices, key=lambda key: case.practices[key])
    if case.practice is not None and case.practice in rule.practices:
        text = f"The document says that it is work of {rule.practices[case.practice].name}"
        yield Reason(text, weight if practice == case.practice else -weight)
    elif share >= AS_NEAR:
        yield Reason(f"The work is that of {name}", weight * share)
    else:
        text = f"The work is nearer to {rule.practices[best].name} than to {name}"
        yield Reason(text, weight * (share - _share(case.practices, best)))


def of_region(case: CodeCase, region: str | None, rule: Numbering) -> Iterable[Reason]:
    """Whether the region looks after the customer's country."""
    if case.region is None or region is None or region not in rule.regions:
        return
    name = rule.regions[region].name
    if region == case.region:
        yield Reason(f"The customer belongs to {name}", rule.weights["region"])
    else:
        yield Reason(f"The customer does not belong to {name}", rule.weights["other_region"])


def of_unknown_reference(case: CodeCase, carrying: Sequence[Candidate], rule: Numbering) -> Iterable[Reason]:
    """Numbers that stand on no contract in the ERP begin a project."""
    if case.references and not carrying:
        text = f"No contract in the ERP carries {', '.join(sorted(case.references))}"
        yield Reason(text, rule.weights["unknown_reference"])


def chosen_before(precedents: Sequence[Precedent], what: str, case: CodeCase, rule: Numbering) -> Iterable[Reason]:
    """The nearest earlier choice; one of the same customer says most about this very code."""
    near = max(precedents, key=lambda p: (p.similarity, p.code, p.customer, p.kind), default=None)
    if near is None or near.similarity < PRECEDENT_COUNTS:
        return
    same = bool(case.customer_name) and near.kind == "existing" and _words(near.customer) == _words(case.customer_name)
    text = f"{what} was chosen for similar work before: {near.code} ({near.customer or 'customer unknown'})"
    yield Reason(text, rule.weights["precedent_of_customer" if same else "precedent"] * near.similarity)


def _share(nearness: dict[str, float], practice: str) -> float:
    """How far this practice is the nearest: 1.0 for the nearest, less for the others by what they lack."""
    best = max(nearness.values())
    return max(0.0, min(1.0, nearness.get(practice, 0.0) / best)) if best > 0 else 0.0


def _kinds(billing: frozenset[str]) -> str:
    return ", ".join(sorted(kind.replace("_", " ") for kind in billing))


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
