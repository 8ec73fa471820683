"""What can be wrong with an engagement, as changes of its raw data: planted by `variant.py` where the dice say.

`holds` tells what the rule must hold back: `all` that is unbilled, a fixed amount, or nothing (None) where it warns.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

Raw = dict[str, Any]
Change = Callable[[Raw, Raw, Random], object]  # the engagement, its customer, the dice
ALL = "all"


@dataclass(frozen=True)
class Plant:
    """A rule that must fail (a look-alike: must not), and how to bring it about. `own` asks a customer of its own."""

    rule: str
    change: Change
    holds: str | None = ALL
    own: bool = False
    named: bool = False  # the truth knows the project by its name


def _set(**values: Any) -> Change:
    return lambda raw, _customer, _dice: raw.update(values)


def _outside(**values: Any) -> Change:
    return lambda raw, _customer, _dice: raw.setdefault("outside", {}).update(values)


def _entered(**values: Any) -> Change:
    return lambda raw, _customer, _dice: raw.setdefault("erp", {}).update(values)


def _report(kind: str, of: str, name: str = "", **value: Any) -> Change:
    said = {"kind": kind, "of": of} | ({"name": name} if name else {}) | value
    return lambda raw, _customer, _dice: raw.setdefault("outside", {}).setdefault("reports", []).append(said)


def _lacks(name: str) -> Change:
    return lambda _raw, customer, _dice: customer.pop(name, None)


def _unbilled_only(*changes: Change) -> Change:
    """Nothing was invoiced before, so that amounts follow from the open time alone."""

    def change(raw: Raw, customer: Raw, dice: Random) -> None:
        raw["tasks"][0]["monthly"] = 0
        for one in changes:
            one(raw, customer, dice)

    return change


def _dearer(raw: Raw, _customer: Raw, dice: Random) -> None:
    raw["tasks"][0]["price"] = str(300 + dice.randrange(5, 40))


def _exchanged(raw: Raw, _customer: Raw, _dice: Random) -> None:
    raw["erp"] = {"po_number": raw["po"][:-2] + raw["po"][-1] + raw["po"][-2]}


def _short_plan(raw: Raw, _customer: Raw, _dice: Random) -> None:
    raw["tasks"][0]["effort"] = raw["tasks"][0]["open"] * 6 - 1


def _exact_plan(raw: Raw, _customer: Raw, _dice: Random) -> None:
    raw["tasks"][0]["effort"] = raw["tasks"][0]["open"] * 6


def _unpriced(raw: Raw, _customer: Raw, _dice: Random) -> None:
    raw["tasks"].append({**raw["tasks"][0], "name": "Workshop", "price": "", "monthly": 0, "open": 2, "effort": 40})


def _named_task(number: str) -> Change:
    return lambda raw, _customer, _dice: raw["tasks"][0].update(name=f"{number}: additional scope")


def _submitted(raw: Raw, _customer: Raw, _dice: Random) -> None:
    raw["outside"] = {"submitted": list(raw["tasks"][0]["people"])}


def _late(raw: Raw, _customer: Raw, _dice: Random) -> None:
    raw["outside"] = {"approved_late": list(raw["tasks"][0]["people"])}


def _assigned(until: str) -> Change:
    def change(raw: Raw, _customer: Raw, _dice: Random) -> None:
        name = raw["names"][raw["tasks"][0]["people"][0]]
        said = {"kind": "assignment", "of": "project", "name": name, "valid_until": until}
        raw.setdefault("outside", {}).setdefault("reports", []).append(said)

    return change


def _roleless(raw: Raw, _customer: Raw, _dice: Random) -> None:
    task = raw["tasks"][0]
    raw.update(role=task["role"], total="25200.00", rates={task["role"]: "120.00"})
    task.update(role="", price="120.00", monthly=0)


def _milestone(status: str) -> Change:
    def change(raw: Raw, _customer: Raw, dice: Random) -> None:
        amount = f"{dice.randrange(40, 300) * 100}.00"
        raw.update(billing="effort", delivered=1, billed=0, outside={"milestones": {"Final report": status}})
        raw["milestones"] = [
            {"name": "Final report", "due": "month-1 day 12", "amount": amount},
            {"name": "Follow-up workshop", "due": "month+2 day 10", "amount": "3000.00"},
        ]

    return change


def _unopened(days: int) -> Change:
    def change(raw: Raw, _customer: Raw, _dice: Random) -> None:
        task = raw.pop("tasks")[0]
        raw.update(title=raw.pop("project"), project=False, signed_days_ago=days, total="48000.00", role=task["role"])
        for name in ("code", "signed", "start"):
            raw.pop(name)

    return change


PLANTS: tuple[Plant, ...] = (
    Plant("contract.missing", _unbilled_only(_set(contract=False), lambda raw, _c, _d: raw.pop("po"))),
    Plant("contract.not_confirmed", _unbilled_only(_set(state="quotation"))),
    Plant("po.missing", _entered(po_number="")),
    Plant("po.differs", _exchanged),
    Plant("po.expired", _outside(po_valid_until="month-1 day 3")),
    Plant("po.balance", _unbilled_only(_outside(po_amount="500.00")), "less 500.00"),
    Plant("po.not_yet_valid", _outside(po_valid_from="month+1 day 1")),
    Plant("po.currency_differs", _outside(po_currency="GBP")),
    Plant(
        "change_request.open",
        _unbilled_only(
            _named_task("CR-7"), _outside(change_request={"number": "CR-7", "status": "open", "amount": "900.00"})
        ),
    ),
    Plant(
        "amendment.not_carried",
        _set(amendment={"state": "draft", "description": "Amendment 1", "line": 1, "quantity": 500}),
        None,
    ),
    Plant("project.not_active", _set(status="on_hold")),
    Plant("project.code_missing", _set(code=""), named=True),
    Plant("project.customer_differs", lambda raw, _c, _d: raw.update(erp={"project_customer": raw["other"]})),
    Plant("project.activation_delayed", _unopened(31), None, named=True),
    Plant("project.over_budget", _unbilled_only(_short_plan), None),
    Plant("project.posting_closed", _outside(posting=False)),
    Plant("billing.hold", _outside(hold="awaiting_documents")),
    Plant("budget.held", _report("budget", "project", amount="90000.00", held=True)),
    Plant(
        "cap.part_reached",
        lambda raw, c, d: _report("part_cap", "contract", raw["tasks"][0]["role"], amount="0.00")(raw, c, d),
    ),
    Plant("time.not_approved", _submitted),
    Plant("time.no_rate", _unpriced, None),
    Plant("time.no_role", _roleless, None),
    Plant("time.outside_assignment", _assigned("month-2 day last")),
    Plant("time.billable_differs", _outside(billable=False), None),
    Plant("price.differs", _unbilled_only(_dearer)),
    Plant("milestone.not_accepted", _milestone("delivered")),
    Plant("milestone.rejected", _milestone("rejected")),
    Plant("delivery.not_confirmed", _report("delivery", "contract", "Handover", status="delivered"), None),
    Plant(
        "expense.receipt_missing",
        _report("expense", "project", "EX-1", amount="318.20", receipt=False, status="approved", on="month-1 day 8"),
        "318.20",
    ),
    Plant("retainer.not_applied", _report("retainer", "contract", amount="8000.00", used="100.00"), None),
    Plant("facts.disagree", _report("billing_hold", "project", held=True, system="portal", days=9), None),
    Plant("invoice.duplicate", _set(duplicate="month-3")),
    Plant("invoice.draft_stuck", _set(draft={"month": "month-3", "days_old": 44}), None),
    Plant("advance.not_applied", _set(advance={"amount": "9000.00", "applied": False}), None),
    Plant("customer.invoice_address_missing", lambda _r, c, _d: c.update(invoice=False), own=True),
    Plant("customer.tax_id_missing", _lacks("tax"), own=True),
    Plant("customer.tax_id_malformed", lambda _r, c, _d: c["tax"].update(code=c["tax"]["code"][:-1]), own=True),
    Plant("customer.billing_contact_missing", _lacks("billing"), None, own=True),
    Plant("customer.payment_terms_missing", _lacks("terms_days"), own=True),
    Plant("credit.exceeded", _report("credit", "customer", amount="1700.00", used="1200.00"), "less 500.00", own=True),
    Plant("tax.code_missing", _report("tax_setup", "customer", tax_code="", withholding=False), own=True),
    Plant(
        "e_invoicing.buyer_reference_missing",
        _report("e_invoicing", "customer", required=True, endpoint="0204:1"),
        own=True,
    ),
)
LOOKALIKES: tuple[Plant, ...] = (
    Plant("billing.hold", _outside(released_hold=True)),
    Plant("time.not_approved", _late),
    Plant("po.expired", _outside(po_valid_days=10)),
    Plant("po.missing", lambda raw, _c, _d: (raw.pop("po"), raw.update(outside={"po_required": False}))),
    Plant(
        "change_request.open",
        _unbilled_only(
            _named_task("CR-3"), _outside(change_request={"number": "CR-3", "status": "approved", "amount": "900.00"})
        ),
    ),
    Plant("project.over_budget", _unbilled_only(_exact_plan)),
    Plant("project.activation_delayed", _unopened(6), named=True),
    Plant("invoice.draft_stuck", _set(draft={"month": "month-2", "days_old": 8})),
    Plant("advance.not_applied", _set(advance={"amount": "900.00", "applied": True})),
    Plant("price.differs", lambda raw, _c, _d: raw.update(rates={raw["tasks"][0]["role"]: "99.00"})),
    Plant("time.outside_assignment", _assigned("month+2 day 1")),
    Plant("budget.held", _report("budget", "project", amount="90000.00", held=False)),
    Plant("delivery.not_confirmed", _report("delivery", "contract", "Handover", status="confirmed")),
    Plant("facts.disagree", _report("billing_hold", "project", held=False, system="portal", days=9)),
    Plant("milestone.not_accepted", _milestone("accepted")),
    Plant(
        "expense.receipt_missing",
        _report("expense", "project", "EX-2", amount="77.00", receipt=False, billed=True, status="approved"),
    ),
)
