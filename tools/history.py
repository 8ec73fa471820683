"""Who changed what: changes that went through Countersign, who proposed, approved and wrote them; and the audit log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal

from pydantic import Field

from domain.actions import Action, ActionState
from domain.actor import Operation, through
from domain.blocks import Cell, Table
from domain.errors import InvalidInput, NotFound
from policies.prerequisites.items import words
from store import actions, audit, people
from store.database import Connection
from store.people import Person
from tools.cells import action_href, project_href
from tools.directory import customers_of
from tools.proposals import title_of
from tools.scope import Days, Whose, projects_of
from tools.tool import Tool, ToolContext, ToolResult

SHOWN = 30
MOST = 500
WRITTEN = frozenset({ActionState.EXECUTED, ActionState.VERIFIED, ActionState.DIVERGED, ActionState.COMPENSATED})
Subject = Literal["po", "invoice", "customer", "project", "policy", "execution"]
TYPES: dict[str, tuple[str, ...]] = {
    "po": ("contract.set_po_number", "contract.clear_po_number"),
    "invoice": ("invoice.",),
    "customer": ("customer.",),
    "project": ("project.",),
    "policy": ("policy.",),
    "execution": ("execution.",),
}


class ChangesMade(Whose, Days):
    """Which changes; `about` narrows to what was changed, `person` to who proposed or decided."""

    about: Subject | None = None
    person: str | None = Field(None, max_length=120, description="Name of a person of the firm")
    written_only: bool = Field(default=False, description="Only what was written to a system")


class AuditEntries(Days):
    """Which entries of the audit log."""

    person: str | None = Field(None, max_length=120, description="Name of a person of the firm")
    event: str | None = Field(None, max_length=60, description="Such as action, document, person, tool, session")


async def _changes(context: ToolContext, wanted: ChangesMade) -> ToolResult:
    scope = await _scope(context, wanted)
    async with context.database.tenant(context.actor.tenant) as connection:
        who = await person_of(connection, wanted.person) if wanted.person else None
        found = await actions.listing(connection, limit=MOST)
    kept = [a for a in found if _about(a, wanted, scope) and _by(a, who) and wanted.holds(a.created_at.date())]
    facts = {
        **wanted.told,
        "about": wanted.about,
        "count": len(kept),
        "actions": [_facts(action) for action in kept[:SHOWN]],
    }
    handles = {f"A{n}": action.id for n, action in enumerate(kept[:SHOWN], 1)}
    return ToolResult(facts, (_table(kept, len(found)),), handles)


async def _scope(context: ToolContext, wanted: ChangesMade) -> tuple[frozenset[str], frozenset[str]] | None:
    """Codes of the projects and names of the customers covered; None where nothing narrows it."""
    if wanted.everyone:
        return None
    firm = await context.firm.masters()
    codes = frozenset(project.code for project in projects_of(firm, wanted) if project.code)
    names = frozenset(c.name for c in customers_of(firm, wanted.customer)) if wanted.customer else frozenset[str]()
    if wanted.project and not names:
        ids = {project.customer_id for project in projects_of(firm, wanted)}
        names = frozenset(c.name for c in firm.customers if c.id in ids) if wanted.about == "customer" else names
    return codes, names


def _about(action: Action, wanted: ChangesMade, scope: tuple[frozenset[str], frozenset[str]] | None) -> bool:
    if wanted.written_only and action.state not in WRITTEN:
        return False
    if wanted.about and not action.type.startswith(TYPES[wanted.about]):
        return False
    return scope is None or action.intent.project_code in scope[0] or action.intent.customer in scope[1]


def _by(action: Action, who: Person | None) -> bool:
    deciders = {person for decision in action.decisions for person in decision.people}
    return who is None or who.id in {action.proposer, action.editor, *deciders}


async def person_of(connection: Connection, name: str) -> Person:
    """The person of the firm with this name, or one word of it. Raises NotFound, InvalidInput (several fit)."""
    said = words(name)
    every = await people.everyone(connection)
    found = [one for one in every if words(one.name) == said] or [
        one for one in every if said in words(one.name).split()
    ]
    if not found:
        raise NotFound("Nobody of that name works with Countersign.")
    if len(found) > 1:
        raise InvalidInput(f"Several people fit: {', '.join(one.name for one in found)}.")
    return found[0]


def _facts(action: Action) -> dict[str, Any]:
    decided = [decision.verdict for decision in action.decisions]
    return {
        "action_id": action.id,
        "type": action.type,
        "state": action.state.value,
        "project": action.intent.project_code,
        "proposed_at": action.created_at.isoformat(),
        "decisions": decided,
        "written": action.state in WRITTEN,
    }


def _table(found: Sequence[Action], looked_at: int) -> Table:
    rows = tuple(
        (
            Cell(title_of(action), action_href(action.id)),
            Cell(
                action.intent.project_code,
                project_href(action.intent.project_code or "") if action.intent.project_code else "",
            ),
            Cell(_difference(action)),
            Cell(f"{action.proposer_name}{f' ({how})' if (how := through(action.agent_run)) else ''}"),
            Cell("; ".join(f"{d.person_name}: {d.verdict}" for d in action.decisions) or "nobody yet"),
            Cell(action.state.value.replace("_", " ")),
            Cell(action.created_at.date().isoformat()),
        )
        for action in found[:SHOWN]
    )
    note = "" if rows else "No such change went through Countersign; changes made in the ERP itself are not known here."
    if len(found) > SHOWN or looked_at == MOST:
        note = f"The newest {min(SHOWN, len(found))} are shown."
    columns = ("Change", "Project", "From and to", "Proposed by", "Decided by", "State", "Proposed on")
    return Table("Changes through Countersign", columns, rows, note=note)


def _difference(action: Action) -> str:
    return "; ".join(f"{c.label}: {_plain(c.before)} → {_plain(c.after)}" for c in action.changes[:3])


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(str(item) for item in value.values() if item)
    if isinstance(value, list):
        return f"{len(value)} entries"
    return "none" if value in (None, "") else str(value)


async def _audit(context: ToolContext, wanted: AuditEntries) -> ToolResult:
    async with context.database.tenant(context.actor.tenant) as connection:
        who = await person_of(connection, wanted.person) if wanted.person else None
        sought = audit.Sought(wanted.event or "", who.id if who else "")
        found = await audit.newest(connection, sought, limit=MOST)
    kept = [row for row in found if _within(row["at"], wanted)]
    facts = {
        **wanted.told,
        "event": wanted.event,
        "count": len(kept),
        "more": len(found) == MOST,
        "events": sorted({str(row["event"]) for row in kept})[:SHOWN],
    }
    rows = tuple(
        (
            Cell(row["at"].astimezone(UTC).strftime("%Y-%m-%d %H:%M")),
            Cell(row["person_name"]),
            Cell(row["event"]),
            Cell(row["subject"], _href(str(row["subject"]))),
        )
        for row in kept[:SHOWN]
    )
    note = f"The newest {SHOWN} of {len(kept)} are shown." if len(kept) > SHOWN else "" if rows else "There are none."
    return ToolResult(facts, (Table("Audit log", ("When (UTC)", "Who", "What", "Subject"), rows, note=note),))


def _within(at: datetime, wanted: Days) -> bool:
    first = datetime.combine(wanted.since, time(), UTC) if wanted.since else None
    after = datetime.combine(wanted.until, time(), UTC) + timedelta(days=1) if wanted.until else None
    return (first is None or at >= first) and (after is None or at < after)


def _href(subject: str) -> str:
    kind, _, key = subject.partition(":")
    return {"action": action_href(key), "document": f"/documents/{key}"}.get(kind, "")


CHANGES_MADE = Tool(
    name="changes_made",
    description="Who proposed, approved and wrote which change, of a project, customer, subject, person or time.",
    operation=Operation.ACTION_READ,
    arguments=ChangesMade,
    run=_changes,
)
AUDIT_ENTRIES = Tool(
    name="audit_entries",
    description="Entries of the audit log: who did what and when, by person, kind of event and time.",
    operation=Operation.AUDIT_READ,
    arguments=AuditEntries,
    run=_audit,
)
