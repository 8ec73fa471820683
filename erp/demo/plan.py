"""The demo firm before it is written anywhere: the data files read, dated and turned into records-to-be. Pure."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from erp.demo.moments import moment, month_end, month_start, offset_of, working_days
from erp.demo.sows import Sow, load
from erp.demo.variant import variant

DATA = Path(__file__).parent / "data"
LAST_BILLED = -2  # the month before last is invoiced; everything since is open
FIRST_MONTH = -8  # nine months of time: eight complete ones and the present
ADVANCE_NAME = "Advance payment"


@dataclass(frozen=True)
class Entry:
    """Time of one person on one day. `billed_month` is the offset of the month it was invoiced for, None if open."""

    task: str
    person: str
    day: date
    hours: Decimal
    billed_month: int | None


@dataclass(frozen=True)
class PlannedTask:
    """A task people record time on. A price of None was never set; of zero, is not billed."""

    name: str
    role: str
    price: Decimal | None
    people: tuple[str, ...]
    hours: Decimal
    effort: int
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Milestone:
    """Something billed as a whole: `delivered` when the work is done, `billed` when it was invoiced."""

    name: str
    due: date
    amount: Decimal
    delivered: bool
    billed: date | None


@dataclass(frozen=True)
class Engagement:
    """A contract and the project under it, either of which may be missing."""

    key: str
    customer: str | None
    title: str
    code: str
    has_contract: bool
    has_project: bool
    status: str
    state: str
    billing: str
    currency: str
    signed: date
    start: date
    po_number: str
    agreed_po: str
    po_required: bool
    payment_days: int | None
    rates: Mapping[str, Decimal]
    total: Decimal | None
    tasks: tuple[PlannedTask, ...]
    milestones: tuple[Milestone, ...]
    project_customer: str | None
    sow_files: tuple[str, ...]
    raw: Mapping[str, Any] = field(repr=False)

    @property
    def subject(self) -> str:
        """How other systems name the project: by its code, or by its title while it has none."""
        return self.code or self.title

    def unbilled(self) -> Decimal:
        """What the open entries, or the delivered milestones, come to."""
        return self._worth(billed=False)

    def invoiced(self) -> Decimal:
        """What was invoiced of time or milestones."""
        return self._worth(billed=True)

    def _worth(self, *, billed: bool) -> Decimal:
        if self.billing == "timesheet":
            entries = ((entry, task.price or Decimal(0)) for task in self.tasks for entry in task.entries)
            amounts = [entry.hours * price for entry, price in entries if (entry.billed_month is not None) == billed]
        else:
            amounts = [m.amount for m in self.milestones if m.delivered and (m.billed is not None) == billed]
        return sum(amounts, Decimal(0)).quantize(Decimal("0.01"))


@dataclass(frozen=True)
class Plan:
    """The whole firm, as of `today`."""

    today: date
    customers: Mapping[str, Mapping[str, Any]]
    people: Mapping[str, str]
    roles: Mapping[str, Decimal]
    engagements: tuple[Engagement, ...]
    won: tuple[Sow, ...] = ()  # statements of work that were sold, of which the ERP has nothing yet

    def engagement(self, key: str) -> Engagement:
        """The engagement with this key."""
        return next(found for found in self.engagements if found.key == key)


def read_plan(today: date, folder: Path = DATA, *, seed: int = 0) -> Plan:
    """The firm as the data files describe it, or that of a seed, dated from `today`."""
    people = _toml(folder / "people.toml")
    customers: Mapping[str, Mapping[str, Any]] = {
        row["key"]: row for row in _toml(folder / "customers.toml")["customer"]
    }
    roles = {role: Decimal(price) for role, price in people["roles"].items()}
    sows: Sequence[Mapping[str, Any]] = _toml(folder / "sows.toml")["sow"]
    raws: Sequence[Mapping[str, Any]] = _toml(folder / "engagements.toml")["engagement"]
    if seed:
        other = variant(seed, people["people"])
        customers, raws, sows = other.customers, other.engagements, []
    calendar = _Calendar(today, tuple(people["people"]))
    engagements = tuple(
        _engagement(raw, [sow for sow in sows if sow.get("contract") == raw["key"]], customers, roles, calendar)
        for raw in raws
    )
    won = () if seed else tuple(sow for sow in load(today) if sow.opportunity)
    return Plan(today, customers, people["people"], roles, engagements, won)


class _Calendar:
    """Spreads everybody's days so that nobody works on everything at once."""

    def __init__(self, today: date, people: tuple[str, ...]) -> None:
        self.today = today
        self.people = people
        self._load: dict[tuple[str, date], Decimal] = {}

    def take(self, person: str, days: list[date], count: int, hours: Decimal) -> list[date]:
        """The `count` days on which the person has recorded least so far, spread evenly among equals."""
        if count == 0:
            return []
        stride = max(1, len(days) // count)
        spread = {day: (index % stride, index) for index, day in enumerate(days)}
        ranked = sorted(days, key=lambda day: (self._load.get((person, day), Decimal(0)), spread[day]))
        chosen = sorted(ranked[:count])
        for day in chosen:
            self._load[person, day] = self._load.get((person, day), Decimal(0)) + hours
        return chosen


def _engagement(
    raw: Mapping[str, Any],
    sows: list[Mapping[str, Any]],
    customers: Mapping[str, Mapping[str, Any]],
    roles: Mapping[str, Decimal],
    calendar: _Calendar,
) -> Engagement:
    sow = next((found for found in sows if "amends" not in found), {})
    entered = {**sow.get("erp", {}), **raw.get("erp", {})}
    customer = sow.get("customer", raw.get("customer"))
    signed, start = _dates(raw, sow, calendar.today)
    rates = _rates(raw, sows, entered)
    total = raw.get("total") or sow.get("total") or sow.get("not_to_exceed")
    payment = entered.get("payment_days", sow.get("payment_days"))
    return Engagement(
        key=raw["key"],
        customer=customer,
        title=sow.get("project") or raw.get("project") or raw["title"],
        code=raw.get("code", ""),
        has_contract=raw.get("contract", True),
        has_project=raw.get("project", True) is not False,
        status=raw.get("status", "open"),
        state=raw.get("state", "processing"),
        billing=raw.get("billing", "timesheet"),
        currency=sow.get("currency", "EUR"),
        signed=signed,
        start=start,
        **_order(raw, sow, entered),
        payment_days=payment if payment or customer is None else customers[customer].get("terms_days"),
        rates=rates,
        total=Decimal(total) if total else None,
        tasks=tuple(_task(task, raw, start, rates, roles, calendar) for task in raw.get("tasks", ())),
        milestones=tuple(_milestones(raw, sow, calendar.today)),
        project_customer=entered.get("project_customer", customer),
        sow_files=tuple(found["file"] for found in sows),
        raw=raw,
    )


def _order(raw: Mapping[str, Any], sow: Mapping[str, Any], entered: Mapping[str, Any]) -> dict[str, Any]:
    """The purchase order as it was agreed, and as it was entered."""
    agreed = sow.get("po_number", raw.get("po", ""))
    required = sow.get("po_required", raw.get("outside", {}).get("po_required", True))
    return {"po_number": entered.get("po_number", agreed), "agreed_po": agreed, "po_required": required}


def _dates(raw: Mapping[str, Any], sow: Mapping[str, Any], today: date) -> tuple[date, date]:
    if "signed_days_ago" in raw:
        signed = today - timedelta(days=raw["signed_days_ago"])
        return signed, today - timedelta(days=raw.get("start_days_ago", raw["signed_days_ago"]))
    start = moment(sow.get("start") or raw["start"], today)
    return moment(sow.get("signed") or raw.get("signed") or raw["start"], today), start


def _rates(raw: Mapping[str, Any], sows: list[Mapping[str, Any]], entered: Mapping[str, Any]) -> dict[str, Decimal]:
    stated = {rate["role"]: rate["amount"] for sow in sows for rate in sow.get("rates", ()) if "per" not in rate}
    return {
        role: Decimal(amount) for role, amount in {**stated, **raw.get("rates", {}), **entered.get("rates", {})}.items()
    }


def _task(
    task: Mapping[str, Any],
    raw: Mapping[str, Any],
    start: date,
    rates: Mapping[str, Decimal],
    roles: Mapping[str, Decimal],
    calendar: _Calendar,
) -> PlannedTask:
    hours = Decimal(str(task.get("hours", 6)))
    if "price" in task:
        price = Decimal(task["price"]) if task["price"] else None
    else:
        price = rates.get(task["role"], roles.get(task["role"]))
    if raw.get("billing", "timesheet") != "timesheet":
        price = Decimal(0)
    entries = tuple(_entries(task, start, hours, calendar))
    planned = sum((entry.hours for entry in entries), Decimal(0))
    effort = task.get("effort") or max(40, math.ceil(planned * Decimal("1.3") / 20) * 20)
    return PlannedTask(task["name"], task["role"], price, tuple(task["people"]), hours, effort, entries)


def _entries(task: Mapping[str, Any], start: date, hours: Decimal, calendar: _Calendar) -> list[Entry]:
    today = calendar.today
    months = range(max(FIRST_MONTH, offset_of(start, today)), LAST_BILLED + 1)
    monthly = task["monthly"] if isinstance(task["monthly"], list) else [task["monthly"]] * len(months)
    open_from = moment(task["open_from"], today) if "open_from" in task else month_start(LAST_BILLED + 1, today)
    entries: list[Entry] = []
    for person in calendar.people if task["people"] == ["everybody"] else task["people"]:
        for offset, count in zip(months, monthly, strict=False):
            days = working_days(max(start, month_start(offset, today)), month_end(offset, today))
            taken = calendar.take(person, days, count, hours)
            entries += [Entry(task["name"], person, day, hours, offset) for day in taken]
        days = working_days(max(start, open_from), today - timedelta(days=1))
        taken = calendar.take(person, days, task["open"], hours)
        entries += [Entry(task["name"], person, day, hours, None) for day in taken]
    return entries


def _milestones(raw: Mapping[str, Any], sow: Mapping[str, Any], today: date) -> list[Milestone]:
    if raw.get("billing") != "effort":
        return []
    stated = raw.get("milestones") or sow.get("milestones", [])
    return [
        Milestone(
            name=row["name"],
            due=moment(row["due"], today),
            amount=Decimal(row["amount"]),
            delivered=number <= raw["delivered"],
            billed=moment(row.get("billed", row["due"]), today) if number <= raw["billed"] else None,
        )
        for number, row in enumerate(stated, 1)
    ]


def _toml(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))
