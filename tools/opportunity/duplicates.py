"""What may be the same as what is to be set up: a person looks before anything is made twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from domain.actions import Origin
from domain.records import Contract, Customer, Firm, Project
from sow.families import Paper as Filed
from tools.catalogue import key, own_numbers
from tools.cells import document_href, project_href, project_key
from tools.codes import Paper
from tools.engagement import bare
from tools.opportunity.fields import recorded
from tools.setup import project_name

ALIKE = 85  # of 100: another spelling of one name
SAME_TITLE = 90


@dataclass(frozen=True)
class Duplicate:
    """What it is, its name, why it may be the same, and the page that opens it (empty: only the ERP has one)."""

    what: str
    label: str
    why: str
    origin: Origin
    href: str = ""


def duplicates(
    paper: Paper,
    firm: Firm,
    filed: Sequence[Filed],
    found: tuple[Customer | None, Contract | None],
    there: Project | None,
) -> Iterator[Duplicate]:
    """All of them. `found` are the customer and contract taken for the document's own, `there` its project."""
    customer, contract = found
    if customer is None:
        yield from _customers(paper, firm)
    yield from _contracts(paper, firm, contract)
    yield from _projects(paper, firm, found, there)
    yield from _documents(paper, filed)


def _customers(paper: Paper, firm: Firm) -> Iterator[Duplicate]:
    client = paper.work.first("client") or ""
    for other in firm.customers if client else ():
        if fuzz.ratio(bare(other.name), bare(client)) >= ALIKE:
            yield Duplicate("Customer", other.name, f"Spelt almost as {client.rstrip('.')}.", recorded(other))


def _contracts(paper: Paper, firm: Firm, mine: Contract | None) -> Iterator[Duplicate]:
    refs = paper.work.references
    for other in firm.contracts:
        if other is mine:
            continue
        carried = {key(value) for value in (other.number, other.po_number) if value} | own_numbers([other])
        if carried & refs:
            shared = ", ".join(sorted(carried & refs))
            why = f"It carries the same number: {shared}."
            yield Duplicate("Contract", other.number, why, recorded(other))


def _projects(
    paper: Paper, firm: Firm, found: tuple[Customer | None, Contract | None], there: Project | None
) -> Iterator[Duplicate]:
    customer, contract = found
    for project in firm.projects:
        if project is there:
            continue
        why = ""
        if contract is not None and contract.id in project.contract_ids:
            why = f"It is the project of contract {contract.number}."
        elif customer is not None and project.customer_id == customer.id and _titled(paper, project.name):
            why = "The same customer's project of this title."
        if why:
            label = f"{project.code or ''} {project.name}".strip()
            yield Duplicate("Project", label, why, recorded(project), project_href(project_key(project)))


def _titled(paper: Paper, name: str) -> bool:
    lines = (*paper.work.lines, project_name(paper, ""))
    return any(fuzz.token_sort_ratio(line.casefold(), name.casefold()) >= SAME_TITLE for line in lines)


def _documents(paper: Paper, filed: Sequence[Filed]) -> Iterator[Duplicate]:
    """Another document of the same client with the same number that amends nothing: the same one again."""
    number, client = paper.work.first("document_number"), paper.work.first("client")
    for other in filed if number and client else ():
        theirs, named = other.first("client"), other.first("document_number")
        if other.row.id == paper.id or other.amendment is not None or theirs is None or named is None:
            continue
        alike = fuzz.ratio(bare(str(theirs.value)), bare(client or "")) >= ALIKE
        if alike and key(str(named.value)) == key(number or ""):
            why = f"The same client's document of the same number, {number}."
            yield Duplicate(
                "Document", other.row.name, why, Origin("document", note="as read"), document_href(other.row.id)
            )
