"""How records become cells: every figure with its sources, every name with the page that opens it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from domain.blocks import Cell
from domain.findings import Finding, Readiness
from domain.money import Money
from domain.records import Project
from domain.source import Evidence, Source

STATUS_WORDS = {
    "billable": "Ready to bill",
    "blocked": "Blocked",
    "cannot_determine": "Cannot determine",
    "nothing_to_bill": "Nothing to bill",
}


def money(amount: Money) -> dict[str, str]:
    """Money as JSON."""
    return {"amount": format(amount.rounded.amount, "f"), "currency": amount.currency}


def amount_cell(amount: Money | None, sources: Iterable[Source] = (), href: str = "") -> Cell:
    """A figure with the records it was worked out from."""
    return Cell(money(amount) if amount is not None else None, href, tuple(sources))


def project_key(project: Project) -> str:
    """How a project is named to tools and pages: its code, or the ERP's id where it has none."""
    return project.code or project.id


def readiness_key(answer: Readiness) -> str:
    """The same of an answer."""
    return answer.project_code or answer.project_id


def project_href(key: str, month: str | None = None) -> str:
    """The page of a project's readiness."""
    return f"/projects/{quote(key, safe='')}" + (f"?month={month}" if month else "")


def document_href(document: str, page: int | None = None) -> str:
    """The page of a document, at one of its pages."""
    return f"/documents/{quote(document, safe='')}" + (f"?page={page}" if page else "")


def action_href(action: str) -> str:
    """The page where people decide on a proposal."""
    return f"/actions/{quote(action, safe='')}"


def project_cell(answer: Readiness, sources: tuple[Source, ...] = ()) -> Cell:
    """The code with the name, linked to the project's page; a contract without a project has no page."""
    label = f"{answer.project_code} {answer.project_name}" if answer.project_code else answer.project_name
    linked = not answer.project_id.startswith("contract:")
    return Cell(label, project_href(readiness_key(answer), answer.period) if linked else "", sources)


def finding_facts(finding: Finding) -> dict[str, Any]:
    """What a model may see of a finding: the rule and its verdict, no text of any record."""
    facts: dict[str, Any] = {
        "rule": finding.rule,
        "verdict": finding.verdict.value,
        "severity": finding.severity.value,
        "owner": finding.owner,
    }
    if finding.amount is not None:
        facts["held_back"] = money(finding.amount)
    if finding.remedy is not None and finding.remedy.action_type:
        facts["action_type"] = finding.remedy.action_type
    return facts


def quote_href(evidence: Evidence) -> str:
    """The page of the document that a quote stands on."""
    return document_href(evidence.document, evidence.page) if evidence.document else ""
