"""Money is an exact Decimal with its currency; two currencies never meet without a dated rate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from domain.errors import CurrencyMismatch

# ISO 4217 minor units where they differ from two.
MINOR_UNITS = {"JPY": 0, "KRW": 0, "CLP": 0, "ISK": 0, "BHD": 3, "KWD": 3, "JOD": 3, "TND": 3}
SMALLEST = {currency: Decimal(1).scaleb(-places) for currency, places in MINOR_UNITS.items()}
CENT = Decimal("0.01")


@dataclass(frozen=True, order=False)
class Money:
    """An amount in one currency (ISO 4217 code)."""

    amount: Decimal
    currency: str

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __mul__(self, factor: Decimal | int) -> Money:
        return Money(self.amount * factor, self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __bool__(self) -> bool:
        return bool(self.amount)

    def _same(self, other: Money) -> Decimal:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} cannot be combined without a dated rate.")
        return other.amount

    @property
    def rounded(self) -> Money:
        """The amount rounded half up to the currency's minor unit, as invoices are."""
        return Money(self.amount.quantize(SMALLEST.get(self.currency, CENT), ROUND_HALF_UP), self.currency)

    @property
    def minor(self) -> int:
        """The amount in minor units (cents), for engines that know integers only."""
        return int(self.rounded.amount.scaleb(MINOR_UNITS.get(self.currency, 2)))

    def __str__(self) -> str:
        return f"{self.currency} {self.rounded.amount:,f}"


def totals(amounts: Iterable[Money]) -> tuple[Money, ...]:
    """One sum per currency, ordered by currency code; currencies are never added up."""
    sums: dict[str, Decimal] = {}
    for money in amounts:
        sums[money.currency] = sums.get(money.currency, Decimal(0)) + money.amount
    return tuple(Money(amount, currency) for currency, amount in sorted(sums.items()))
