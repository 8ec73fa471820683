"""How states look: each has words that a person uses and a tone that the style sheet knows."""

from __future__ import annotations

from domain.actions import ActionState

WAITING = (ActionState.AWAITING_APPROVAL,)
ON_THE_WAY = (ActionState.APPROVED, ActionState.EXECUTING, ActionState.EXECUTED)
NEEDS_A_PERSON = (ActionState.STALE, ActionState.DIVERGED, ActionState.UNKNOWN, ActionState.FAILED)

# Tones: good, bad, warn, open (not known), wait (someone must act), or none.
TONES = {
    "awaiting_approval": ("wait", "Awaiting approval"),
    "approved": ("wait", "Approved, waiting for the worker"),
    "executing": ("wait", "Being carried out"),
    "executed": ("wait", "Written, being read back"),
    "verified": ("good", "Done and verified"),
    "diverged": ("bad", "Written, but the ERP differs"),
    "denied": ("bad", "Denied by policy"),
    "rejected": ("bad", "Rejected"),
    "withdrawn": ("", "Withdrawn"),
    "expired": ("", "Expired"),
    "superseded": ("", "Superseded"),
    "stale": ("warn", "Stale: the ERP changed"),
    "failed": ("bad", "Failed"),
    "unknown": ("open", "Not known whether written"),
    "compensated": ("", "Undone"),
    "billable": ("good", "Ready to bill"),
    "blocked": ("bad", "Blocked"),
    "cannot_determine": ("open", "Cannot determine"),
    "nothing_to_bill": ("", "Nothing to bill"),
    "pass": ("good", "Met"),
    "fail": ("bad", "Not met"),
    "warns": ("warn", "Look first"),
    "unknown_fact": ("open", "Cannot determine"),
    "not_applicable": ("", "Does not apply"),
    "waived": ("wait", "Waived"),
    "proposed": ("wait", "To confirm"),
    "conflict": ("warn", "Conflict"),
    "confirmed": ("good", "Confirmed"),
    "corrected": ("good", "Corrected"),
    "high": ("bad", "High"),
    "watch": ("warn", "Watch"),
    "none": ("good", "None seen"),
    "existing": ("", "Existing project"),
    "new": ("wait", "New number"),
    "in_erp": ("good", "In the ERP"),
    "to_set_up": ("wait", "To set up"),
    "not_stated": ("open", "Not stated"),
    "differs": ("warn", "Differs"),
    "agreed": ("", "As agreed"),
    "reported": ("good", "Reported"),
    "unreported": ("", "Not reported"),
}


def tone(state: object) -> str:
    """The style of a state."""
    return TONES.get(str(state), ("", ""))[0]


def wording(state: object) -> str:
    """The words for a state; its own name where it has none."""
    return TONES.get(str(state), ("", str(state).replace("_", " ").capitalize()))[1]
