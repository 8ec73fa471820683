"""What a message refers to, resolved against the firm before any model sees it: a model gets handles, not guesses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from rapidfuzz.distance import OSA

from agent.months import months
from agent.names import LONG_NAME, Hit, Named, find, tokens
from agent.papers import Paper
from agent.papers import named as papers_named
from agent.ranges import ranges
from agent.rules.lexicon import corrected
from agent.words import words as small_words
from domain.records import Firm, Project

CODE = re.compile(r"\b([A-Za-z]{2,5})[-_ /]([A-Za-z]{2,6})[-_ /]?(\d[\dOoIl]{2,4})\b")
BARE = re.compile(r"(?<![\w/.-])#?(\d{4})(?![\w/.-]*\d)")
TOKEN = re.compile(r"[\w/-]+")
LETTERS_FOR_DIGITS = str.maketrans("OoIl", "0011")
SHORT = 3  # letters of a first name, which counts only as it is written
TELLING = 6  # letters from which on one word of a name is enough
SHORT_AREA = r"\b(?:in|for|by|of|at) {0}$|\b{0} (?:practice|team|people|side|consultants|engagements|projects|jobs)\b"
AREAS = frozenset(
    {"cloud", "data", "analytics", "advisory", "engineering"}
)  # practices, which projects are called after
HYPHENS = 2  # written as codes are, so one was meant even if it is not ours


@dataclass(frozen=True)
class Mention:
    """`kind`: project, customer, contract, practice, region, employee (records time), staff (works with Countersign),
    invoice, document (that no contract holds), month, range ("first day/last day", either may be empty).
    `candidates` (value, label): none means that it
    reads like one of ours and is not. `related` are the project codes of a customer or contract.
    """

    handle: str
    kind: str
    words: str
    candidates: tuple[tuple[str, str], ...]
    related: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """Names of practices and regions by their code, as the firm writes them; `short` are names that are ordinary words,
    too, and count only where nothing else can be meant ("and data?", "wip in data").
    """

    practices: dict[str, tuple[str, ...]]
    regions: dict[str, tuple[str, ...]]
    short: dict[str, str]


def mentions(
    text: str,
    firm: Firm,
    vocabulary: Vocabulary,
    today: date,
    staff: Iterable[str] = (),
    documents: Sequence[Paper] = (),
) -> tuple[Mention, ...]:
    """Everything in the text that the firm's records know, each once; `staff` are the names of Countersign's people."""
    written, text = _documents(text, firm, documents)
    found, rest = _codes(text, firm)
    found += written
    found += _contracts(text, firm)
    found += _invoices(text, firm)
    named, rest = _names(rest, firm)
    found += _of_customer(named)
    found += _by_words(found, rest, firm)
    found += _people(rest, "employee", (person.name for person in firm.employees))
    found += _people(rest, "staff", staff)
    found += _areas(rest, vocabulary)
    spans, left = ranges(" ".join(_left(text, found).split()), today)
    found += [("range", words, ((f"{since or ''}/{until or ''}", words),), ()) for words, since, until in spans]
    found += [("month", words, ((month, month),), ()) for words, month in months(left, today)]
    unique: dict[tuple[str, tuple[tuple[str, str], ...]], tuple[str, tuple[str, ...]]] = {}
    for kind, words, candidates, related in found:
        unique.setdefault((kind, candidates), (words, related))
    counts: dict[str, int] = {}
    result: list[Mention] = []
    for (kind, candidates), (words, related) in unique.items():
        counts[kind] = counts.get(kind, 0) + 1
        result.append(Mention(f"{kind}{counts[kind]}", kind, words, candidates, related))
    return tuple(result)


Found = tuple[str, str, tuple[tuple[str, str], ...], tuple[str, ...]]


def project_key(project: Project) -> str:
    """How tools are told which project: its code, or the ERP's id where it has none."""
    return project.code or project.id


def _codes(text: str, firm: Firm) -> tuple[list[Found], str]:
    """Codes and bare numbers of codes, and the text without them."""
    known = {project.code: project for project in firm.projects if project.code}
    found: list[Found] = []
    for match in CODE.finditer(text):
        code = "-".join((match[1], match[2], match[3].translate(LETTERS_FOR_DIGITS))).upper()
        near = [code] if code in known else _near(code, known)
        if code in known or match.group().count("-") == HYPHENS:
            found.append(("project", match.group(), tuple((c, known[c].name) for c in near), ()))
            text = text.replace(match.group(), " ; ")
    for match in BARE.finditer(text):
        ours = [code for code in known if code.rsplit("-", 1)[-1] == match.group(1)]
        if ours:
            found.append(("project", match.group(), tuple((c, known[c].name) for c in ours), ()))
            text = text.replace(match.group(), " ; ")
    return found, text


def _documents(text: str, firm: Firm, known: Sequence[Paper]) -> tuple[list[Found], str]:
    """Documents as what they belong to: the contract that holds them, else themselves; and the text without them."""
    found: list[Found] = []
    codes = frozenset(project.code.rsplit("-", 1)[-1] for project in firm.projects if project.code)
    numbers = {contract.number: contract.id for contract in firm.contracts}
    for words, papers in papers_named(text, known, codes):
        held = {paper.title.contract for paper in papers}
        if len(held) == 1 and (number := next(iter(held))) in numbers:
            found.append(("contract", words, ((number, number),), _of_contract(firm, numbers[number])))
        else:
            found.append(("document", words, tuple((p.title.id, p.label or words) for p in papers), ()))
        text = re.sub(rf"(?<!\w){re.escape(words)}(?!\w)", " ; ", text, flags=re.IGNORECASE)
    return found, text


def _near(code: str, known: Iterable[str]) -> list[str]:
    """Codes one slip of the finger away (a swapped, wrong, missing or additional character)."""
    return sorted(other for other in known if OSA.distance(code, other) <= 1)


def _contracts(text: str, firm: Firm) -> list[Found]:
    words = {word.upper(): word for word in TOKEN.findall(text)}
    return [
        ("contract", words[c.number.upper()], ((c.number, c.number),), _of_contract(firm, c.id))
        for c in firm.contracts
        if c.number and c.number.upper() in words and not c.number.isdigit()
    ]


def _of_contract(firm: Firm, contract: str) -> tuple[str, ...]:
    return tuple(project_key(p) for p in firm.projects if contract in p.contract_ids)


def _invoices(text: str, firm: Firm) -> list[Found]:
    words = {word.upper(): word for word in TOKEN.findall(text)}
    numbers = {invoice.number for invoice in firm.invoices if invoice.number and not invoice.number.isdigit()}
    return [("invoice", words[n.upper()], ((n, n),), ()) for n in sorted(numbers) if n.upper() in words]


def _people(text: str, kind: str, names: Iterable[str]) -> list[Found]:
    """People by full name or one word of it; several who share it are candidates."""
    named = [Named(kind, name, name) for name in dict.fromkeys(names)]
    said = frozenset(tokens(text))
    short = [
        (kind, word, ((one.name, one.name),), ())
        for one in named
        for word in tokens(one.name)
        if len(word) == SHORT and word in said
    ]
    return short + [
        (kind, hit.words, tuple((one.value, one.name) for one in hit.candidates), ())
        for hit in find(text, named)
        if " " in hit.words or any(_named_so(hit.words, one.name) for one in hit.candidates)
    ]


def _named_so(word: str, name: str) -> bool:
    """Whether the word is one of the name's, a long one with a slip."""
    return any(word == one or (len(one) >= LONG_NAME and OSA.distance(word, one) == 1) for one in tokens(name))


def _left(text: str, found: Iterable[Found]) -> str:
    """The text without the codes and numbers that are names of ours, and without people: "Marco" is no March."""
    for kind, words, _, _ in found:
        if kind in ("project", "contract", "invoice") and any(c.isdigit() for c in words):
            text = text.replace(words, " ; ")
        elif kind in ("employee", "staff"):
            text = re.sub(rf"\b{re.escape(words)}\b", " ; ", text, flags=re.IGNORECASE)
    return text


def _names(text: str, firm: Firm) -> tuple[list[Found], str]:
    """Customers and projects by name, and the text without these words."""
    named = [Named("customer", c.code or c.id, c.name) for c in firm.customers]
    named += [Named("project", project_key(p), p.name) for p in firm.projects]
    found: list[Found] = []
    rest = " ".join(tokens(text))
    for hit in find(text, named):
        found.append(_resolved(hit, firm))
        rest = rest.replace(hit.words, " ; ", 1)
    return found, rest


def _of_customer(found: list[Found]) -> list[Found]:
    """One word of a project's name means the project of the customer named beside it; a short one alone, nothing."""
    related = {code for kind, _, _, codes in found if kind == "customer" for code in codes}
    result: list[Found] = []
    for kind, words, candidates, codes in found:
        theirs = tuple(c for c in candidates if c[0] in related)
        if kind != "project" or theirs:
            result.append((kind, words, theirs or candidates, codes))
        elif " " in words or (not related and len(words) >= TELLING):
            result.append((kind, words, candidates, codes))
    return result


def _by_words(found: list[Found], rest: str, firm: Firm) -> list[Found]:
    """The one project of the customer named beside it that the other words are of: "brightwater network"."""
    whose = [codes for kind, _, candidates, codes in found if kind == "customer" and len(candidates) == 1]
    if len(whose) != 1 or any(kind in ("project", "contract") for kind, *_ in found):
        return []
    names = {project_key(p): p.name for p in firm.projects if project_key(p) in whose[0]}
    fitting = {code: words for code, name in names.items() if (words := _words_of(name, rest.split()))}
    most = max((len(words) for words in fitting.values()), default=0)
    best = [code for code, words in fitting.items() if len(words) == most]
    return [("project", " ".join(fitting[best[0]]), ((best[0], names[best[0]]),), ())] if len(best) == 1 else []


def _words_of(name: str, said: list[str]) -> list[str]:
    """The words that are of this name, a slip in a long one allowed, also two as one ("datahub"); none where questions
    are made of all of them.
    """
    own = tokens(name)
    joined = {f"{first}{second}" for first, second in pairwise(own)}
    words = [w for w in said if w in joined or any(w == one or _slip(w, one) for one in own)]
    plain = small_words("grammar") | small_words("plain") | small_words("legal") | AREAS
    return words if any(word not in plain for word in words) else []


def _slip(word: str, wanted: str) -> bool:
    return len(wanted) >= LONG_NAME and word.isalpha() and OSA.distance(word, wanted) == 1


def _areas(text: str, vocabulary: Vocabulary) -> list[Found]:
    plain = tokens(text)
    as_said = " ".join(plain)
    said = f" {as_said} ; {' '.join(corrected(word) for word in plain)} "
    areas = (("practice", vocabulary.practices), ("region", vocabulary.regions))
    found: list[Found] = [
        (kind, name, ((code, code),), ())
        for kind, known in areas
        for code, names in known.items()
        for name in (code, *names)
        if f" {' '.join(tokens(name))} " in said
    ]
    short = [
        ("practice", word, ((code, code),), ()) for word, code in vocabulary.short.items() if _meant(word, as_said)
    ]
    return found or short


def _meant(word: str, said: str) -> bool:
    """Whether an ordinary word stands for an area: where only small words are beside it, or its place says so."""
    spoken = set(said.split())
    alone = word in spoken and spoken - {word} <= small_words("small")
    return alone or re.search(SHORT_AREA.format(word), said.strip()) is not None


def _resolved(hit: Hit, firm: Firm) -> Found:
    """A customer's name wins over its projects' names: the person meant the customer unless more words fit."""
    kind = "customer" if any(candidate.kind == "customer" for candidate in hit.candidates) else "project"
    same = dict.fromkeys((c.value, c.name) for c in hit.candidates if c.kind == kind)
    first: dict[str, str] = {}
    for value, name in same:
        first.setdefault(value, name)
    return kind, hit.words, tuple(first.items()), _related(kind, tuple(first), firm)


def _related(kind: str, values: tuple[str, ...], firm: Firm) -> tuple[str, ...]:
    if kind != "customer":
        return ()
    ids = {c.id for c in firm.customers if (c.code or c.id) in values}
    return tuple(project_key(p) for p in firm.projects if p.customer_id in ids)
