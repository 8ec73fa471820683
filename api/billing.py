"""A firm's billing readiness: the ERP's reading, other systems' reports and documents' terms, put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from pydantic import BaseModel, ConfigDict, Field

from api.services import Services
from domain.actor import Actor
from domain.errors import NotFound
from domain.findings import Finding, Readiness, Severity, Verdict
from domain.money import Money, totals
from domain.records import Project
from policies.prerequisites.portfolio import Dossier, portfolio
from tools import knowledge


async def dossier(services: Services, actor: Actor, *, fresh: bool = False) -> Dossier:
    """Everything that readiness needs of the actor's firm. Raises NotFound without an ERP, ErpUnavailable."""
    return await knowledge.load(services.database, services.erp(actor).firm, actor.tenant, fresh=fresh)


async def whole(services: Services, actor: Actor, month: str | None) -> tuple[Readiness, ...]:
    """The readiness of every project."""
    return portfolio(await dossier(services, actor), month, services.today)


async def one(services: Services, actor: Actor, code: str, month: str | None) -> tuple[Project, Readiness]:
    """One project by its code, or by its ERP id where it has no code. Raises NotFound."""
    found = await dossier(services, actor)
    for project in found.firm.projects:
        if code in (project.code, project.id if not project.code else None):
            return project, found.assess(project, month, services.today)
    raise NotFound(f"There is no project {code} in the ERP.")


def troubles(readiness: Readiness) -> list[Finding]:
    """What stands in the way, the most expensive first; warnings last."""
    found = [finding for finding in readiness.findings if finding.verdict in (Verdict.FAIL, Verdict.UNKNOWN)]
    return sorted(found, key=lambda f: (f.severity is Severity.WARNS, f.verdict.value, -_held(f), f.rule))


def _held(finding: Finding) -> Decimal:
    return finding.amount.amount if finding.amount else Decimal(0)


class Wanted(BaseModel):
    """What to show of the portfolio; empty means all."""

    model_config = ConfigDict(extra="ignore")

    month: str = Field("", pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$")
    practice: str = Field("", max_length=20)
    region: str = Field("", max_length=20)
    customer: str = Field("", max_length=200)
    status: str = Field("", max_length=40)


async def narrowed(services: Services, actor: Actor, wanted: Wanted) -> list[Readiness]:
    """The portfolio's part that is wanted."""
    return [found for found in await whole(services, actor, wanted.month or None) if fits(found, wanted)]


def fits(found: Readiness, wanted: Wanted) -> bool:
    """Whether a project is among those wanted."""
    asked = (
        (wanted.practice, found.practice),
        (wanted.region, found.region),
        (wanted.customer, found.customer),
        (wanted.status, found.status),
    )
    return all(not want or want == has for want, has in asked)


@dataclass(frozen=True)
class Sum:
    """The portfolio's money in one currency; currencies are never added up."""

    currency: str
    unbilled: Money
    ready: Money
    blocked: Money


def sums(found: Sequence[Readiness]) -> list[Sum]:
    """The money of these projects, a line a currency."""
    # Each project has all three in its own currency, so the three lists of sums run in parallel.
    parts = (totals(r.unbilled for r in found), totals(r.ready for r in found), totals(r.blocked for r in found))
    return [Sum(one.currency, one, ready, held) for one, ready, held in zip(*parts, strict=True) if one]
