"""The action types: what each one takes, what a reviewer sees of it, what stands in its way, and its way back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from actions import inverses, obstacles
from actions.arguments import (
    Arguments,
    CancelDraftInvoice,
    CancelProject,
    ChangePolicy,
    ClearPoNumber,
    CreateDraftInvoice,
    CreateProject,
    EndWaiver,
    SetBillingIdentity,
    SetPoNumber,
    SetRights,
    ThawExecution,
    WaiveRule,
)
from actions.engagement import ConfirmContract, SetUpEngagement, TakeBackEngagement, worth
from domain.actions import Action, Image, Intent
from domain.actor import Operation
from domain.errors import InvalidInput
from domain.money import Money


@dataclass(frozen=True)
class ActionType:
    """`labels` name the image's fields that the action sets, in the order in which a reviewer reads them; `target` the
    arguments that say which record it sets them on, which no difference shows.

    `way_back` tells in words how it is undone; `inverse` makes the intent that undoes a verified one, or says why there
    is none. `obstacle` says why the state of the ERP forbids the action, from fields of the image that it does not set;
    empty when nothing does.

    `system` is where it is carried out: `erp`, or `countersign` itself; `operation` what one must be permitted to
    propose it. `about` is the argument that names a person, who may not propose it of themselves.
    """

    name: str
    title: str
    arguments: type[Arguments]
    labels: Mapping[str, str]
    way_back: str
    inverse: Callable[[Action], Intent | str]
    target: Mapping[str, str] = field(default_factory=dict[str, str])
    amount: Callable[[Any], Money | None] = lambda _: None
    obstacle: Callable[[Image], str] = lambda _: ""
    system: str = "erp"
    operation: Operation = Operation.ACTION_PROPOSE
    about: str = ""

    def editable(self, argument: str) -> bool:
        """Whether an edit may say this otherwise. Which record an action is on, what it was made from, and all of a
        deed of Countersign's own belong to what was proposed: another one is another proposal.
        """
        return self.system == "erp" and argument not in self.target and not argument.endswith(("_id", "_by"))


def _planned_value(project: CreateProject) -> Money | None:
    currencies = {task.currency for task in project.tasks if task.price is not None}
    if len(currencies) != 1:
        return None
    priced = [(t.hours or Decimal(0)) * t.price for t in project.tasks if t.price is not None]
    (currency,) = currencies
    return Money(sum(priced, Decimal(0)), currency).rounded if currency else None


TYPES: Mapping[str, ActionType] = {
    entry.name: entry
    for entry in (
        ActionType(
            name="project.create",
            title="Create a project with its tasks",
            arguments=CreateProject,
            labels={
                "code": "Project code",
                "name": "Name",
                "customer_id": "Customer",
                "contract_id": "Contract",
                "billing": "Billed by",
                "tasks": "Tasks",
            },
            way_back="Cancel the project while nothing is recorded on it; its number is not given again.",
            inverse=inverses.of_new_project,
            amount=_planned_value,
            obstacle=obstacles.code_taken,
        ),
        ActionType(
            name="engagement.set_up",
            title="Set up an engagement: project, and the customer, contract and prices that it still needs",
            arguments=SetUpEngagement,
            labels={
                "customer_id": "Customer",
                "customer_name": "New customer",
                "tax_identifier": "Its tax identifier",
                "invoice_address": "Its invoice address",
                "billing_email": "Its invoices go to",
                "contract_id": "Contract",
                "contract_title": "New contract",
                "contract_date": "Begins",
                "currency": "Currency",
                "payment_terms_days": "Payment terms, days",
                "po_number": "Purchase order",
                "lines": "Lines",
                "price_list_name": "New price list",
                "rates": "Rates an hour",
                "code": "Project code",
                "name": "Project",
                "billing": "Billed by",
                "opens": "Opens",
                "ends": "Last day for time",
                "tasks": "Tasks",
                "schedule": "Billing schedule",
            },
            way_back="Take it back while nothing builds on it: the project is cancelled, what was made for it goes.",
            inverse=inverses.of_engagement,
            amount=worth,
            obstacle=obstacles.in_the_way,
        ),
        ActionType(
            name="engagement.take_back",
            title="Take back an engagement that was just set up",
            arguments=TakeBackEngagement,
            labels={
                "status": "Project",
                "contract_state": "Contract",
                "price_list": "Price list",
                "customer": "Customer",
            },
            way_back="None: set it up again, under a code of its own.",
            inverse=inverses.none("What was taken back stays closed; set the engagement up again under a new code."),
            target={"project_id": "Project"},
            obstacle=obstacles.built_upon,
        ),
        ActionType(
            name="contract.confirm",
            title="Confirm a contract that the client has signed",
            arguments=ConfirmContract,
            labels={"state": "Contract"},
            way_back="None: a confirmed contract is changed with the client, by an amendment.",
            inverse=inverses.none(
                "A confirmed contract binds the firm; it is changed with the client, by an amendment."
            ),
            target={"contract_id": "Contract"},
            obstacle=obstacles.not_to_confirm,
        ),
        ActionType(
            name="contract.set_po_number",
            title="Set a contract's purchase order number",
            arguments=SetPoNumber,
            labels={"po_number": "PO number"},
            way_back="The same action with the earlier number, or clearing it where there was none.",
            inverse=inverses.of_po_number,
            target={"contract_id": "Contract"},
        ),
        ActionType(
            name="customer.set_billing_identity",
            title="Set a customer's tax identifier and invoice address",
            arguments=SetBillingIdentity,
            labels={"tax_identifier": "Tax identifier", "invoice_address": "Invoice address"},
            way_back="The same action with the earlier values, where there were any.",
            inverse=inverses.of_billing_identity,
            target={"customer_id": "Customer"},
        ),
        ActionType(
            name="invoice.create_draft",
            title="Create a draft invoice",
            arguments=CreateDraftInvoice,
            labels={
                "project_id": "Project",
                "contract_id": "Contract",
                "period": "Period",
                "time_entry_ids": "Time entries",
                "amount": "Amount",
                "currency": "Currency",
            },
            way_back="Cancel the draft before it is posted; its time entries can be billed again.",
            inverse=inverses.of_draft_invoice,
            amount=lambda invoice: Money(invoice.amount, invoice.currency).rounded,
            obstacle=obstacles.already_invoiced,
        ),
        ActionType(
            name="project.cancel",
            title="Cancel a project that was just created",
            arguments=CancelProject,
            labels={"status": "Status"},
            way_back="None: create a new project, with a number of its own.",
            inverse=inverses.none("A cancelled project is not opened again; create a new one with its own number."),
            target={"project_id": "Project"},
            obstacle=obstacles.recorded,
        ),
        ActionType(
            name="contract.clear_po_number",
            title="Clear a contract's purchase order number",
            arguments=ClearPoNumber,
            labels={"po_number": "PO number"},
            way_back="Set the earlier number again.",
            inverse=inverses.of_po_number,
            target={"contract_id": "Contract"},
        ),
        ActionType(
            name="invoice.cancel_draft",
            title="Cancel a draft invoice",
            arguments=CancelDraftInvoice,
            labels={
                "state": "Invoice",
                "time_entry_ids": "Time entries on it",
                "amount": "Amount",
                "currency": "Currency",
            },
            way_back="Propose a new draft for the same time entries.",
            inverse=inverses.none("A cancelled draft stays cancelled; propose a new one for the same time entries."),
            target={"invoice_id": "Invoice"},
            amount=lambda draft: Money(draft.amount, draft.currency).rounded,
            obstacle=obstacles.no_draft_of_ours,
        ),
        ActionType(
            name="policy.change",
            title="Change the firm's policy",
            arguments=ChangePolicy,
            labels={
                "authorization": "authorization.cedar",
                "approval": "approval.toml",
                "prerequisites": "prerequisites.toml",
            },
            way_back="A change of policy of its own, with the earlier files.",
            inverse=inverses.of_policy,
            system="countersign",
            operation=Operation.POLICY_PROPOSE,
        ),
        ActionType(
            name="finding.waive",
            title="Bill in spite of a rule, for a time",
            arguments=WaiveRule,
            labels={"until": "Until", "reason": "Reason", "amount": "Amount held back", "currency": "Currency"},
            way_back="End the waiver; the rule holds again at once.",
            inverse=inverses.of_waiver,
            target={"project_id": "Project", "rule": "Rule"},
            amount=lambda waiver: Money(waiver.amount, waiver.currency).rounded,
            system="countersign",
        ),
        ActionType(
            name="finding.end_waiver",
            title="Let a waived rule hold again",
            arguments=EndWaiver,
            labels={"state": "Waiver"},
            way_back="A new waiver, with a reason and a day of its own.",
            inverse=inverses.none("A waiver that ended is not taken up again; propose a new one."),
            target={"project_id": "Project", "rule": "Rule"},
            system="countersign",
        ),
        ActionType(
            name="person.set_rights",
            title="Change a person's roles and approval limit",
            arguments=SetRights,
            labels={"roles": "Roles", "approval_limit": "Approval limit"},
            way_back="The same action with the earlier roles and limit.",
            inverse=inverses.of_rights,
            target={"person_id": "Person"},
            about="person_id",
            system="countersign",
            operation=Operation.PEOPLE_ADMINISTER,
        ),
        ActionType(
            name="execution.thaw",
            title="Thaw what is frozen",
            arguments=ThawExecution,
            labels={"state": "State"},
            way_back="An administrator freezes again, at once.",
            inverse=inverses.none("Freeze again instead; it takes one administrator and holds at once."),
            target={"freeze": "Freeze"},
            system="countersign",
            operation=Operation.EXECUTION_FREEZE,
        ),
    )
}


def known(action_type: str) -> ActionType:
    """The action type of this name. Raises InvalidInput."""
    if action_type not in TYPES:
        raise InvalidInput(f"There is no action type '{action_type}'. There are: {', '.join(sorted(TYPES))}.")
    return TYPES[action_type]
