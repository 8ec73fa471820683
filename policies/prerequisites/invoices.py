"""Prerequisites of what was invoiced before: nothing twice, and no draft forgotten."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from domain.records import Invoice
from policies.prerequisites.case import Case
from policies.prerequisites.items import words
from policies.prerequisites.judgement import Judgement, counted, fails, not_applicable, passes, unknown


def duplicate(case: Case) -> Judgement:
    """No two invoices of one month ask for the same work twice; a credit note of the same amount settles one."""
    if all(invoice.state == "cancelled" for invoice in case.facts.invoices):
        return not_applicable("Nothing was invoiced before.")
    if twice := repeated(case.facts.invoices):
        numbers = ", ".join(sorted(invoice.number or f"draft {invoice.id}" for invoice in twice))
        return fails(f"Invoices {numbers} ask for the same.").citing(*(invoice.source for invoice in twice))
    return passes("No invoice repeats another.")


def repeated(invoices: Iterable[Invoice]) -> list[Invoice]:
    """Of one project's invoices those that ask for the same as another of them."""
    live = [invoice for invoice in invoices if invoice.state != "cancelled"]
    alike: dict[tuple[object, ...], list[Invoice]] = defaultdict(list)
    for invoice in live:
        if invoice.untaxed.amount > 0:
            alike[_likeness(invoice)].append(invoice)
    return [i for same in alike.values() for i in _repeated(same, _credits(live, same[0]))]


def _likeness(invoice: Invoice) -> tuple[object, ...]:
    said = tuple(sorted(words(line.description) for line in invoice.lines))
    return (invoice.customer_id, invoice.currency, invoice.untaxed.amount, invoice.reference or "", said)


def _credits(live: list[Invoice], invoice: Invoice) -> int:
    """How many credit notes of exactly this amount the customer has."""
    return sum(i.currency == invoice.currency and i.untaxed.amount == -invoice.untaxed.amount for i in live)


def _repeated(same: list[Invoice], credited: int) -> list[Invoice]:
    """Those of one month, drafts without a date among them, when more than one remains after credit notes."""
    months = {f"{i.date:%Y-%m}" for i in same if i.date} or {""}
    of_month = [[i for i in same if i.date is None or f"{i.date:%Y-%m}" == month] for month in sorted(months)]
    return list({i.id: i for found in of_month if len(found) - credited > 1 for i in found}.values())


def draft_stuck(case: Case) -> Judgement:
    """A draft older than a month was forgotten or waits for someone."""
    days = case.threshold("invoice.draft_stuck", "days")
    drafts = [invoice for invoice in case.facts.invoices if invoice.state == "draft"]
    if not drafts:
        return not_applicable("There is no draft invoice.")
    old = [i for i in drafts if i.date and (case.today - i.date).days > days]
    if old:
        said = f"{counted(len(old), 'draft invoice')} older than {days} days."
        return fails(said).citing(*(invoice.source for invoice in old))
    if any(invoice.date is None for invoice in drafts):
        return unknown("The ERP does not say since when the draft invoice waits.")
    return passes("No draft invoice is older than a month.").citing(*(invoice.source for invoice in drafts))


def waiting(case: Case) -> Judgement:
    """An invoice that was checked is posted and sent; one that waits for it is money that nobody asks for."""
    days = case.threshold("invoice.waiting", "days")
    checked = [invoice for invoice in case.facts.invoices if invoice.state == "validated"]
    if not checked:
        return not_applicable("No invoice waits to be posted.")
    old = [i for i in checked if i.date and (case.today - i.date).days > days]
    if old:
        numbers = ", ".join(invoice.number or f"draft {invoice.id}" for invoice in old)
        return fails(f"{numbers} validated more than {days} days ago and not posted.").citing(*(i.source for i in old))
    if any(invoice.date is None for invoice in checked):
        return unknown("The ERP does not say since when the invoice waits.")
    return passes(f"No invoice waits for more than {days} days.").citing(*(i.source for i in checked))


RULES: Mapping[str, Callable[[Case], Judgement]] = {
    "invoice.duplicate": duplicate,
    "invoice.draft_stuck": draft_stuck,
    "invoice.waiting": waiting,
}
