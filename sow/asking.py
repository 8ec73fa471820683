"""Questions about documents: the passages that speak of it, by words and by meaning, or "not stated".

Two rankings are merged by reciprocal rank (Cormack, Clarke and Büttcher, SIGIR 2009): PostgreSQL's text search over
clauses, and nearness in meaning over passages. The answer is quotes; no sentence of it is anyone's but the document's.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.actor import Actor
from domain.errors import CountersignError, InvalidInput
from domain.source import Evidence
from sow.passages import Passage, passages
from store import documents
from store import passages as kept
from store.database import Connection, Database
from store.documents import ClauseRow
from store.embedding import embed, embedding
from store.passages import NewPassage, PassageRow

NEAR = 0.46  # measured: evals/reading/questions.py; below it, a passage is about something else
WITH_WORDS = 0.2  # where all words of the question stand in its clause, too
CONSTANT = 60  # of reciprocal rank fusion, as its authors chose it
RANKED = 20
QUOTES = 4
LONGEST_QUESTION = 300
MOST_AT_ONCE = 300  # passages made in one go, some seconds' work; the worker goes on until a document is done
# What people say around what they ask about.
FRAME = re.compile(
    r"\b(?:what|which|who|when|where|how|does|do|did|is|are|was|were|there|any|anything|it|its|this|that|the|an?|say"
    r"|says|said|state|states|stated|mention|mentions|mentioned|tell|about|on|of|in|for|to|we|us|our|they|have|has|be"
    r"|can|may|must|should|please|clause|clauses|section|sections|document|documents|sow|statement|work|agreement"
    r"|contract|regarding|concerning|provision|provisions|contain|contains|include|includes|cover|covers|covered"
    r"|and|or|if|with|under|by|from|at|as|me|something|much|many|often|long|happens?|get|gets)\b",
    re.IGNORECASE,
)
MARKS = re.compile(r"^[#*|\s]*(?:\d+(?:\.\d+)*[.)]?\s+)?|[*|_]{1,3}")  # a clause's number means nothing
# What people say, and what contracts call it: the words are asked for besides.
EVERYDAY = (
    (r"\b(?:get|walk|opt) (?:out|away)\b|\bquit\b|\bcancel|\bleave\b", "termination notice for convenience"),
    (r"\btravel|\btrips?\b|\bflights?\b|\bhotels?\b|\bpaid back\b", "travel expenses reimbursed"),
    (r"\bextra work|\bmore work|\boutside (?:of )?the scope|\bscope (?:changes|grows)", "change order to the scope"),
    (r"\bowns?\b|\bbelongs?\b|\bcopyright", "intellectual property rights ownership of deliverables"),
    (
        r"\b(?:whose|which|what) (?:\w+ )?(?:law|court)|\bcountry's law",
        "the agreement is governed by the law of a country",
    ),
    (r"\bsecrets?\b|\bnda\b|\bconfidential", "confidential information"),
    (r"\blate pay|\bpay(?:s|ing)? late|\blate fees?|\binterest\b", "late payment interest"),
    (r"\bteam\b|\bwho works\b|\bstaffed\b", "roles of the team, consultants and rates"),
    (r"\bvat\b|\bvalue added tax\b|\btaxes\b", "fees are exclusive of value added tax"),
    (r"\bsigned off\b|\bsign[- ]off\b|\bconsidered (?:done|accepted)", "acceptance of deliverables"),
    (r"\bhow (?:soon|fast|quickly)\b.*\bpa(?:y|id)|\bwhen\b.*\b(?:paid|due)\b", "invoices are payable within days"),
    (r"\bhow (?:often|frequently)\b.*\binvoice|\binvoice frequency", "invoices are issued monthly"),
)


class StillPreparing(CountersignError):
    """A long document is still being prepared for questions; ask again in a minute."""

    code = "document_being_prepared"
    status = 409


@dataclass(frozen=True)
class Found:
    """A passage that answers: verbatim, with its clause, and how near it is in meaning (1.0 = the same)."""

    evidence: Evidence
    number: str
    title: str
    similarity: float


@dataclass(frozen=True)
class Answer:
    """Quotes, best first; none when the documents do not state it."""

    question: str
    quotes: tuple[Found, ...]

    @property
    def stated(self) -> bool:
        """Whether the documents speak of it."""
        return bool(self.quotes)


@dataclass(frozen=True)
class _Ranked:
    passage: PassageRow
    similarity: float
    worded: bool
    score: float


async def ask(database: Database, actor: Actor, question: str, wanted: Sequence[str]) -> Answer:
    """What documents say. Raises InvalidInput for no question, or for one that is a page long, and StillPreparing:
    of a document that is not wholly known nobody can say that it does not state something.

    The caller writes down that the documents were opened (`sow.library.opened`).
    """
    asked = " ".join(question.split())
    if not asked or len(asked) > LONGEST_QUESTION:
        raise InvalidInput(f"Ask in 1 to {LONGEST_QUESTION} characters.")
    if not await prepare(database, actor.tenant, wanted):
        raise StillPreparing
    terms = everyday(asked)
    meanings = [await embed(text) for text in (asked, terms) if text]
    async with database.tenant(actor.tenant) as connection:
        near = [await kept.nearest(connection, meaning, wanted, RANKED) for meaning in meanings]
        clauses = await _worded(connection, content(asked), terms, wanted)
        worded = await _passages_of(connection, meanings[0], clauses, f"{content(asked)} {terms}")
        ranked = merged((*near, worded), {(one.document, one.position) for one in clauses[0]})
        titles = await _titles(connection, [one.passage for one in ranked])
    return Answer(asked, tuple(_found(one, titles) for one in ranked if _answers(one))[:QUOTES])


async def prepare(database: Database, tenant: str, wanted: Sequence[str]) -> bool:
    """Make passages that documents do not have yet, at most MOST_AT_ONCE of them; whether none is missing now."""
    async with database.tenant(tenant) as connection:
        ready = await kept.known(connection, wanted)
        cut = {one: _cut(await documents.clauses(connection, one)) for one in wanted}
    left = MOST_AT_ONCE
    for document, found in cut.items():
        known = ready.get(document, 0)
        made = await asyncio.to_thread(_made, found[known : known + left], known)
        left -= len(made)
        if made:
            async with database.tenant(tenant) as connection:
                await kept.add(connection, tenant, document, made)
    return sum(len(found) - ready.get(document, 0) for document, found in cut.items()) <= MOST_AT_ONCE


def _cut(clauses: Sequence[ClauseRow]) -> list[tuple[ClauseRow, Passage]]:
    """The passages of a document's clauses, in its order."""
    return [
        (clause, one)
        for clause in clauses
        for one in passages(clause.body, clause.start_at)
        if not _heading(clause, clause.body[one.start - clause.start_at : one.end - clause.start_at])
    ]


def _made(cut: Sequence[tuple[ClauseRow, Passage]], first: int) -> list[NewPassage]:
    """Passages with their meaning, which a clause's title is part of; `first` is the position of the first."""
    model = embedding()
    return [
        NewPassage(
            position,
            clause.position,
            clause.page,
            one.start,
            one.end,
            model.encode(said(clause.title, clause.body[one.start - clause.start_at : one.end - clause.start_at])),
        )
        for position, (clause, one) in enumerate(cut, first)
    ]


def _heading(clause: ClauseRow, body: str) -> bool:
    """A heading alone says nothing that could be quoted."""
    bare = " ".join(MARKS.sub("", body).split()).casefold().strip(" .:")
    return not bare or bare == clause.title.casefold().strip(" .:")


def said(title: str, body: str) -> str:
    """What a passage means is said by its clause's title, too."""
    folded = " ".join(MARKS.sub("", body).split())
    return folded if not title or title.casefold() in folded.casefold() else f"{title}. {folded}"


def content(question: str) -> str:
    """The words that the question is about."""
    return " ".join(re.findall(r"\w[\w-]*", FRAME.sub(" ", question)))


def everyday(question: str) -> str:
    """What contracts call what the question asks about in everyday words; empty where it needs no translation."""
    said = question.casefold()
    return ", ".join(terms for words, terms in EVERYDAY if re.search(words, said))


Worded = tuple[list[ClauseRow], list[ClauseRow]]


async def _worded(connection: Connection, words: str, terms: str, wanted: Sequence[str]) -> Worded:
    """Clauses with all of the question's words, and clauses with any of them or of the contract's, best first."""
    every = await documents.search_clauses(connection, words, documents=wanted, limit=RANKED) if words else []
    either = " or ".join(f"{words} {content(terms)}".split())
    some = await documents.search_clauses(connection, either, documents=wanted, limit=RANKED) if either else []
    return every, some


async def _passages_of(
    connection: Connection, meaning: Sequence[float], clauses: Worded, words: str
) -> list[PassageRow]:
    """Of each clause found by words the passage with the most of them, in the clauses' order."""
    order = list({(one.document, one.position): one for one in (*clauses[0], *clauses[1])})
    of_clause: dict[tuple[str, int], list[PassageRow]] = {}
    for document in dict.fromkeys(document for document, _ in order):
        numbers = [position for one, position in order if one == document]
        for row in await kept.of_clauses(connection, meaning, document, numbers):
            of_clause.setdefault((document, row.clause), []).append(row)
    stems = [word[:5].casefold() for word in words.split()]
    return [
        max(of_clause[key], key=lambda row: sum(stem in row.body.casefold() for stem in stems))
        for key in order
        if key in of_clause
    ]


def merged(rankings: Sequence[Sequence[PassageRow]], fully: set[tuple[str, int]]) -> list[_Ranked]:
    """All rankings as one, the last of them by words; `fully` are the clauses that hold all of the question's words."""
    rows: dict[tuple[str, int], PassageRow] = {}
    scores: dict[tuple[str, int], float] = {}
    for ranking in rankings:
        for rank, row in enumerate(ranking, start=1):
            key = (row.document, row.position)
            rows[key] = max(rows.get(key, row), row, key=lambda one: one.similarity)
            scores[key] = scores.get(key, 0.0) + 1 / (CONSTANT + rank)
    by_words = {(row.document, row.position) for row in rankings[-1] if (row.document, row.clause) in fully}
    found = [_Ranked(row, row.similarity, key in by_words, scores[key]) for key, row in rows.items()]
    return sorted(found, key=lambda one: (-one.score, one.passage.document, one.passage.position))


def _answers(one: _Ranked) -> bool:
    return one.similarity >= (WITH_WORDS if one.worded else NEAR)


async def _titles(connection: Connection, rows: Sequence[PassageRow]) -> Mapping[tuple[str, int], tuple[str, str]]:
    found: dict[tuple[str, int], tuple[str, str]] = {}
    for document in dict.fromkeys(row.document for row in rows):
        for clause in await documents.clauses(connection, document):
            found[document, clause.position] = (clause.number, clause.title)
    return found


def _found(one: _Ranked, titles: Mapping[tuple[str, int], tuple[str, str]]) -> Found:
    row = one.passage
    number, title = titles.get((row.document, row.clause), ("", ""))
    evidence = Evidence(row.page, row.body, row.start_at, row.end_at, (), row.document)
    return Found(evidence, number, title, round(row.similarity, 2))
