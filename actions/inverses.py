"""The way back of each action type: from a carried-out action to the intent that undoes it, or the reason for none.

An intent is only a proposal: it waits for its own approval, over the state of the ERP at that time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from actions.engagement import MADE, made
from domain.actions import Action, Intent, Origin
from domain.source import Source

SYSTEM = "countersign"


def none(reason: str) -> Callable[[Action], Intent | str]:
    """For a type that has no way back, whatever it wrote."""
    return lambda _: reason


def of_new_project(action: Action) -> Intent | str:
    """Cancel the project that it created."""
    if action.record is None:
        return "The record that it created is not known."
    arguments = {"project_id": action.record.id, "created_by": action.id}
    return _intent(action, "project.cancel", arguments)


def of_engagement(action: Action) -> Intent | str:
    """Take back the project and whatever was made for it; what was there before stays."""
    if action.record is None:
        return "The records that it created are not known."
    arguments: dict[str, Any] = {"project_id": action.record.id, "created_by": action.id}
    for name, record in made(action.after).items():
        field, state = MADE[name]
        arguments |= {name: record, field: state}
    return _intent(action, "engagement.take_back", arguments)


def of_po_number(action: Action) -> Intent | str:
    """The earlier number, or none where there was none."""
    contract = {"contract_id": action.intent.arguments["contract_id"]}
    earlier = action.before.fields.get("po_number")
    if not earlier:
        return _intent(action, "contract.clear_po_number", contract)
    return _intent(action, "contract.set_po_number", {**contract, "po_number": earlier})


def of_billing_identity(action: Action) -> Intent | str:
    """The earlier values of what it set; an identifier or address is replaced, never removed."""
    wanted = action.intent.arguments
    parts = [name for name in ("tax_identifier", "invoice_address") if wanted.get(name) is not None]
    earlier = {name: action.before.fields.get(name) for name in parts}
    for name, content in earlier.items():
        if not content or not all(content.values()):
            what = name.replace("_", " ")
            return f"There was no complete {what} before, and Countersign removes none: it may be on invoices by now."
    return _intent(action, action.type, {"customer_id": wanted["customer_id"], **earlier})


def of_draft_invoice(action: Action) -> Intent | str:
    """Cancel the draft; its time entries can be billed again."""
    if action.record is None:
        return "The invoice that it drafted is not known."
    wanted = action.intent.arguments
    arguments = {
        "invoice_id": action.record.id,
        "drafted_by": action.id,
        "amount": wanted["amount"],
        "currency": wanted["currency"],
    }
    return _intent(action, "invoice.cancel_draft", arguments)


def of_policy(action: Action) -> Intent | str:
    """The files that were in force before, as a change of policy of its own."""
    return _intent(action, action.type, {"files": action.before.fields["files"]})


def of_rights(action: Action) -> Intent | str:
    """The earlier roles and limit."""
    earlier = {name: action.before.fields[name] for name in ("roles", "approval_limit")}
    return _intent(action, action.type, {"person_id": action.intent.arguments["person_id"], **earlier})


def of_waiver(action: Action) -> Intent | str:
    """End the waiver that it made."""
    wanted = action.intent.arguments
    return _intent(
        action,
        "finding.end_waiver",
        {"waiver": action.id, "project_id": wanted["project_id"], "rule": wanted["rule"]},
    )


def _intent(action: Action, action_type: str, arguments: dict[str, Any]) -> Intent:
    earlier = action.intent
    origin = Origin("action", Source(SYSTEM, "action", action.id, action.digest, label=earlier.summary))
    return Intent(
        action_type,
        arguments,
        f"Undo: {earlier.summary}"[:300],
        (f"It undoes action {action.id}, which was carried out in the ERP.",),
        origins=dict.fromkeys(arguments, origin),
        project_code=earlier.project_code,
        customer=earlier.customer,
        customer_id=earlier.customer_id,
        practice=earlier.practice,
        region=earlier.region,
    )
