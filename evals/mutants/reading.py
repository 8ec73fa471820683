"""Guards on what is read and told: of other firms, other people, the model, and where values come from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from agent import calling
from api import wiring
from domain.actions import Origin
from domain.source import Evidence
from evals.adversary.service import Service
from evals.mutants.removal import (
    answering,
    replaced,
    rules_dropped,
    without_row_security,
)
from sow import reading
from store import threads
from tools import registry, remedies


async def rows_of_other_firms(service: Service) -> None:
    """Row-level security."""
    await without_row_security(service)


async def decisions_of_other_firms(service: Service) -> None:
    """Row-level security and Cedar's tenant.other."""
    await without_row_security(service)
    rules_dropped(service, "tenant.other")


async def tools_of_the_role(_: Service) -> None:
    """That a tool outside a person's rights is not offered to their model."""
    replaced(wiring, "tools_for", answering(registry.TOOLS))


async def values_that_were_stated(_: Service) -> None:
    """That a model may only pass on values which the person wrote."""
    replaced(calling, "not_stated", answering(()))


async def quotes_from_the_page(_: Service) -> None:
    """That a term's quote stands in its document."""

    def invented(candidate: Any, view: Any, layout: Any) -> Evidence | None:
        evidence = original(candidate, view, layout)
        return evidence and replace(evidence, quote=f"It is agreed that {candidate.value} holds")

    original = reading.ground
    replaced(reading, "ground", invented)


async def origins_of_values(_: Service) -> None:
    """That a value is from a document only where a quote holds it."""

    def from_document(finding: Any, *_: Any) -> Origin:
        return Origin("document" if finding.evidence else "erp", None, finding.evidence)

    replaced(remedies, "_origin", from_document)


async def owner_of_a_conversation(_: Service) -> None:
    """That a conversation is opened by its owner alone."""
    sql: dict[str, Any] = vars(threads)["SQL"]
    for name in ("get",):
        sql[name] = type(sql[name])(sql[name].as_string(None).replace("and person = %(person)s", ""))


REMOVALS = (
    rows_of_other_firms,
    decisions_of_other_firms,
    tools_of_the_role,
    values_that_were_stated,
    quotes_from_the_page,
    origins_of_values,
    owner_of_a_conversation,
)
