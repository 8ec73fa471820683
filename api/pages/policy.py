"""The firm's policy: what is in force, how it came to be, and a desk on which to draft, try out and propose another."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import BaseModel, Field

from actions import policy_change
from actions.arguments import EDITABLE
from actions.catalogue import TYPES
from actions.policy_change import FileDifference, differences
from actions.replay import KINDS, Replay
from actions.rulebook import files_of
from api.access import PolicyProposer, PolicyReader
from api.render import page
from api.services import Services, Wired
from domain.actions import Step
from domain.actor import Actor
from domain.errors import Conflict, InvalidInput
from policies.approval import union
from policies.engine import FOLDER, Policies
from policies.examples import Examples, beside
from policies.rights import rights
from policies.rule import Rule
from store import rulebook

router = APIRouter(prefix="/policy")


class DraftForm(BaseModel):
    """What the desk sends: the whole files, and for a proposal what the change is for."""

    authorization: str = ""
    approval: str = ""
    prerequisites: str = ""
    summary: str = Field("", max_length=300)

    @property
    def files(self) -> dict[str, str]:
        """The files that were given, by name."""
        given = dict(zip(EDITABLE, (self.authorization, self.approval, self.prerequisites), strict=True))
        return {name: text for name, text in given.items() if text.strip()}


@router.get("")
async def show(request: Request, wired: Wired, actor: PolicyReader) -> Response:
    """The policy in force."""
    policies = await wired.policies(actor.tenant)
    return await _page(request, wired, actor, policies)


@router.get("/versions/{number}")
async def version(request: Request, wired: Wired, actor: PolicyReader, number: int) -> Response:
    """One version: what it changed, and a way to propose it again."""
    policies = await wired.policies(actor.tenant)
    async with wired.database.tenant(actor.tenant) as connection:
        files = await files_of(connection, number)
        before = await files_of(connection, max(number - 1, 0))
    return await _page(request, wired, actor, policies, draft=files, changed=differences(before, files), number=number)


@router.post("/replay")
async def replay(request: Request, wired: Wired, actor: PolicyReader, wanted: Annotated[DraftForm, Form()]) -> Response:
    """Try a draft on the last 90 days, and show it again with its difference and the result."""
    policies = await wired.policies(actor.tenant)
    since = wired.clock() - timedelta(days=policy_change.REPLAYED.days)
    try:
        draft = policy_change.complete(policies, wanted.files)
        found = await policy_change.try_out(wired.database, policies, actor.tenant, draft, since=since)
    except InvalidInput as error:
        return await _page(request, wired, actor, policies, draft=wanted.files, wrong=error.detail, status=422)
    changed = differences(policies.texts, draft)
    return await _page(request, wired, actor, policies, draft=draft, changed=changed, found=found)


@router.post("/proposals")
async def propose(
    request: Request, wired: Wired, actor: PolicyProposer, wanted: Annotated[DraftForm, Form()]
) -> Response:
    """Propose a draft, and show the proposal."""
    policies = await wired.policies(actor.tenant)
    try:
        action = await policy_change.propose_change(
            wired.database, policies, actor, wanted.files, _said(wanted), now=wired.clock()
        )
    except (InvalidInput, Conflict) as error:
        return await _page(request, wired, actor, policies, draft=wanted.files, wrong=error.detail, status=error.status)
    return RedirectResponse(f"/actions/{action.id}", 303)


def _said(wanted: DraftForm) -> str:
    if not wanted.summary.strip():
        raise InvalidInput("Say in a few words what the change is for.")
    return wanted.summary


async def _page(
    request: Request,
    wired: Services,
    actor: Actor,
    policies: Policies,
    *,
    draft: dict[str, str] | None = None,
    changed: tuple[FileDifference, ...] = (),
    found: Replay | None = None,
    wrong: str = "",
    number: int | None = None,
    status: int = 200,
) -> Response:
    async with wired.database.tenant(actor.tenant) as connection:
        current = (await rulebook.in_force(connection)).version
        versions = await rulebook.versions(connection)
    files = {name: policies.texts[name] for name in EDITABLE}
    return page(
        request,
        "policy.html",
        status_code=status,
        policies=policies,
        current=current,
        versions=versions,
        files=files,
        draft={**files, **(draft or {})},
        drafted=draft is not None,
        changed=changed,
        found=found,
        counts=[(KINDS[kind], count) for kind, count in (found.counts if found else {}).items() if count],
        wrong=wrong,
        number=number,
        examples=_examples(policies),
        matrix=_matrix(policies),
        rights=rights(policies),
    )


def _matrix(policies: Policies) -> list[tuple[str, list[tuple[Rule, tuple[Step, ...]]]]]:
    """Each action's rules with whom each asks, by the action's title."""
    found: dict[str, list[tuple[Rule, tuple[Step, ...]]]] = {}
    for rule in policies.matrix.rule:
        title = TYPES[rule.action].title if rule.action in TYPES else rule.action
        found.setdefault(title, []).append((rule, union([rule])))
    return sorted(found.items())


def _examples(policies: Policies) -> tuple[int, list[str]]:
    """How many of the shipped examples there are, and which of them this policy answers otherwise."""
    examples = Examples.of(beside(FOLDER))
    return len(examples), examples.failures(policies)
