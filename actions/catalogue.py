"""The action types: what each one takes, what a reviewer sees of it, what must be true afterwards, and its way back."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from actions import inverses
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
from domain.actions import Action, FieldChange, Image, Intent
from domain.actor import Operation
from domain.canonical import canonical
from domain.errors import InvalidInput
from domain.money import Money
from domain.visible import readable


@dataclass(frozen=True)
class ActionType:
    """`labels` name the image's fields that the action sets, in the order in which a reviewer reads them; `target` the
    arguments that say which record it sets them on, which no difference shows.

    `way_back` tells in words how it is undone; `inverse` makes the intent that undoes a verified one, or says why there
    is none. `obstacle` says why the state of the ERP forbids the action, from fields of the image that it does not set;
    empty when nothing does.

    `system` is where it is carried out: `erp`, or `countersign` itself; `operation` what one must be permitted to
    propose it.
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


def _planned_value(project: CreateProject) -> Money | None:
    currencies = {task.currency for task in project.tasks if task.price is not None}
    if len(currencies) != 1:
        return None
    priced = [(t.hours or Decimal(0)) * t.price for t in project.tasks if t.price is not None]
    (currency,) = currencies
    return Money(sum(priced, Decimal(0)), currency).rounded if currency else None


def _code_taken(before: Image) -> str:
    return "Another project has this code already." if before.fields.get("code_taken") else ""


def _already_invoiced(before: Image) -> str:
    billed = before.fields.get("already_invoiced") or ()
    return f"Already on an invoice: time entries {', '.join(map(str, billed))}." if billed else ""


def _recorded(before: Image) -> str:
    if not before.fields.get("written_by_action"):
        return "The action named as its origin did not create this project."
    return "Time or an invoice is recorded on it; it can only be closed." if before.fields.get("recorded") else ""


def _no_draft_of_ours(before: Image) -> str:
    if not before.fields.get("written_by_action"):
        return "The action named as its origin did not draft this invoice."
    state = before.fields.get("state")
    return "" if state == "draft" else f"The invoice is {state}; only a draft can be cancelled here."


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
            obstacle=_code_taken,
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
            obstacle=_already_invoiced,
        ),
        ActionType(
            name="project.cancel",
            title="Cancel a project that was just created",
            arguments=CancelProject,
            labels={"status": "Status"},
            way_back="None: create a new project, with a number of its own.",
            inverse=inverses.none("A cancelled project is not opened again; create a new one with its own number."),
            target={"project_id": "Project"},
            obstacle=_recorded,
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
            obstacle=_no_draft_of_ours,
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
# Amounts that the ERP may hand back with another number of decimals.
DECIMALS = frozenset({"amount", "hours", "price"})


def normalised(intent: Intent) -> Intent:
    """The intent with checked, canonical arguments, and the amount that follows from them rather than a stated one.

    Raises InvalidInput naming the field that is wrong.
    """
    kind = known(intent.action_type)
    try:
        arguments = kind.arguments.model_validate(dict(intent.arguments))
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors())
        raise InvalidInput(f"The arguments of {kind.name} cannot be used: {wrong}") from error
    as_json = arguments.model_dump(mode="json")
    if b"\\u0000" in canonical(intent):
        raise InvalidInput("The proposal's text holds a character that cannot be stored.")
    if not any(as_json.get(name) is not None for name in kind.labels):
        raise InvalidInput("The proposal would change nothing.")
    return dataclasses.replace(
        intent,
        arguments=as_json,
        amount=kind.amount(arguments),
        summary=readable(intent.summary),
        reasons=tuple(map(readable, intent.reasons)),
        customer=readable(intent.customer) if intent.customer else None,
    )


def known(action_type: str) -> ActionType:
    """The action type of this name. Raises InvalidInput."""
    if action_type not in TYPES:
        raise InvalidInput(f"There is no action type '{action_type}'. There are: {', '.join(sorted(TYPES))}.")
    return TYPES[action_type]


def changes(action_type: str, arguments: Mapping[str, Any], before: Image) -> tuple[FieldChange, ...]:
    """What would be different afterwards, field by field; an argument that is None leaves its field alone."""
    return tuple(
        FieldChange(name, label, before.fields.get(name), arguments[name])
        for name, label in known(action_type).labels.items()
        if not fulfilled(name, arguments.get(name), before.fields.get(name))
    )


def differences(action_type: str, arguments: Mapping[str, Any], after: Image) -> tuple[FieldChange, ...]:
    """Where the ERP, read back, differs: `before` is what was approved, `after` what is there."""
    return tuple(
        FieldChange(name, label, arguments[name], after.fields.get(name))
        for name, label in known(action_type).labels.items()
        if not fulfilled(name, arguments.get(name), after.fields.get(name))
    )


def fulfilled(name: str, wanted: Any, found: Any) -> bool:
    """Whether the ERP's value is the wanted one. None asks for nothing, an empty text for emptiness; amounts count by
    value, tasks in any order.
    """
    if wanted is None:
        return True
    if wanted == "":
        return found in (None, "")
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(fulfilled(key, wanted[key], found.get(key)) for key in wanted)
    if isinstance(wanted, list | tuple):
        return isinstance(found, list | tuple) and len(wanted) == len(found) and _paired(name, wanted, list(found))
    if name in DECIMALS and found is not None:
        return Decimal(str(wanted)) == Decimal(str(found))
    return bool(wanted == found)


def _paired(name: str, wanted: Sequence[Any], found: list[Any]) -> bool:
    for item in wanted:
        match = next((index for index, other in enumerate(found) if fulfilled(name, item, other)), None)
        if match is None:
            return False
        del found[match]
    return True
