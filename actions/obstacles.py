"""Why the state of the ERP forbids an action: read off the fields of its before-image that the action does not set."""

from __future__ import annotations

from domain.actions import Image


def code_taken(before: Image) -> str:
    """A project's code is its own."""
    return "Another project has this code already." if before.fields.get("code_taken") else ""


def already_invoiced(before: Image) -> str:
    """No hour is billed twice."""
    billed = before.fields.get("already_invoiced") or ()
    return f"Already on an invoice: time entries {', '.join(map(str, billed))}." if billed else ""


def recorded(before: Image) -> str:
    """Only what the named action made, and on which nothing is recorded."""
    if not before.fields.get("written_by_action"):
        return "The action named as its origin did not create this project."
    return "Time or an invoice is recorded on it; it can only be closed." if before.fields.get("recorded") else ""


def built_upon(before: Image) -> str:
    """What was set up is taken back only while nothing builds on it."""
    if before.fields.get("contract_state") not in (None, "draft", "quotation", "cancelled"):
        return "The contract was confirmed; it is changed with the client, by an amendment."
    if before.fields.get("customer_used"):
        return "The new customer has other contracts, projects or invoices by now."
    return recorded(before)


def not_to_confirm(before: Image) -> str:
    """Only a quotation is confirmed."""
    state = before.fields.get("state")
    return "" if state in ("draft", "quotation") else f"The contract is {state}; only a quotation is confirmed."


def no_draft_of_ours(before: Image) -> str:
    """Only a draft that the named action made."""
    if not before.fields.get("written_by_action"):
        return "The action named as its origin did not draft this invoice."
    state = before.fields.get("state")
    return "" if state == "draft" else f"The invoice is {state}; only a draft can be cancelled here."


def in_the_way(before: Image) -> str:
    """What the ERP has already, or lacks, so that the engagement cannot be set up in it."""
    return " ".join(before.fields.get("in_the_way") or ())
