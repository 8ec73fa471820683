"""Facts that come from other systems than the ERP: a PSA's approvals, a client's acceptance, a purchase order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class FactKind(StrEnum):
    """What is reported, and (in the comment) its subject and the keys of its value."""

    # subject "project code/employee name/2026-W31"; status: submitted | approved | rejected, on, billable: bool
    TIMESHEET = "timesheet"
    # subject "contract number/milestone name"; status: delivered | accepted | rejected, on, evidence: bool
    MILESTONE = "milestone"
    # subject contract number; required, number, amount, currency, valid_from, valid_until, capped, evidence: bool
    PURCHASE_ORDER = "purchase_order"
    BILLING_HOLD = "billing_hold"  # subject project code; held: bool, reason_code
    # subject "contract number/CR-n"; status: open | approved | rejected | withdrawn, amount, currency
    CHANGE_REQUEST = "change_request"
    DELIVERY = "delivery"  # subject "contract number/what is delivered"; status: planned | delivered | confirmed, on
    # subject "customer code/opportunity"; status: open | won | lost, on, amount, currency, number (of its contract)
    OPPORTUNITY = "opportunity"
    BUDGET = "budget"  # subject project code; amount, currency (what may be spent), held: bool
    PART_CAP = (
        "part_cap"  # subject "contract number/role or task"; amount, currency (the most that may be billed of it)
    )
    ASSIGNMENT = "assignment"  # subject "project code/employee name"; valid_from, valid_until
    # subject "project code/expense"; amount, currency, on, category, status: submitted | approved | rejected,
    # receipt: bool, billable: bool, billed: bool
    EXPENSE = "expense"
    RETAINER = "retainer"  # subject contract number; amount, currency (prepaid), used (in the same currency)
    CREDIT = "credit"  # subject customer code; amount, currency (the limit), used (what is open, same currency)
    TAX_SETUP = "tax_setup"  # subject customer code; tax_code, withholding: bool, withholding_category
    E_INVOICING = (
        "e_invoicing"  # subject customer code; required: bool, endpoint, buyer_reference, order_reference: bool
    )
    ACCOUNTING = "accounting"  # subject project code; posting: bool, cost_centre, income_account, revenue_schedule


@dataclass(frozen=True)
class OutsideFact:
    """One report. The newest report on (kind, subject) counts; the older ones stay."""

    kind: FactKind
    subject: str
    value: Mapping[str, Any]
    system: str
    reported_at: datetime
    id: str = ""
