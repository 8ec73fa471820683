"""Every won opportunity with its document, contract and project, as far as they are there: what waits to be set up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz import fuzz

from domain.actions import Origin
from domain.facts import FactKind, OutsideFact
from domain.records import Customer, Firm
from policies.prerequisites.outside import number, source_of
from sow.families import Paper as Filed
from tools.catalogue import key
from tools.cells import project_key
from tools.engagement import bare
from tools.opportunity.fields import priced
from tools.opportunity.parties import SPEAKS_OF_IT
from tools.opportunity.work import project_of

SAME_CLIENT = 85  # of 100: two spellings of one client


@dataclass(frozen=True)
class Won:
    """A won opportunity. `document` is the id of its statement of work, `project` the key of the ERP's project."""

    name: str
    customer: str
    on: str
    amount: Any
    document: str | None
    document_name: str
    contract: str | None
    project: str | None
    origin: Origin


def won_work(reports: Sequence[OutsideFact], firm: Firm, filed: Sequence[Filed]) -> tuple[Won, ...]:
    """Those without a project first, the latest first."""
    found = [
        _won(one, firm, filed)
        for one in reports
        if one.kind is FactKind.OPPORTUNITY and str(one.value.get("status")).lower() == "won"
    ]
    newest = sorted(found, key=lambda one: (one.on, one.name), reverse=True)
    return tuple(sorted(newest, key=lambda one: one.project is not None))


def _won(one: OutsideFact, firm: Firm, filed: Sequence[Filed]) -> Won:
    code, _, name = one.subject.partition("/")
    customer = next((c for c in firm.customers if key(c.code) == key(code)), None)
    document = next((paper for paper in filed if paper.amendment is None and _fits(paper, one, customer, name)), None)
    numbers = {key(str(value)) for value in (one.value.get("number"), document and document.row.contract) if value}
    contract = next((c for c in firm.contracts if key(c.number) in numbers), None)
    there = project_of(firm, None, contract)
    amount = number(one.value.get("amount"))
    return Won(
        name=name or one.subject,
        customer=customer.name if customer else code,
        on=str(one.value.get("on") or one.reported_at.date().isoformat()),
        amount=None if amount is None else priced(amount, one.value.get("currency")),
        document=document.row.id if document else None,
        document_name=document.row.name if document else "",
        contract=contract.number if contract else None,
        project=project_key(there) if there else None,
        origin=Origin("system", source_of(one)),
    )


def _fits(paper: Filed, one: OutsideFact, customer: Customer | None, name: str) -> bool:
    """The document carries the opportunity's number, or is the customer's and named like it."""
    wanted = key(str(one.value.get("number") or ""))
    stated = paper.first("document_number")
    if wanted and wanted in (key(paper.row.contract or ""), key(str(stated.value)) if stated else ""):
        return True
    client = paper.first("client")
    if customer is None or client is None or fuzz.ratio(bare(customer.name), bare(str(client.value))) < SAME_CLIENT:
        return False
    return fuzz.token_set_ratio(paper.row.name.rsplit(".", 1)[0].casefold(), name.casefold()) >= SPEAKS_OF_IT
