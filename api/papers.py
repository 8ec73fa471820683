"""The set-up of a stored document, and the proposal to carry it out."""

from __future__ import annotations

from actions.placing import placed
from actions.proposals import propose
from api.services import Services
from domain.actions import Action, Intent, Origin
from domain.actor import Actor
from domain.errors import Conflict
from domain.facts import FactKind
from sow import linking
from store import codes, documents, facts
from tools.opportunity.pending import Won, won_work
from tools.opportunity.plan import SetUp, plan
from tools.opportunity.proposal import Stated, engagement_from
from tools.paper import paper


async def plan_set_up(wired: Services, actor: Actor, document_id: str) -> SetUp:
    """All that the document asks to be set up, beside what the ERP and other systems know of it.

    Raises NotFound, ErpUnavailable, ModelUnavailable.
    """
    firm = await wired.erp(actor).firm.masters()
    async with wired.database.tenant(actor.tenant) as connection:
        return await plan(connection, actor, firm, document_id, wired.today, wired.embedder)


async def won(wired: Services, actor: Actor) -> tuple[Won, ...]:
    """Won opportunities with what is there of each. Raises ErpUnavailable."""
    firm = await wired.erp(actor).firm.masters()
    async with wired.database.tenant(actor.tenant) as connection:
        reports = await facts.newest(connection, FactKind.OPPORTUNITY)
        return won_work(reports, firm, await linking.papers(connection, fields=linking.NAMING))


async def propose_engagement(wired: Services, actor: Actor, document_id: str, stated: Stated) -> Action:
    """Propose to set up the document's project under the code that a person chose, with all that it still needs.

    Raises NotFound, Conflict (no code chosen, code taken, client unclear, ...), NotPermitted, ErpUnavailable.
    """
    erp = wired.erp(actor)
    firm = await erp.firm.masters(fresh=True)
    async with wired.database.tenant(actor.tenant) as connection:
        row = await documents.get(connection, document_id)
        found = await paper(connection, actor, document_id, wired.today)
        choice = await codes.of_document(connection, document_id)
    if choice is None:
        raise Conflict("Choose a project code first.")
    intent = engagement_from(found, firm, choice.code, row.contract, stated)
    policies = await wired.policies(actor.tenant)
    return await propose(wired.database, erp.reader, policies, actor, intent, now=wired.clock())


async def propose_confirmation(wired: Services, actor: Actor, document_id: str) -> Action:
    """Propose to confirm the quotation of the document's contract, as the client has signed.

    Raises NotFound, Conflict (it has no contract, or not a quotation), NotPermitted, ErpUnavailable.
    """
    erp = wired.erp(actor)
    firm = await erp.firm.masters(fresh=True)
    async with wired.database.tenant(actor.tenant) as connection:
        row = await documents.get(connection, document_id)
    contract = next((one for one in firm.contracts if row.contract and one.number == row.contract), None)
    if contract is None:
        raise Conflict("The document belongs to no contract of the ERP yet.")
    why = f"The client has signed {row.name}, and the ERP has the contract as a quotation."
    intent = Intent(
        "contract.confirm",
        {"contract_id": contract.id},
        f"Confirm contract {contract.number}",
        (why,),
        origins={"contract_id": Origin("erp", contract.source)},
        document=row.id,
    )
    policies = await wired.policies(actor.tenant)
    return await propose(wired.database, erp.reader, policies, actor, placed(intent, firm), now=wired.clock())
