"""The audit log: who did what, on whose behalf and why, committed together with what it tells of."""

from __future__ import annotations

import hashlib
import re
import secrets
import string
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from psycopg.types.json import Jsonb

from domain.actor import Actor
from domain.canonical import plain
from domain.trace import trace_id
from store.database import Connection
from store.entry import Entry
from store.queries import queries

SQL = queries("audit")
# What people write in their own words. The log holds a commitment to it; the words themselves can be erased.
FREE_TEXT = frozenset({"reason", "comment", "question", "label", "problem"})
COMMITMENT = "commitment"
ERASED = "erased"


async def append(
    connection: Connection, actor: Actor, event: str, subject: str, facts: Mapping[str, Any] | None = None
) -> None:
    """Write one entry in the caller's transaction.

    `event` is dotted ("action.approved"), `subject` names the thing ("action:<id>", "document:<id>"). `facts` hold
    identifiers, digests and reasons; never document text, secrets or tokens. What people wrote (FREE_TEXT) goes behind
    a commitment; `on_behalf_of` becomes the entry's own field.
    """
    said = dict(facts or {})
    on_behalf_of = said.pop("on_behalf_of", None)
    texts = _committed(said)
    row: dict[str, Any] = {
        "tenant": actor.tenant,
        "person": actor.person,
        "agent_run": actor.agent_run,
        "on_behalf_of": on_behalf_of or None,
        "event": event,
        "subject": subject,
        "trace": trace_id.get() or None,
        "facts": Jsonb(plain(said)),
    }
    if texts:
        keys, salts, words = zip(*texts, strict=True)
        row |= {"keys": list(keys), "salts": list(salts), "texts": list(words)}
    written = await (await connection.execute(SQL["append_with_texts" if texts else "append"], row)).fetchone()
    if written:
        row |= {"facts": written["printed"], "id": written["id"], "at": written["at"]}
        connection.entries.append(Entry(**{field: row[field] for field in Entry._fields}))


def commitment(salt: bytes, text: str) -> str:
    """Lower-case hexadecimal SHA-256 of the 16 bytes of salt and the text's UTF-8."""
    return hashlib.sha256(salt + text.encode()).hexdigest()


def _committed(facts: dict[str, Any]) -> list[tuple[str, bytes, str]]:
    """Put a commitment in the place of every free text; returns (key, salt, text) of each."""
    texts: list[tuple[str, bytes, str]] = []
    for key in FREE_TEXT & facts.keys():
        if isinstance(facts[key], str) and facts[key]:
            salt, text = secrets.token_bytes(16), facts[key].replace("\0", "\ufffd")
            facts[key] = {COMMITMENT: commitment(salt, text)}
            texts.append((key, salt, text))
    return texts


@dataclass(frozen=True)
class Sought:
    """Which entries: an event ("action.approved") or a family of them ("action"), what one person did or had done in
    their name, days in UTC, and a text of which all words, or what they begin with, stand in the subject, the facts or
    people's own words, or which stands in the subject's name. Empty means all.
    """

    event: str = ""
    person: str = ""
    text: str = ""
    since: date | None = None
    until: date | None = None


ALL = Sought()
PARTED = re.compile(f"[{re.escape(string.punctuation + string.whitespace)}]+")  # as words_of in the database


async def newest(
    connection: Connection,
    sought: Sought = ALL,
    *,
    named: Sequence[str] = (),
    before: int = 2**62,
    limit: int = 100,
) -> list[dict[str, Any]]:
    """Entries of the tenant, newest first, those with an id below `before`; `leaf` is None until one is signed.

    `named` are the kinds (`document`, `action`) whose names the reader may know: a text is looked for in no others.
    """
    wanted = {
        "before": before,
        "limit": limit,
        "event": sought.event or None,
        "person": sought.person or None,
        "text": sought.text or None,
        "named": list(named),
        "words": " & ".join(f"{word}:*" for word in PARTED.split(sought.text.lower()) if word),
        "since": sought.since,
        "until": sought.until,
    }
    return [_revealed(row) for row in await (await connection.execute(SQL["newest"], wanted)).fetchall()]


async def word(connection: Connection, tenant: str) -> None:
    """Let what was written since the last time be found by its words; until then a search looks through it."""
    await connection.execute(SQL["word"], {"tenant": tenant})


@dataclass(frozen=True)
class Signed:
    """How far the log is signed: so many entries, since when, and how many have come since."""

    size: int
    signed_at: datetime
    waiting: int


async def signed(connection: Connection) -> Signed | None:
    """How far the tenant's log is signed; None before its first checkpoint."""
    row = await (await connection.execute(SQL["standing"])).fetchone()
    return None if row is None else Signed(**row)


async def names(connection: Connection, subjects: Iterable[str], kinds: Iterable[str]) -> dict[str, str]:
    """What subjects of these kinds (`document`, `action`, `person`) are called."""
    wanted = {"subjects": sorted(set(subjects)), "kinds": list(kinds)}
    return {row["subject"]: row["name"] for row in await (await connection.execute(SQL["names"], wanted)).fetchall()}


async def of_subject(connection: Connection, subject: str) -> list[dict[str, Any]]:
    """The entries on one subject, oldest first."""
    rows = await (await connection.execute(SQL["of_subject"], {"subject": subject})).fetchall()
    return [_revealed(row) for row in rows]


def _revealed(row: dict[str, Any]) -> dict[str, Any]:
    """The entry with people's words in the place of the commitments, or with "erased" where they are gone."""
    texts: dict[str, str] = row.pop("texts") or {}
    committed = {
        key: texts.get(key, ERASED)
        for key, fact in row["facts"].items()
        if key in FREE_TEXT and isinstance(fact, dict) and fact.keys() == {COMMITMENT}
    }
    return {**row, "facts": row["facts"] | committed}
