"""What a document says of the work it is about, put beside the ERP's customers and projects: a ranker's input."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from domain.records import Contract, Customer, Firm, Project
from domain.terms import Term
from policies.codes import Candidate, CodeCase
from policies.numbering import Numbering, numbering
from store.embedding import embedding

SAME_NAME = 90  # of 100: two spellings of one customer
HEAD = 3000  # characters in which a document says what it is
LINES = 14
ROLE_SHARE = 0.25
NUMBER = re.compile(
    r"(?:\b(?:statement of work|work order|sow|wo)\b)[\s:.\-_]*(?:no\.?|number|nr\.?|#)?[\s:\-_]*"
    r"((?:[a-z]{1,4}[- ]?)?\d{1,8})\b",
    re.IGNORECASE,
)
LEGAL_FORM = re.compile(r"\b(plc|ltd|limited|llc|inc|dac|gmbh|ag|se|kg|society|group|the)\b\.?", re.IGNORECASE)
BILLED = {
    "timesheet": frozenset({"time_and_materials"}),
    "effort": frozenset({"fixed_fee", "milestone", "retainer"}),
    "progress": frozenset({"fixed_fee", "milestone", "retainer"}),
}


@dataclass(frozen=True)
class Work:
    """The document, seen from outside: `lines` are those that could be its title, `subject` one text of them all."""

    name: str
    lines: tuple[str, ...]
    subject: str
    references: frozenset[str]
    values: dict[str, tuple[object, ...]]

    def first(self, field: str) -> str | None:
        """The first value of a text field."""
        value = next(iter(self.values.get(field, ())), None)
        return value if isinstance(value, str) else None

    def all(self, field: str) -> frozenset[str]:
        """All values of a text field."""
        return frozenset(value for value in self.values.get(field, ()) if isinstance(value, str))

    def roles(self) -> tuple[str, ...]:
        """The roles of its rate table, in lower case."""
        rates = self.values.get("rates", ())
        return tuple(str(rate["role"]).lower() for rate in rates if isinstance(rate, dict) and rate.get("role"))


def work(terms: Sequence[Term], text: str, name: str = "") -> Work:
    """Read off what the ranking needs. `text` is the document's visible text, `name` its file name."""
    values: dict[str, tuple[object, ...]] = {}
    for term in terms:
        values[term.field] = (*values.get(term.field, ()), term.value)
    stem = re.sub(r"[_\s]+", " ", re.sub(r"\.\w{2,5}$", "", name)).strip()
    lines = tuple(dict.fromkeys(line for line in (stem, *_title_lines(text)) if line))
    numbers = {_key(value) for value in (_text(values, "po_number"), _lettered(values)) if value}
    return Work(
        name, lines, ". ".join(lines[:8])[:1500], frozenset(numbers | _numbers(f"{stem}\n{text[:HEAD]}")), values
    )


def case(work: Work, firm: Firm, text: str, rule: Numbering | None = None) -> CodeCase:
    """What the ranker is told of the document."""
    rule = rule or numbering()
    customer = _customer(work, firm, text)
    region = rule.region_of(customer.country if customer else None)
    return CodeCase(
        customer_id=customer.id if customer else None,
        customer_name=customer.name if customer else (work.first("client") or ""),
        region=region.key if region else None,
        practices={key: _practice(work, key, rule) for key in rule.practices},
        billing=work.all("billing_type"),
        currency=work.first("currency"),
        references=work.references,
    )


def candidates(work: Work, firm: Firm) -> tuple[Candidate, ...]:
    """The firm's projects that have a code, with their nearness to the document."""
    contracts = {contract.id: contract for contract in firm.contracts}
    return tuple(
        _candidate(work, project, project.code, [contracts[key] for key in project.contract_ids if key in contracts])
        for project in firm.projects
        if project.code
    )


def _candidate(work: Work, project: Project, code: str, contracts: Sequence[Contract]) -> Candidate:
    references = frozenset[str]().union(*(_carried(work, contract) for contract in contracts))
    other = "" if references & work.references else ", ".join(sorted(_own_numbers(contracts)))
    return Candidate(
        code=code,
        name=project.name,
        project_id=project.id,
        customer_id=project.customer_id,
        practice=project.practice,
        region=project.region,
        status=project.status,
        billing=BILLED.get(project.billing, frozenset()),
        currency=contracts[0].currency if contracts else None,
        subject=max((_near(line, project.name) for line in work.lines), default=0.0),
        references=references,
        other_number=other,
    )


def _carried(work: Work, contract: Contract) -> frozenset[str]:
    carried = {_key(value) for value in (contract.number, contract.po_number) if value}
    same_file = {reference for a in contract.attachments if a.name == work.name for reference in work.references}
    return frozenset(carried | _own_numbers([contract]) | same_file)


def _own_numbers(contracts: Sequence[Contract]) -> set[str]:
    texts = [text for c in contracts for text in (c.description, *(a.name for a in c.attachments))]
    return set[str]().union(*(_numbers(text) for text in texts))


def _customer(work: Work, firm: Firm, text: str) -> Customer | None:
    client = work.first("client")
    if client:
        best = max(firm.customers, key=lambda c: _alike(c.name, client), default=None)
        if best is not None and _alike(best.name, client) >= SAME_NAME:
            return best
    head = text[:HEAD].lower()
    named = [customer for customer in firm.customers if _bare(customer.name) in head]
    return named[0] if len(named) == 1 else None


def _alike(one: str, other: str) -> float:
    return fuzz.token_set_ratio(_bare(one), _bare(other))


def _bare(name: str) -> str:
    return re.sub(r"\s+", " ", LEGAL_FORM.sub(" ", re.sub(r"[,.]", " ", name.lower()))).strip()


def _practice(work: Work, key: str, rule: Numbering) -> float:
    practice = rule.practices[key]
    nearness = max(_near(work.subject, service) for service in practice.services)
    roles = work.roles()
    matching = sum(any(word in role for word in practice.roles) for role in roles)
    return max(0.0, nearness) + (ROLE_SHARE * matching / len(roles) if roles else 0.0)


def _title_lines(text: str) -> list[str]:
    lines = [re.sub(r"\s+", " ", line).strip() for line in text[:HEAD].splitlines()]
    return [line for line in lines if 10 <= len(line) <= 100 and len(line.split()) > 1][:LINES]  # noqa: PLR2004 - a title


def _numbers(text: str) -> set[str]:
    return {
        _key(match[1]) if match[1][0].isalpha() else f"{_kind(match[0])}{_key(match[1])}"
        for match in NUMBER.finditer(text)
    }


def _kind(matched: str) -> str:
    return "WO" if matched.lower().startswith("wo") else "SOW"


def _lettered(values: dict[str, tuple[object, ...]]) -> str | None:
    """A document number that says by itself what it numbers; a bare "1" could be an amendment's."""
    number = _text(values, "document_number")
    return number if number and re.search("[A-Za-z]", number) else None


def _text(values: dict[str, tuple[object, ...]], field: str) -> str | None:
    value = next(iter(values.get(field, ())), None)
    return value if isinstance(value, str) else None


def _key(reference: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", reference.upper())


@lru_cache(4096)
def _vector(text: str) -> tuple[float, ...]:
    return tuple(embedding().encode(text))


def _near(one: str, other: str) -> float:
    return sum(a * b for a, b in zip(_vector(one), _vector(other), strict=True))
