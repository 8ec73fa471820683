"""Work whose right code is known: said in other words than the code's name, for customers as people spell them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from domain.terms import Term
from evals.codes.firm import TODAY, Generated, Made, typed_wrong
from policies.numbering import numbering, parts
from tools.codes import Line, Paper

KINDS = ("words", "words", "words", "unnamed", "reference", "habit", "paper", "none")
LINES = ("words", "words", "words", "unnamed", "habit")
# Half of them say by a number which project they belong to, or that they belong to none.
PAPERS = ("reference", "paper", "none", "unnumbered", "unnumbered", "fresh")
STATED = tuple(f"stated {kind}" for kind in PAPERS)
MISSTATED = 0.1  # an assumption: of documents that name a practice, those that name another than books the work


@dataclass(frozen=True)
class Earlier:
    """A person's earlier choice: what was booked, and where."""

    asked: Line
    code: str


@dataclass(frozen=True)
class Question:
    """`kind`: by words, without a customer's name, by reference, by habit (only earlier choices tell), a new document
    for an existing project with its contract's number or unnumbered, or none that fits, with a number that no contract
    carries or fresh, without any; `stated` before it: the document names its practice. `wanted` is the code, of which
    a new one is right by practice and region.
    """

    kind: str
    asked: Line | Paper
    wanted: str
    earlier: tuple[Earlier, ...] = ()

    @property
    def none_fits(self) -> bool:
        """Whether a new code is the right one."""
        return self.kind.removeprefix("stated ") in ("none", "fresh")


def questions(generated: Generated, count: int, seed: int, kinds: Sequence[str] = KINDS) -> tuple[Question, ...]:
    """`count` questions, all kinds in turn."""
    chance = random.Random(seed)  # noqa: S311 - repeatable, no secret
    bookable = [one for one in generated.made if one.open and one.project.status == "open"]
    makers = {
        "words": _by_words,
        "unnamed": _unnamed,
        "reference": _by_reference,
        "habit": _by_habit,
        "paper": _paper,
        "none": _none_fits,
        "unnumbered": _unnumbered,
        "fresh": _fresh,
    }

    def made(number: int) -> Question:
        kind = kinds[number % len(kinds)]
        bare = makers[kind.removeprefix("stated ")](generated, chance.choice(bookable), number, chance)
        return _stated(bare, chance) if kind.startswith("stated") else bare

    return tuple(made(number) for number in range(count))


def _by_words(generated: Generated, one: Made, number: int, chance: random.Random) -> Question:
    kind = "expense" if number % 5 == 0 else "time"
    return Question("words", Line(kind, _said(generated, one, chance), _day(chance), _spelt(one, chance)), _code(one))


def _unnamed(generated: Generated, one: Made, number: int, chance: random.Random) -> Question:
    """Nobody said whose work it is: the right code is the nearest of all customers', told by the code's own words."""
    del number
    about = generated.words.topics[one.topic].says[one.said]
    said = " ".join(typed_wrong(f"{about} {one.place} {one.customer.name.split()[0]}".split(), chance))
    alike = [m for m in generated.made if m.open and (m.topic, m.place) == (one.topic, one.place)]
    if len(alike) == 1:
        return Question("unnamed", Line("time", said, _day(chance)), _code(one))
    return _by_words(generated, one, 1, chance)


def _by_reference(generated: Generated, one: Made, number: int, chance: random.Random) -> Question:
    del generated, number
    terms = (_term("client", _spelt(one, chance)), _term("po_number", one.contract.po_number or one.contract.number))
    return Question("reference", Paper("Statement of Work\nServices as agreed\n", terms, "Extension.pdf"), _code(one))


def _by_habit(generated: Generated, one: Made, number: int, chance: random.Random) -> Question:
    """The words tell nothing: colleagues have always booked such things of this customer on this code."""
    del number
    generic = generated.words.names["generic"]
    said, other = chance.sample(generic, 2)
    name = one.customer.name
    earlier = (
        Earlier(Line("time", f"{said} October", TODAY - timedelta(days=40), name), _code(one)),
        Earlier(Line("time", f"{said} September", TODAY - timedelta(days=70), name), _code(one)),
        Earlier(Line("time", other, TODAY - timedelta(days=70), name), _another(generated, one)),
    )
    return Question("habit", Line("time", f"{said} November", _day(chance), name), _code(one), earlier)


def _paper(generated: Generated, one: Made, number: int, chance: random.Random) -> Question:
    """A document of a project that was opened ahead of it: another title, the contract's number inside."""
    del number
    title = _said(generated, one, chance)
    terms = (_term("client", one.customer.name), _term("document_number", one.contract.number))
    text = f"Statement of Work\n{title}\nThis agreement is made between {one.customer.name} and Grown Consulting.\n"
    return Question("paper", Paper(text, terms, f"{title}.pdf"), _code(one))


def _none_fits(generated: Generated, one: Made, number: int, chance: random.Random) -> Question:
    """Work that this customer has no open project for: a new code of the topic's practice and the customer's region."""
    mine = {m.topic for m in generated.made if m.customer.id == one.customer.id}
    free = [index for index in range(len(generated.words.topics)) if index not in mine]
    topic = generated.words.topics[chance.choice(free or list(range(len(generated.words.topics))))]
    title, rule = chance.choice(topic.says), numbering()
    terms = (_term("client", one.customer.name), _term("po_number", f"NEW-{number}"))
    text = f"Statement of Work\n{title}\n{'. '.join(topic.says)}.\n"
    region = rule.region_of(one.customer.country)
    wanted = rule.code(topic.practice, region.key if region else "UKI", 0)
    return Question("none", Paper(text, terms, f"SOW {title}.pdf"), wanted)


def _unnumbered(generated: Generated, one: Made, number: int, chance: random.Random) -> Question:
    """The same without the contract's number: the title alone tells, in other words than the code's name."""
    told = _paper(generated, one, number, chance)
    return _without_numbers("unnumbered", told)


def _fresh(generated: Generated, one: Made, number: int, chance: random.Random) -> Question:
    """New work that says so by no number of its own."""
    return _without_numbers("fresh", _none_fits(generated, one, number, chance))


def _without_numbers(kind: str, told: Question) -> Question:
    assert isinstance(told.asked, Paper)  # noqa: S101 - of this module's own making
    terms = tuple(term for term in told.asked.terms if term.field not in ("po_number", "document_number"))
    return replace(told, kind=kind, asked=replace(told.asked, terms=terms))


def _stated(bare: Question, chance: random.Random) -> Question:
    """The same document with a line that names the practice, which is not always the one that books the work."""
    assert isinstance(bare.asked, Paper)  # noqa: S101 - of this module's own making
    practices = numbering().practices
    mine = parts(bare.wanted)[0] or ""
    others = [key for key in practices if key != mine]
    named = practices[chance.choice(others) if chance.random() < MISSTATED else mine].name
    head, _, rest = bare.asked.text.partition("\n")
    text = f"{head}\nPractice: {named}\n{rest}"
    return replace(bare, kind=f"stated {bare.kind}", asked=replace(bare.asked, text=text))


def _another(generated: Generated, one: Made) -> str:
    mine = [m for m in generated.made if m.customer.id == one.customer.id and m.open and m is not one]
    return _code(mine[0]) if mine else _code(one)


def _said(generated: Generated, one: Made, chance: random.Random) -> str:
    ways = generated.words.topics[one.topic].says
    other = chance.choice([index for index in range(len(ways)) if index != one.said])
    words = f"{ways[other]} {one.place}".split()
    return " ".join(typed_wrong(words, chance) if chance.random() < 0.3 else words)  # noqa: PLR2004 - a share


def _spelt(one: Made, chance: random.Random) -> str:
    """A third as the ERP has it, a third without its legal form, a third mistyped."""
    name = one.customer.name
    drawn = chance.randrange(3)
    return (name, name.rsplit(" ", 1)[0], " ".join(typed_wrong(name.split(), chance)))[drawn]


def _day(chance: random.Random) -> date:
    return TODAY - timedelta(days=chance.randint(0, 4))


def _code(one: Made) -> str:
    return one.project.code or ""


def _term(name: str, value: str) -> Term:
    return Term(name, value, (), 0.9)
