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
from domain.errors import InvalidInput
from domain.source import Evidence
from sow.passages import passages
from store import documents
from store import passages as kept
from store.database import Connection, Database
from store.documents import ClauseRow
from store.embedding import embed, embedding
from store.passages import NewPassage, PassageRow

NEAR = 0.46  # measured: evals/reading/questions.py; below it, a passage is about something else
WITH_WORDS = 0.28  # where all words of the question stand in its clause, too
CONSTANT = 60  # of reciprocal rank fusion, as its authors chose it
RANKED = 20
QUOTES = 4
LONGEST_QUESTION = 300
MOST_AT_ONCE = 1_500  # passages made for one question; a longer document is ready after some questions
# What people say around what they ask about.
FRAME = re.compile(
    r"\b(?:what|which|who|when|where|how|does|do|did|is|are|was|were|there|any|anything|it|its|this|that|the|an?|say"
    r"|says|said|state|states|stated|mention|mentions|mentioned|tell|about|on|of|in|for|to|we|us|our|they|have|has|be"
    r"|can|may|must|should|please|clause|clauses|section|sections|document|documents|sow|statement|work|agreement"
    r"|contract|regarding|concerning|provision|provisions|contain|contains|include|includes|cover|covers|covered"
    r"|and|or|if|with|under|by|from|at|as|me|something|much|many|often|long|happens?|get|gets)\b",
    re.IGNORECASE,
)


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
    """What documents say. Raises InvalidInput for no question, or for one that is a page long.

    The caller writes down that the documents were opened (`sow.library.opened`).
    """
    asked = " ".join(question.split())
    if not asked or len(asked) > LONGEST_QUESTION:
        raise InvalidInput(f"Ask in 1 to {LONGEST_QUESTION} characters.")
    await prepare(database, actor, wanted)
    meaning = await embed(asked)
    async with database.tenant(actor.tenant) as connection:
        near = await kept.nearest(connection, meaning, wanted, RANKED)
        clauses = await _worded(connection, asked, wanted)
        worded = await _passages_of(connection, meaning, clauses, asked)
        ranked = merged(near, worded, {(one.document, one.position) for one in clauses[0]})
        titles = await _titles(connection, [one.passage for one in ranked])
    return Answer(asked, tuple(_found(one, titles) for one in ranked if _answers(one))[:QUOTES])


async def prepare(database: Database, actor: Actor, wanted: Sequence[str]) -> None:
    """Make the passages of documents that were never asked about, at most MOST_AT_ONCE of them."""
    async with database.tenant(actor.tenant) as connection:
        ready = await kept.known(connection, wanted)
        todo = [(one, await documents.clauses(connection, one)) for one in wanted if one not in ready]
    left = MOST_AT_ONCE
    for document, clauses in todo:
        made = await asyncio.to_thread(_made, clauses, left)
        left -= len(made)
        if made:
            async with database.tenant(actor.tenant) as connection:
                await kept.add(connection, actor.tenant, document, made)


def _made(clauses: Sequence[ClauseRow], most: int) -> list[NewPassage]:
    """Passages with their meaning, which a clause's title is part of."""
    cut = [(clause, one) for clause in clauses for one in passages(clause.body, clause.start_at)][: max(0, most)]
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
        for position, (clause, one) in enumerate(cut)
    ]


def said(title: str, body: str) -> str:
    """What a passage means is said by its clause's title, too."""
    folded = " ".join(body.split())
    return folded if not title or title.casefold() in folded.casefold() else f"{title}. {folded}"


def content(question: str) -> str:
    """The words that the question is about."""
    return " ".join(re.findall(r"\w[\w-]*", FRAME.sub(" ", question)))


Worded = tuple[list[ClauseRow], list[ClauseRow]]


async def _worded(connection: Connection, question: str, wanted: Sequence[str]) -> Worded:
    """Clauses with all of the question's words, and clauses with any of them, best first."""
    words = content(question)
    if not words:
        return [], []
    every = await documents.search_clauses(connection, words, documents=wanted, limit=RANKED)
    some = await documents.search_clauses(connection, " or ".join(words.split()), documents=wanted, limit=RANKED)
    return every, some


async def _passages_of(
    connection: Connection, meaning: Sequence[float], clauses: Worded, question: str
) -> list[PassageRow]:
    """Of each clause found by words the passage with the most of them, in the clauses' order."""
    order = list({(one.document, one.position): one for one in (*clauses[0], *clauses[1])})
    of_clause: dict[tuple[str, int], list[PassageRow]] = {}
    for document in dict.fromkeys(document for document, _ in order):
        numbers = [position for one, position in order if one == document]
        for row in await kept.of_clauses(connection, meaning, document, numbers):
            of_clause.setdefault((document, row.clause), []).append(row)
    stems = [word[:5].casefold() for word in content(question).split()]
    return [
        max(of_clause[key], key=lambda row: sum(stem in row.body.casefold() for stem in stems))
        for key in order
        if key in of_clause
    ]


def merged(near: Sequence[PassageRow], worded: Sequence[PassageRow], fully: set[tuple[str, int]]) -> list[_Ranked]:
    """Both rankings as one; `fully` are the clauses that hold all of the question's words."""
    rows: dict[tuple[str, int], PassageRow] = {}
    scores: dict[tuple[str, int], float] = {}
    for ranking in (near, worded):
        for rank, row in enumerate(ranking, start=1):
            key = (row.document, row.position)
            rows.setdefault(key, row)
            scores[key] = scores.get(key, 0.0) + 1 / (CONSTANT + rank)
    by_words = {(row.document, row.position) for row in worded if (row.document, row.clause) in fully}
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
