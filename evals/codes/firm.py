"""A firm that grew: thousands of codes with noisy names, and work whose right code is known. The same for a seed."""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from domain.money import Money
from domain.records import Contract, Customer, Firm, Project
from domain.source import Source
from policies.numbering import numbering

FOLDER = Path(__file__).parent
TODAY = date(2026, 11, 23)
READ = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
CLOSED_SHARE, HELD_SHARE, LATER_SHARE = 0.40, 0.05, 0.05
CODES_A_CUSTOMER = 25


@dataclass(frozen=True)
class Topic:
    """What work is about: its practice, and the ways to say it."""

    practice: str
    says: tuple[str, ...]


@dataclass(frozen=True)
class Made:
    """A project as it was made: the topic and the way its name says it, where, and for whom."""

    project: Project
    customer: Customer
    contract: Contract
    topic: int
    said: int
    place: str

    @property
    def open(self) -> bool:
        """Whether work of today may be booked on it."""
        return self.project.status in ("open", "on_hold") and (self.project.opened or TODAY) <= TODAY


@dataclass(frozen=True)
class Words:
    """The data files."""

    topics: tuple[Topic, ...]
    names: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True)
class Generated:
    """The firm, and how each of its projects was made."""

    firm: Firm
    made: tuple[Made, ...]
    words: Words


def read_words() -> Words:
    """The words of which the firm is made."""
    topics = tomllib.loads((FOLDER / "topics.toml").read_text("utf-8"))["topic"]
    names = tomllib.loads((FOLDER / "names.toml").read_text("utf-8"))
    return Words(tuple(Topic(row["practice"], tuple(row["says"])) for row in topics), names)


def generate(count: int, seed: int) -> Generated:
    """A firm of `count` codes; each customer has about 25, and no two open ones are the same work at the same place."""
    words, chance = read_words(), random.Random(seed)  # noqa: S311 - a repeatable firm, no secret
    customers = _customers(max(3, count // CODES_A_CUSTOMER), words, chance)
    made: list[Made] = []
    taken: set[tuple[str, int, str]] = set()
    while len(made) < count:
        customer = chance.choice(customers)
        topic, place = chance.randrange(len(words.topics)), chance.choice(words.names["places"])
        one = _made(len(made), customer, topic, place, words, chance)
        if one.open and (customer.id, topic, place) in taken:
            continue
        if one.open:
            taken.add((customer.id, topic, place))
        made.append(one)
    firm = Firm(
        "generated",
        "Grown Consulting",
        "EUR",
        READ,
        customers=tuple(customers),
        contracts=tuple(one.contract for one in made),
        projects=tuple(one.project for one in made),
    )
    return Generated(firm, tuple(made), words)


def _customers(count: int, words: Words, chance: random.Random) -> list[Customer]:
    pairs = [(one, two) for one in words.names["first"] for two in words.names["second"]]
    chance.shuffle(pairs)
    found: list[Customer] = []
    for number, (one, two) in enumerate(pairs[:count]):
        country = chance.choice(list(words.names["forms"]))
        name = f"{one} {two} {words.names['forms'][country]}"
        source = _source("party", number, name)
        found.append(Customer(f"c{number}", f"C{number}", name, country, (), None, (), 30, source))
    return found


def _made(number: int, customer: Customer, topic: int, place: str, words: Words, chance: random.Random) -> Made:
    rule, about = numbering(), words.topics[topic]
    region = rule.region_of(customer.country)
    said = chance.randrange(len(about.says))
    code = rule.code(about.practice, region.key if region else "UKI", rule.first + number)
    opened = TODAY + timedelta(days=chance.randint(10, 90)) if chance.random() < LATER_SHARE else None
    project = Project(
        id=f"p{number}",
        code=code,
        name=noisy(f"{about.says[said]} {place}", words.names["short"], chance),
        customer_id=customer.id,
        contract_ids=(f"k{number}",),
        status=_status(chance),
        billing=chance.choice(("timesheet", "timesheet", "effort")),
        manager=None,
        practice=about.practice,
        region=region.key if region else "UKI",
        opened=opened or TODAY - timedelta(days=chance.randint(5, 900)),
        tasks=(),
        source=_source("project", number, code),
    )
    return Made(project, customer, _contract(number, customer), topic, said, place)


def _status(chance: random.Random) -> str:
    drawn = chance.random()
    if drawn < CLOSED_SHARE:
        return chance.choice(("done", "cancelled"))
    return "on_hold" if drawn < CLOSED_SHARE + HELD_SHARE else "open"


def _contract(number: int, customer: Customer) -> Contract:
    nothing = Money(Decimal(0), "EUR")
    return Contract(
        id=f"k{number}",
        number=f"S{10000 + number}",
        customer_id=customer.id,
        state="processing",
        po_number=f"PO-{500000 + number}" if number % 2 else None,
        date=None,
        currency="EUR",
        price_list_id=None,
        payment_terms_days=30,
        lines=(),
        total=nothing,
        invoiced=nothing,
        amendments=(),
        attachments=(),
        source=_source("contract", number, f"S{10000 + number}"),
    )


def noisy(name: str, short: Mapping[str, str], chance: random.Random) -> str:
    """A name as a grown catalogue has it: shortened words, typing errors, capitals, years in front, phases behind."""
    words = [short.get(w.casefold(), w) if chance.random() < 0.7 else w for w in name.split()]  # noqa: PLR2004 - shares
    drawn = chance.random()
    if drawn < 0.35:  # noqa: PLR2004
        words = typed_wrong(words, chance)
    text = " ".join(words)
    if chance.random() < 0.12:  # noqa: PLR2004
        text = text.upper()
    if chance.random() < 0.15:  # noqa: PLR2004
        text = f"{chance.randint(2023, 2026)} - {text}"
    return f"{text} Ph{chance.randint(1, 3)}" if chance.random() < 0.15 else text  # noqa: PLR2004


def typed_wrong(words: Sequence[str], chance: random.Random) -> list[str]:
    """One word with a letter left out, doubled or swapped with the next."""
    found = list(words)
    at = max(range(len(found)), key=lambda index: (len(found[index]) > 4, chance.random()))  # noqa: PLR2004 - letters
    word = found[at]
    if len(word) > 3:  # noqa: PLR2004
        position = chance.randrange(1, len(word) - 1)
        found[at] = chance.choice(
            (
                word[:position] + word[position + 1 :],
                word[:position] + word[position] + word[position:],
                word[: position - 1] + word[position] + word[position - 1] + word[position + 1 :],
            )
        )
    return found


def _source(model: str, number: int, label: str) -> Source:
    return Source("generated", model, str(number), "1", READ, label)
