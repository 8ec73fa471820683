"""Proposes, for a monitor, what clears findings without asking anyone: never twice, and not what was turned down."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from actions.comparing import normalised
from actions.proposals import propose, surveyed
from actions.repeating import repeated
from domain.actions import Intent
from domain.errors import Conflict, InvalidInput, NotFound
from domain.records import Project
from policies.prerequisites.portfolio import Dossier
from store import mirror, monitors
from store.monitors import Answered
from tools import evaluating
from tools.cells import project_key
from tools.remedies import ProposeFix, fixes, intent_of, now, proposable
from tools.tool import ToolContext

LOOKED_AT = 200  # answers in one go
MOST = 20  # proposals of one run: more than people want to find at once
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Drafted:
    """The proposals made, how many were not repeated, and up to which answer all were looked at."""

    proposed: tuple[str, ...] = ()
    repeated: int = 0
    seen: datetime | None = None
    seen_project: str = ""


async def draft(context: ToolContext, seen: datetime | None, after: str) -> Drafted:
    """Look at the answers that are newer than `seen`, and propose what clears their findings.

    Raises NotPermitted when the person may not propose any more, ErpUnavailable.
    """
    await evaluating.up_to_date(context.firm, context.today)
    done = Drafted(seen=seen, seen_project=after)
    while len(done.proposed) < MOST:
        async with context.database.tenant(context.actor.tenant) as connection:
            newer = await monitors.changed(connection, done.seen, done.seen_project, limit=LOOKED_AT)
        if not newer:
            break
        done = await _page(context, newer, done)
    return done


async def _page(context: ToolContext, newer: Sequence[Answered], done: Drafted) -> Drafted:
    worth = {one.project for one in newer if any(map(proposable, one.readiness.findings))}
    projects, dossier = await _fresh(context, worth) if worth else ({}, None)
    proposed, skipped = list(done.proposed), done.repeated
    last = (done.seen, done.seen_project)
    for answered in newer:
        if len(proposed) >= MOST:
            break
        if dossier is not None and answered.project in projects:
            made = [await _once(context, one) for one in _intents(context, dossier, projects[answered.project])]
            proposed += [one for one in made if one]
            skipped += sum(one is None for one in made)
        last = (answered.since, answered.project)
    return Drafted(tuple(proposed), skipped, *last)


async def _fresh(context: ToolContext, wanted: set[str]) -> tuple[dict[str, Project], Dossier]:
    await context.firm.current(fresh=True)
    async with context.database.tenant(context.actor.tenant) as connection:
        found: Sequence[Project] = await mirror.chosen(connection, "project", sorted(wanted))
    dossier = await evaluating.dossier_of(context.firm, context.today, *found)
    return {project.id: project for project in found}, dossier


def _intents(context: ToolContext, dossier: Dossier, project: Project) -> list[Intent]:
    """What could be proposed for a project as it is now, each change once."""
    answer = dossier.assess(project, None, context.today)
    possible = fixes(dossier, project, answer, ProposeFix.model_validate({"project": project_key(project)}))
    intents = [intent_of(context, dossier, project, answer, fix) for fix in possible if fix.complete]
    distinct = {(one.action_type, repr(sorted(one.arguments.items()))): one for one in reversed(intents)}
    return list(distinct.values())


async def _once(context: ToolContext, intent: Intent) -> str | None:
    """The proposal's id; None where there is one, people settled it on these facts, or the ERP needs none."""
    try:
        survey = await surveyed(context.reader, normalised(intent))
        async with context.database.tenant(context.actor.tenant) as connection:
            if await repeated(connection, survey.intent, survey.before):
                return None
        action = await propose(context.database, context.reader, context.policies, context.actor, intent, now=now())
    except (Conflict, InvalidInput, NotFound) as error:
        log.info("a monitor proposes nothing: %s", error.code)
        return None
    return action.id
