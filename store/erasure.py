"""Erases a person's data: their name, e-mail address and own words. What they did stays, under an id that names nobody.

What was proposed stays too: it is the firm's record of a transaction, and other people signed its digest. Run by the
schema's owner, because no role of the application may take anything out of the log.
"""

from __future__ import annotations

from dataclasses import dataclass

import psycopg

from domain.errors import NotFound
from store.entry import entry_of
from store.queries import queries
from store.receipts import Receipts
from store.retention import LegalHold, UnderLegalHold

SQL = queries("erasure")
ERASED_PERSON = "Erased person"
# In this order, after the entry that says so; what is allowed to go comes right before it goes.
STEPS = (
    "person",
    "credentials",
    "proposals",
    "problems",
    "allow_decisions",
    "decisions",
    "allow_notes",
    "notes",
    "delegations",
    "freezes",
    "resolutions",
    "term_reasons",
    "messages",
    "turns",
    "checkpoints",
    "threads",
    "allow_words",
    "words",
)


@dataclass(frozen=True)
class Erased:
    """Whose data went; `rows` counts what was changed or removed in each place."""

    person: str
    rows: dict[str, int]


def erase_person(owner_url: str, tenant: str, wanted: str, hold: LegalHold, receipts: Receipts | None = None) -> Erased:
    """Erase the data of the person with this id or e-mail address.

    Raises NotFound, UnderLegalHold. Erasing someone again removes what was written since.
    """
    with psycopg.connect(owner_url) as connection:
        connection.execute(SQL["begin"], {"tenant": tenant})
        found = connection.execute(SQL["find"], {"tenant": tenant, "wanted": wanted.strip()}).fetchone()
        if found is None:
            raise NotFound(f"There is no person {wanted} in {tenant}.")
        person = str(found[0])
        if hold.covers(f"person:{person}"):
            raise UnderLegalHold
        values = {"tenant": tenant, "person": person, "erased": ERASED_PERSON}
        entries = [entry_of(row) for row in connection.execute(SQL["announce"], values).fetchall()]
        rows = {step: connection.execute(SQL[step], values).rowcount for step in STEPS}
        if receipts:
            receipts.announce(tenant, entries)
    if receipts:
        receipts.confirm(tenant, entries)
    return Erased(person, {step: count for step, count in rows.items() if not step.startswith("allow")})
