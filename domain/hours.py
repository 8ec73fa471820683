"""Hours of work as invoices and people have them, to the hundredth; records keep more digits, for sums of minutes."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

HUNDREDTH = Decimal("0.01")


def hundredths(hours: Decimal) -> Decimal:
    """Rounded to the hundredth, ties to even, as Tryton rounds the quantity of an invoice line in hours."""
    return hours.quantize(HUNDREDTH, ROUND_HALF_EVEN)


def plainly(hours: Decimal) -> str:
    """Rounded and without needless zeros: "7.5"."""
    return f"{hundredths(hours).normalize():f}"
