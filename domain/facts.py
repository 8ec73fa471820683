"""Facts that come from other systems than the ERP: a PSA's approvals, a client's acceptance, a purchase order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class FactKind(StrEnum):
    """What is reported, and (in the comment) its subject and the keys of its value."""

    TIMESHEET = "timesheet"  # subject "project code/employee name/2026-W31"; status: submitted | approved | rejected
    MILESTONE = "milestone"  # subject "contract number/milestone name"; status: delivered | accepted | rejected, on
    PURCHASE_ORDER = "purchase_order"  # subject contract number; required, number, amount, currency, valid_until
    BILLING_HOLD = "billing_hold"  # subject project code; held: bool, reason_code
    # subject "customer code/opportunity"; status: open | won | lost, on, amount, currency, number (of its contract)
    OPPORTUNITY = "opportunity"
    CHANGE_REQUEST = "change_request"  # subject "contract number/CR-n"; status: open | approved, amount, currency


@dataclass(frozen=True)
class OutsideFact:
    """One report. The newest report on (kind, subject) counts; the older ones stay."""

    kind: FactKind
    subject: str
    value: Mapping[str, Any]
    system: str
    reported_at: datetime
    id: str = ""
