"""Reads a kept document a second time with a language model, part by part, within a budget.

The model is in quarantine: it is shown a part of the text and nothing else, has no tools, and returns claims that are
judged in the reading process before one of them is kept. Whatever fails, the rules' reading stands as it is.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from itertools import pairwise
from time import monotonic
from typing import Any, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.actor import Actor
from domain.errors import DocumentError, ModelUnavailable
from domain.terms import FIELDS
from prompts.library import prompt
from sow.judging import Claim, Judged, Judgement
from sow.normal_form import CHOICES, PERS
from sow.sandbox import judge_sandboxed
from store import audit, documents, model_readings
from store.database import Connection, Database
from store.documents import TermRow
from store.model_readings import ModelReading

PART = 6_000  # characters shown at a time
MOST_CLAIMS = 60  # of one part; a part that states more is not honest
CHARACTERS_A_TOKEN = 3  # a cautious guess, before the endpoint says how many there were
LONGEST_VALUE = 500


@dataclass(frozen=True)
class Said:
    """A model's answer with the tokens that it took, as its endpoint counts them."""

    text: str
    tokens_in: int
    tokens_out: int


class Model(Protocol):
    """A language model behind an endpoint. `ask` raises ModelUnavailable when it gave no answer after all retries."""

    name: str

    async def ask(self, system: str, text: str, schema: dict[str, Any]) -> Said:
        """One answer to one part, in the form of `schema` as far as the endpoint can."""
        ...


@dataclass(frozen=True)
class Budget:
    """What one document may take. Prices are for a million tokens; `cost` 0 sets no limit of money."""

    tokens: int = 200_000
    seconds: float = 300.0
    cost: Decimal = Decimal(0)
    price_in: Decimal = Decimal(0)
    price_out: Decimal = Decimal(0)

    def price(self, tokens_in: int, tokens_out: int) -> Decimal | None:
        """What tokens cost; None where no price is set."""
        if not (self.price_in or self.price_out):
            return None
        return (self.price_in * tokens_in + self.price_out * tokens_out) / 1_000_000


class Entry(BaseModel):
    """One candidate of an answer."""

    model_config = ConfigDict(extra="ignore", coerce_numbers_to_str=True)

    field: str
    value: str | bool | None = None
    quote: str
    role: str | None = None
    per: str | None = None
    name: str | None = None
    due: str | None = None


@dataclass
class Course:
    """How far a reading has come."""

    parts: int
    budget: Budget
    started: float = field(default_factory=monotonic)
    read: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    claims: list[Claim] = field(default_factory=list[Claim])
    outcomes: Counter[str] = field(default_factory=Counter[str])
    reason: str = ""

    def spent(self, text: str) -> str:
        """Why the next part would be too much; empty while it is not."""
        next_in = len(text) // CHARACTERS_A_TOKEN
        cost = self.budget.price(self.tokens_in + next_in, self.tokens_out) or Decimal(0)
        if self.tokens_in + self.tokens_out + next_in > self.budget.tokens:
            return "token_budget"
        if self.budget.cost and cost > self.budget.cost:
            return "cost_budget"
        return "time_budget" if monotonic() - self.started > self.budget.seconds else ""


def schema() -> dict[str, Any]:
    """The JSON schema of an answer, in the strict form that endpoints take."""
    text = {"type": ["string", "null"]}
    entry = {
        "type": "object",
        "properties": {
            "field": {"type": "string", "enum": list(FIELDS)},
            "value": {"type": "string"},
            "quote": {"type": "string"},
            **dict.fromkeys(("role", "per", "name", "due"), text),
        },
        "required": ["field", "value", "quote", "role", "per", "name", "due"],
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"candidates": {"type": "array", "items": entry}},
        "required": ["candidates"],
        "additionalProperties": False,
    }


def instructions() -> str:
    """What the model is told: the prompt and the fields with their choices."""
    lines = [
        f"- {name}: one of {', '.join(sorted(CHOICES[name]))}" if name in CHOICES else f"- {name}" for name in FIELDS
    ]
    return "\n".join([prompt("reader").text, *lines])


async def read_again(
    database: Database, actor: Actor, document: str, model: Model, budget: Budget
) -> ModelReading | None:
    """Read a document with the model and keep what stands up; None when that was done before. Raises NotFound."""
    started = datetime.now(UTC)
    async with database.tenant(actor.tenant) as connection:
        if await model_readings.of_document(connection, document) is not None:
            return None
        body = await documents.body(connection, document)
        data = await documents.content(connection, document)
        clauses = await documents.clauses(connection, document)
    shown = list(parts(body, [(clause.start_at, clause.end_at) for clause in clauses]))
    course = await consult(model, body, shown, budget)
    judgement = await _judged(data, course)
    reading = _reading(document, model.name, course, started)
    async with database.tenant(actor.tenant) as connection:
        return reading if await _keep(connection, actor, reading, judgement) else None


def parts(text: str, clauses: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Ranges of whole clauses of at most PART characters; a longer clause, or a text without any, is cut by length."""
    cuts = sorted({0, len(text), *(start for start, _ in clauses if 0 <= start <= len(text))})
    start = 0
    for before, cut in pairwise(cuts):
        if cut - start > PART and before > start:
            yield start, before
            start = before
        while cut - start > PART:
            yield start, start + PART
            start += PART
    if text[start:].strip():
        yield start, len(text)


async def consult(model: Model, body: str, shown: Sequence[tuple[int, int]], budget: Budget) -> Course:
    """Ask the model about each part until all are read, the budget is spent, or it gives no more answers."""
    course, told, form = Course(len(shown), budget), instructions(), schema()
    for start, end in shown:
        part = body[start:end]
        if reason := course.spent(told + part):
            course.reason = reason
            break
        try:
            said = await model.ask(told, part, form)
        except ModelUnavailable:
            course.reason = "model_unavailable"
            break
        course.read += 1
        course.tokens_in += said.tokens_in
        course.tokens_out += said.tokens_out
        found = claims(said.text, start, end)
        if found is None:
            course.outcomes["unreadable"] += 1
        course.claims += found or []
    return course


def claims(answer: str, start: int, end: int) -> list[Claim] | None:
    """The claims of an answer, with fences and words around the JSON left out; None for an answer without any JSON."""
    match = re.search(r"\{.*\}", answer, re.DOTALL)
    try:
        said = json.loads(match[0]) if match else None
    except (json.JSONDecodeError, RecursionError):
        return None
    entries = said.get("candidates") if isinstance(said, dict) else None
    if not isinstance(entries, list):
        return None
    return [claim for entry in entries[:MOST_CLAIMS] if (claim := _claim(entry, start, end)) is not None]


def _claim(entry: Any, start: int, end: int) -> Claim | None:
    try:
        said = Entry.model_validate(entry)
    except ValidationError:
        return None
    value: Any = said.value
    if said.field == "rates":
        value = {"role": said.role, "amount": said.value, "per": said.per if said.per in PERS else "hour"}
    elif said.field == "milestones":
        value = {"name": said.name, "due": said.due or None, "amount": said.value or None}
    if said.field not in FIELDS or value in (None, "") or len(str(value)) > LONGEST_VALUE:
        return None
    return Claim(said.field, value, said.quote, start, end)


async def _judged(data: bytes, course: Course) -> Judgement:
    """All claims judged in the reading process; none is believed when that cannot be done."""
    try:
        found = await judge_sandboxed(data, course.claims) if course.claims else Judgement((), ())
    except DocumentError as error:
        course.reason = error.code
        return Judgement((), ())
    for one in found.judged:
        course.outcomes[f"discarded_{one.reason}" if one.verdict == "discarded" else one.verdict] += 1
    return found


def _reading(document: str, model: str, course: Course, started: datetime) -> ModelReading:
    whole = course.read == course.parts and not course.reason
    state = "done" if whole else ("partial" if course.read else "failed")
    cost = course.budget.price(course.tokens_in, course.tokens_out)
    spent = (course.tokens_in, course.tokens_out, cost, dict(course.outcomes))
    return ModelReading(document, model, state, course.reason, course.parts, course.read, *spent, started)


async def _keep(connection: Connection, actor: Actor, reading: ModelReading, judgement: Judgement) -> bool:
    """The reading, its new terms and its disputes in one transaction with the audit entry."""
    if not await model_readings.record(connection, actor.tenant, reading):
        return False
    rows = await documents.terms(connection, reading.document)
    if judgement.terms:
        first = 1 + max((row.position for row in rows), default=-1)
        await documents.add_terms(connection, actor.tenant, reading.document, judgement.terms, first=first)
    for one in judgement.judged:
        row = _disputed(one, rows)
        if row is not None and one.evidence is not None:
            await model_readings.dispute(connection, actor.tenant, row.id, one.value, one.evidence, reading.model)
    facts = {
        "model": reading.model,
        "state": reading.state,
        "problem_code": reading.reason,
        "prompt": prompt("reader").digest,
        "tokens_in": reading.tokens_in,
        "tokens_out": reading.tokens_out,
        "cost": reading.cost,
        "outcomes": dict(reading.outcomes),
    }
    await audit.append(connection, actor, "document.read_with_model", f"document:{reading.document}", facts)
    return True


def _disputed(one: Judged, rows: Sequence[TermRow]) -> TermRow | None:
    """The term that a claim stands against: of the same field, and of the same role or milestone."""
    if one.verdict != "disputes":
        return None
    same = (row for row in rows if row.field == one.field and _entry(row.read_value) == _entry(one.value))
    return next(same, None)


def _entry(value: Any) -> str:
    return str(value.get("role") or value.get("name") or "").casefold() if isinstance(value, dict) else ""
