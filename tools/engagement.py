"""What a document or a line of time says of its work, put beside the ERP's customers and codes: a ranker's input."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz

from domain.records import Contract, Customer, Firm
from domain.terms import Term
from policies.codes import Candidate, CodeCase
from policies.numbering import Numbering, Practice, numbering
from store.catalogue import Hit
from tools.catalogue import key, numbers, own_numbers

SAME_NAME = 90  # of 100: two spellings of one customer
HEAD = 3000  # characters in which a document says what it is
ADDRESS = 200  # characters after a name in which its address stands
LINES = 14
ROLE_SHARE = 0.25
FEW_KIN = 5
LEGAL_FORM = re.compile(r"\b(plc|ltd|limited|llc|inc|dac|gmbh|ag|se|kg|society|group|the)\b\.?", re.IGNORECASE)
Array = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Work:
    """The work, seen from outside: `lines` are those that could be its title, `subject` one text of them all.

    `kind`: document, time or expense. `on`: the day of the time or expense.
    """

    name: str
    lines: tuple[str, ...]
    subject: str
    references: frozenset[str]
    values: dict[str, tuple[object, ...]] = field(default_factory=dict[str, tuple[object, ...]])
    kind: str = "document"
    on: date | None = None

    def first(self, wanted: str) -> str | None:
        """The first value of a text field."""
        return _text(self.values, wanted)

    def all(self, wanted: str) -> frozenset[str]:
        """All values of a text field."""
        return frozenset(value for value in self.values.get(wanted, ()) if isinstance(value, str))

    def roles(self) -> tuple[str, ...]:
        """The roles of its rate table, in lower case."""
        rates = self.values.get("rates", ())
        return tuple(str(rate["role"]).lower() for rate in rates if isinstance(rate, dict) and rate.get("role"))

    def texts(self, rule: Numbering) -> tuple[str, ...]:
        """Every text whose meaning the ranking compares."""
        services = (service for practice in rule.practices.values() for service in practice.services)
        return tuple(dict.fromkeys((self.subject, *self.lines, *services)))


def work(terms: Sequence[Term], text: str, name: str = "") -> Work:
    """Read off a document what the ranking needs. `text` is its visible text, `name` its file name."""
    values: dict[str, tuple[object, ...]] = {}
    for term in terms:
        values[term.field] = (*values.get(term.field, ()), term.value)
    stem = re.sub(r"[_\s]+", " ", re.sub(r"\.\w{2,5}$", "", name)).strip()
    lines = tuple(dict.fromkeys(line for line in (stem, *_title_lines(text)) if line))
    stated = {key(value) for value in (_text(values, "po_number"), _lettered(values)) if value}
    return Work(name, lines, ". ".join(lines[:8])[:1500], frozenset(stated | numbers(f"{stem}\n{text[:HEAD]}")), values)


def case(
    work: Work, firm: Firm, text: str, meanings: Mapping[str, Array], today: date, kin: Sequence[Hit] = ()
) -> CodeCase:
    """What the ranker is told of the work. `meanings` holds the unit vectors of all `work.texts`, `kin` are the firm's
    codes that are nearest to the work, whoever's they are: their practices do such work.
    """
    rule = numbering()
    shares = _shares(meanings[work.subject], kin)
    customer = customer_of(work, firm, text)
    name = customer.name if customer else (work.first("client") or "")
    region = rule.region_of(customer.country if customer else country_of(name, text))
    named = practice_of(text) if work.kind == "document" else None
    starts = _day(work.first("effective_date"))
    return CodeCase(
        customer_id=customer.id if customer else None,
        customer_name=name,
        region=region.key if region else None,
        practices={
            name: _practice(work, name, rule, meanings) + rule.weights["kin"] * shares.get(name, 0.0)
            for name in rule.practices
        },
        billing=work.all("billing_type"),
        currency=work.first("currency"),
        references=work.references,
        kind=work.kind,
        title=work.subject,
        # Work that is still to come needs a code that is open when it comes.
        on=work.on or max(filter(None, (today, starts))),
        starts=starts,
        practice=named.key if named else None,
    )


def country_of(client: str, text: str) -> str | None:
    """The country of the address that stands after a client's name in a document's head; None where two are written."""
    head = re.sub(r"\s+", " ", text[:HEAD])
    places = re.finditer(re.escape(client), head, re.IGNORECASE) if client else ()
    addresses = (re.split(r"[(;|]", head[place.end() : place.end() + ADDRESS])[0] for place in places)
    found = {country for address in addresses if (country := numbering().country_in(address))}
    return found.pop() if len(found) == 1 else None


def practice_of(text: str) -> Practice | None:
    """The firm's practice that the head of a document names, as in "Practice: Advisory"; None where it names two."""
    values = (re.split(r"[|:\t]", line)[-1] for line in text[:HEAD].splitlines() if re.search(r"[|:\t]", line))
    found = {one.key: one for value in values if (one := numbering().practice_called(value))}
    return next(iter(found.values())) if len(found) == 1 else None


def candidate(work: Work, hit: Hit, meanings: Mapping[str, Array]) -> Candidate:
    """A code that was found, with its nearness to the work."""
    references = hit.refs | (work.references if work.name and work.name in hit.files else frozenset())
    subject = 0.0
    if hit.embedding is not None and work.lines:
        subject = max(float(meanings[line] @ hit.embedding) for line in work.lines)
    return Candidate(
        code=hit.code,
        name=hit.name,
        project_id=hit.project,
        customer_id=hit.customer,
        practice=hit.practice,
        region=hit.region,
        status=hit.status,
        billing=frozenset(hit.billing),
        currency=hit.currency,
        subject=subject,
        references=references,
        other_number="" if references & work.references else ", ".join(hit.own_numbers),
        spelling=max((_alike_letters(line, hit.name) for line in work.lines), default=None),
        opened=hit.opened,
    )


def customer_of(work: Work, firm: Firm, text: str) -> Customer | None:
    """The ERP's customer that the work is for, by the stated name, else the only one that the text's head names."""
    client = work.first("client")
    if client:
        best = max(firm.customers, key=lambda c: _alike(c.name, client), default=None)
        if best is not None and _alike(best.name, client)[0] >= SAME_NAME:
            return best
    head = text[:HEAD].lower()
    named = [customer for customer in firm.customers if bare(customer.name) and bare(customer.name) in head]
    return named[0] if len(named) == 1 else None


def contract_of(known: Work, firm: Firm, customer: Customer | None, linked: str | None) -> Contract | None:
    """The ERP's contract of this document: the one a person linked, else the customer's that carries its number."""
    if linked:
        return next((one for one in firm.contracts if one.number == linked), None)
    mine = [
        c for c in firm.contracts if customer is not None and c.customer_id == customer.id and c.state != "cancelled"
    ]
    refs = known.references
    for contract in mine:
        own = own_numbers([contract])
        if any(attached.name == known.name for attached in contract.attachments) or own & refs:
            return contract
        carried = {key(value) for value in (contract.number, contract.po_number) if value}
        # One purchase order may cover several statements of work: a contract that names another one is not this one's.
        if carried & refs and not (own and any(ref.startswith(("SOW", "WO")) for ref in refs)):
            return contract
    return None


def _alike(one: str, other: str) -> tuple[float, float]:
    # A name that holds all words of the other comes first; among several of those the one that says least besides.
    return fuzz.token_set_ratio(bare(one), bare(other)), fuzz.ratio(bare(one), bare(other))


def bare(name: str) -> str:
    """A firm's name as it is compared: lower case, without its legal form."""
    return re.sub(r"\s+", " ", LEGAL_FORM.sub(" ", re.sub(r"[,.]", " ", name.lower()))).strip()


def _alike_letters(one: str, other: str) -> float:
    first, second = one.casefold(), other.casefold()
    return (fuzz.token_set_ratio(first, second) + fuzz.token_sort_ratio(first, second)) / 200


def _practice(work: Work, name: str, rule: Numbering, meanings: Mapping[str, Array]) -> float:
    practice = rule.practices[name]
    nearness = max(float(meanings[work.subject] @ meanings[service]) for service in practice.services)
    roles = work.roles()
    matching = sum(any(word in role for word in practice.roles) for role in roles)
    return max(0.0, nearness) + (ROLE_SHARE * matching / len(roles) if roles else 0.0)


def _shares(subject: Array, kin: Sequence[Hit]) -> dict[str, float]:
    """Each practice's share of the nearest codes, the nearer ones counting for more; nothing where there are few."""
    near = [(hit.practice, max(0.0, float(subject @ hit.embedding)) ** 3) for hit in kin if hit.embedding is not None]
    whole = sum(weight for _, weight in near)
    if len(near) < FEW_KIN or not whole:
        return {}
    return {name: sum(w for practice, w in near if practice == name) / whole for name, _ in near if name}


def _title_lines(text: str) -> Iterable[str]:
    lines = [re.sub(r"\s+", " ", line).strip() for line in text[:HEAD].splitlines()]
    return [line for line in lines if 10 <= len(line) <= 100 and len(line.split()) > 1][:LINES]  # noqa: PLR2004 - a title


def _lettered(values: dict[str, tuple[object, ...]]) -> str | None:
    """A document number that says by itself what it numbers; a bare "1" could be an amendment's."""
    number = _text(values, "document_number")
    return number if number and re.search("[A-Za-z]", number) else None


def _text(values: dict[str, tuple[object, ...]], wanted: str) -> str | None:
    value = next(iter(values.get(wanted, ())), None)
    return value if isinstance(value, str) else None


def _day(value: str | None) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        return None
