"""Proposes what would clear a finding, or the draft invoice of what is ready. A proposal changes nothing by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from actions.placing import contract_numbers
from actions.proposals import propose
from domain.actions import Action, Intent, Origin
from domain.actor import Operation
from domain.blocks import ActionCard, Block, Choices
from domain.errors import InvalidInput
from domain.facts import FactKind
from domain.findings import Finding, Readiness, Remedy, Verdict
from domain.records import Customer, Project
from domain.source import Source
from policies.origins import REPORTED
from policies.prerequisites.case import Case
from policies.prerequisites.customers import well_formed
from policies.prerequisites.portfolio import Dossier
from tools.cells import finding_facts, project_key
from tools.evaluating import near
from tools.opportunity.fields import read
from tools.readiness import findings_block, ordered
from tools.tool import Tool, ToolContext, ToolResult

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
# What each action type needs beyond what a finding's remedy knows already; any of a group will do.
NEEDS: dict[str, tuple[str, ...]] = {
    "contract.confirm": ("contract_id",),  # known only where a signed statement of work was read
    "contract.set_po_number": ("po_number",),
    "customer.set_billing_identity": ("tax_identifier", "invoice_address"),
}
ASKED = {
    "po.missing": "Which purchase order number did the client give?",
    "po.differs": "Which purchase order number holds?",
    "customer.invoice_address_missing": "What is the customer's invoice address: street, postal code, city, country?",
    "customer.tax_id_missing": "What is the customer's tax identifier?",
    "customer.tax_id_malformed": "What is the customer's right tax identifier?",
}


class Address(BaseModel):
    """A postal address; `country` is ISO 3166-1 alpha-2."""

    model_config = ConfigDict(extra="forbid")

    street: Word
    postal_code: Word
    city: Word
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class ProposeFix(BaseModel):
    """Which project, which finding; and what the person stated themselves, where no system knows it."""

    model_config = ConfigDict(extra="forbid")

    project: str = Field(max_length=120, description="Project code or handle")
    rule: str | None = Field(None, max_length=60, description="Rule id of the finding, such as po.missing")
    po_number: Word | None = Field(None, description="Only a number that the person stated")
    tax_code: Word | None = Field(None, description="Only an identifier that the person stated")
    invoice_address: Address | None = Field(None, description="Only an address that the person stated")


@dataclass(frozen=True)
class Fix:
    """A finding with the arguments of its action, as far as they are known, and where each comes from."""

    finding: Finding
    remedy: Remedy
    arguments: dict[str, Any]
    origins: dict[str, Origin]

    @property
    def complete(self) -> bool:
        """Whether everything that the action needs is known."""
        wanted = NEEDS.get(self.remedy.action_type or "")
        return wanted is not None and any(self.arguments.get(name) for name in wanted)


def proposable(finding: Finding) -> bool:
    """Whether all that the finding's action needs is known without asking anyone."""
    return (
        finding.verdict is Verdict.FAIL
        and finding.remedy is not None
        and Fix(finding, finding.remedy, dict(finding.remedy.arguments), {}).complete
    )


def fixes(dossier: Dossier, project: Project, answer: Readiness, wanted: ProposeFix) -> list[Fix]:
    """Everything about this project that could be cleared, what can be proposed at once first."""
    failed = [f for f in ordered(answer.findings) if f.verdict is Verdict.FAIL and wanted.rule in (None, f.rule)]
    case = Case(project, dossier.facts(project), answer.period, dossier.firm.fetched_at.date())
    found = [_fix(finding, finding.remedy, case, wanted) for finding in failed if finding.remedy]
    return sorted(found, key=lambda fix: (not fix.complete, fix.remedy.action_type is None))


def _fix(finding: Finding, remedy: Remedy, case: Case, wanted: ProposeFix) -> Fix:
    arguments: dict[str, Any] = dict(remedy.arguments)
    known = {name: _origin(finding, case, name, value) for name, value in arguments.items()}
    origins = {name: origin for name, origin in known.items() if origin is not None}
    stated = _stated(finding, case.customer, wanted)
    said = Origin("person", note="Stated in the conversation")
    return Fix(finding, remedy, arguments | stated, origins | dict.fromkeys(stated, said))


def _origin(finding: Finding, case: Case, name: str, value: Any) -> Origin | None:
    """A record for its own id, else the term or the report that says the value; None where none of them does, so that
    it counts as the word of whoever proposes.
    """
    if name.endswith("_id"):
        record = next((one for one in finding.sources if one.id == value and one.model not in REPORTED), None)
        return record and Origin("erp", record)
    report = next((one for one in finding.sources if _reports(case, one, value)), None)
    term = case.term(name)
    if term is not None and _same(term.value, value):
        return replace(read([term]), source=report)
    return report and Origin("erp", report)


def _reports(case: Case, source: Source, value: Any) -> bool:
    """Whether the source is the report that is believed, and says the value."""
    if source.model not in REPORTED:
        return False
    report = case.facts.outside.get(FactKind(source.model), source.id)
    said = report.value.values() if report is not None and report.system == source.system else ()
    return any(_same(one, value) for one in said)


def _same(one: Any, other: Any) -> bool:
    return str(one).strip() == str(other).strip()


def _stated(finding: Finding, customer: Customer | None, wanted: ProposeFix) -> dict[str, Any]:
    if finding.rule in ("po.missing", "po.differs") and wanted.po_number:
        return {"po_number": wanted.po_number}
    if finding.rule.startswith("customer.tax_id") and wanted.tax_code:
        country = (customer.country or "").upper() if customer else ""
        return {"tax_identifier": tax_identifier(country, wanted.tax_code)}
    if finding.rule == "customer.invoice_address_missing" and wanted.invoice_address:
        return {"invoice_address": wanted.invoice_address.model_dump()}
    return {}


def tax_identifier(country: str, code: str) -> dict[str, str]:
    """The identifier under the kind that a country (ISO 3166-1 alpha-2) keeps. Raises InvalidInput for a wrong check
    digit.
    """
    national = "us_ein" if country == "US" else f"{country.lower()}_vat"
    bare = code.replace(" ", "").upper()
    for kind, tried in (("eu_vat", bare), ("eu_vat", f"{country}{bare}"), (national, code)):
        if well_formed(kind, tried):
            return {"type": kind, "code": tried}
    if well_formed(national, code) is None:
        return {"type": national, "code": code}
    raise InvalidInput("That tax identifier does not satisfy its country's form or check digit.")


async def _propose_fix(context: ToolContext, wanted: ProposeFix) -> ToolResult:
    project, dossier = await near(context.firm, context.today, wanted.project, fresh=True)
    answer = dossier.assess(project, None, context.today)
    possible = fixes(dossier, project, answer, wanted)
    facts: dict[str, Any] = {
        "project": project_key(project),
        "status": answer.status,
        "findings": [finding_facts(fix.finding) for fix in possible],
    }
    if not possible:
        facts["proposed"] = None
        return ToolResult(facts, (findings_block(answer),))
    best = possible[0]
    if not best.complete:
        return ToolResult(facts | {"proposed": None, "needs": _needs(possible)}, _advice(answer, possible))
    intent = intent_of(context, dossier, project, answer, best)
    action = await propose(context.database, context.reader, context.policies, context.actor, intent, now=now())
    return proposed(facts | {"rule": best.finding.rule}, action)


def _needs(possible: list[Fix]) -> list[dict[str, Any]]:
    return [
        {"rule": fix.finding.rule, "any_of": list(NEEDS[fix.remedy.action_type])}
        for fix in possible
        if fix.remedy.action_type in NEEDS and fix.finding.rule in ASKED
    ]


def _advice(answer: Readiness, possible: list[Fix]) -> tuple[Block, ...]:
    """What people have to do themselves stands in the findings; what only misses a value is asked for."""
    questions = [ASKED[fix.finding.rule] for fix in possible if fix.finding.rule in ASKED]
    asked = (Choices(questions[0]),) if questions else ()
    return (findings_block(answer), *asked)


def intent_of(context: ToolContext, dossier: Dossier, project: Project, answer: Readiness, fix: Fix) -> Intent:
    """What to propose for a complete fix."""
    finding, contracts = fix.finding, contract_numbers(dossier.firm, project.contract_ids)
    return Intent(
        action_type=fix.remedy.action_type or "",
        arguments=fix.arguments,
        summary=f"{fix.remedy.text.rstrip('.')} ({answer.project_code or answer.project_name})",
        reasons=(f"{finding.title}: {finding.reason}",),
        origins=fix.origins,
        project_code=answer.project_code,
        customer=answer.customer,
        practice=answer.practice,
        region=answer.region,
        finding=finding.rule,
        document=next((quote.document for quote in finding.evidence if quote.document), None),
        thread=context.thread,
        contracts=contracts,
    )


def now() -> datetime:
    """The moment of a proposal."""
    return datetime.now(UTC)


def proposed(facts: dict[str, Any], action: Action) -> ToolResult:
    """The answer to a proposal: its card, and for the model its type, state and chain."""
    told = {"proposed": action.type, "action_id": action.id, "state": action.state.value}
    steps = [{"role": step.role, "count": step.count} for step in action.verdict.chain]
    card = ActionCard(action.id, action.intent.summary)
    return ToolResult(facts | told | {"approval": steps}, (card,), {"A1": action.id})


PROPOSE_FIX = Tool(
    name="propose_fix",
    description="Propose the change that would clear a project's finding; people decide on it before anything happens.",
    operation=Operation.ACTION_PROPOSE,
    arguments=ProposeFix,
    run=_propose_fix,
)
