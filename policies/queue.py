"""In which order proposals are looked at: by money, by age and by risk, each graded from 0 to 3 with its reason.

The grades are added up and nothing else counts, so that whoever asks why one stands above another can count along.
Equal sums stand by money, then by age.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from domain.actions import Action
from domain.money import Money

# Amounts in the currency of the approval matrix, shares of the time to decide: from here on the next grade.
AMOUNTS = (Decimal(10_000), Decimal(50_000), Decimal(100_000))
SHARES = (Decimal("0.25"), Decimal("0.5"), Decimal("0.75"))
HIGHEST = 3
LAST_DAY = timedelta(days=1)
# What makes an invoice go to someone else, or gives money away, is looked at before what adds a record.
RISKY_TYPES = {
    "customer.set_billing_identity": "it changes where invoices go",
    "policy.change": "it changes the rules themselves",
    "person.set_rights": "it changes who may approve what",
    "execution.thaw": "it lets writing to the ERP go on",
    "finding.waive": "it lets work be billed in spite of a finding",
}
Converted = Callable[[Money], Money]


@dataclass(frozen=True)
class Grade:
    """One of money, age and risk, from 0 to 3, and why."""

    name: str
    points: int
    reason: str


@dataclass(frozen=True)
class Place:
    """An action's place in the queue. `worth` is its amount in the matrix's currency, None where there is none."""

    action: Action
    grades: tuple[Grade, ...]
    worth: Money | None

    @property
    def points(self) -> int:
        """All grades together, from 0 to 9."""
        return sum(grade.points for grade in self.grades)

    @property
    def reasons(self) -> tuple[str, ...]:
        """What counted, the highest grade first; where nothing did, why not."""
        ranked = sorted(self.grades, key=lambda grade: -grade.points)
        return tuple(grade.reason for grade in ranked if grade.points or not self.points)


def queue(actions: Iterable[Action], now: datetime, converted: Converted) -> tuple[Place, ...]:
    """The actions in the order in which to look at them.

    `converted` gives an amount in the matrix's currency and raises LookupError where no rate is in force: such an
    amount is graded as the highest, for nobody knows that it is small.
    """
    places = [_place(action, now, converted) for action in actions]
    return tuple(sorted(places, key=_order))


def _order(place: Place) -> tuple[object, ...]:
    worth = place.worth.amount if place.worth else Decimal(0)
    return -place.points, -worth, place.action.created_at, place.action.id


def _place(action: Action, now: datetime, converted: Converted) -> Place:
    worth, money = _money(action, converted)
    return Place(action, (money, _age(action, now), _risk(action)), worth)


def _money(action: Action, converted: Converted) -> tuple[Money | None, Grade]:
    amount = action.intent.amount
    if amount is None:
        return None, Grade("money", 0, "no amount")
    try:
        worth = converted(amount)
    except LookupError:
        return None, Grade("money", HIGHEST, f"{amount}, of which no exchange rate says what it is worth")
    points = sum(worth.amount > limit for limit in AMOUNTS)
    return worth, Grade("money", points, f"{amount} at stake")


def _age(action: Action, now: datetime) -> Grade:
    time, waited = action.expires_at - action.created_at, max(now - action.created_at, timedelta(0))
    days = f"waits for {waited.days} of {time.days} days"
    if action.expires_at - now <= LAST_DAY:
        return Grade("age", HIGHEST, "expired" if now >= action.expires_at else "expires within a day")
    share = Decimal(int(waited.total_seconds())) / Decimal(max(int(time.total_seconds()), 1))
    points = sum(share >= limit for limit in SHARES)
    if action.escalated_at:
        return Grade("age", HIGHEST, f"{days} and was escalated")
    return Grade("age", points, days)


def _risk(action: Action) -> Grade:
    """Two points where the customer is of a risk class of its own, two for a type that invites fraud, one for an
    earlier version that people sent back or edited.
    """
    risky = RISKY_TYPES.get(action.type)
    named = action.intent.risk not in (None, "usual")
    found = [(2, f"customer of risk class “{action.intent.risk}”")] if named else []
    found += [(2, risky)] if risky else []
    found += [(1, f"version {action.version} of the proposal")] if action.version > 1 else []
    points = min(sum(points for points, _ in found), HIGHEST)
    return Grade("risk", points, "; ".join(reason for _, reason in found) or "no risk known")
