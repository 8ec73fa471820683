"""Who bought, what was won, and under which contract: the first three records of a set-up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from domain.actions import Origin
from domain.facts import FactKind, OutsideFact
from domain.records import Contract, Customer
from policies.prerequisites.outside import number as exact
from policies.prerequisites.outside import source_of
from tools.catalogue import key
from tools.codes import Paper
from tools.opportunity.fields import (
    AGREED,
    DIFFERS,
    IN_ERP,
    NOT_STATED,
    REPORTED,
    TO_SET_UP,
    UNREPORTED,
    Field,
    against,
    first,
    optional,
    priced,
    recorded,
    stated,
)

SPEAKS_OF_IT = 70  # of 100: an opportunity's name and a line of the document mean the same work


def won(
    reports: Sequence[OutsideFact], paper: Paper, customer: Customer | None, contract: Contract | None
) -> OutsideFact | None:
    """The newest won one that names the contract or the document's number, else the customer's for this work."""
    found = [
        one for one in reports if one.kind is FactKind.OPPORTUNITY and str(one.value.get("status")).lower() == "won"
    ]
    refs = paper.work.references | ({key(contract.number)} if contract else set())
    named = [one for one in found if one.value.get("number") and key(str(one.value["number"])) in refs]
    mine = [one for one in found if customer and key(one.subject.partition("/")[0]) == key(customer.code)]
    close = [one for one in mine if any(_speaks(line, one) for line in paper.work.lines)]
    return max(named or close, key=lambda one: one.reported_at, default=None)


def _speaks(line: str, one: OutsideFact) -> bool:
    return fuzz.token_set_ratio(line.casefold(), one.subject.partition("/")[2].casefold()) >= SPEAKS_OF_IT


def opportunity_fields(found: OutsideFact | None, paper: Paper, *, covered: bool) -> Iterator[Field]:
    """What the sales system says was won, beside the document's value. `covered`: some system reports opportunities."""
    if found is None:
        note = "The document alone speaks for this work: "
        note += "no won opportunity names it." if covered else "no system reports opportunities."
        yield Field("Won", None, NOT_STATED if covered else UNREPORTED, note=note)
        return
    origin = Origin("system", source_of(found))
    yield Field("Name", found.subject.partition("/")[2], REPORTED, origin)
    yield Field("Won on", found.value.get("on") or found.reported_at.date().isoformat(), REPORTED, origin)
    amount, currency = exact(found.value.get("amount")), found.value.get("currency")
    if amount is not None:
        field = Field("Amount", priced(amount, currency), REPORTED, origin)
        value = first(paper.terms, "total_value") or first(paper.terms, "not_to_exceed")
        stated_in = first(paper.terms, "currency")
        if value is not None and (exact(value) != amount or (stated_in or currency) != currency):
            field = replace(field, state=DIFFERS, note=f"The document says {value} {stated_in or ''}".strip() + ".")
        yield field


def customer_fields(paper: Paper, customer: Customer | None) -> Iterator[Field]:
    """The client as the ERP bills it, or what must be known before it can."""
    if customer is None:
        yield stated(paper.terms, "Name", "client")
        yield Field("Invoice address", None, NOT_STATED, note="Ask the client.")
        yield Field("Tax identifier", None, NOT_STATED, note="Ask the client.")
        yield from optional(paper.terms, "Invoices go to", "invoice_delivery")
        return
    origin, where = recorded(customer), customer.invoice_address
    address = f"{where.street}, {where.postal_code} {where.city}, {where.country}" if where else None
    tax = ", ".join(code for _, code in customer.tax_identifiers) or None
    yield Field("Name", customer.name, IN_ERP, origin)
    for name, value in (("Invoice address", address), ("Tax identifier", tax)):
        note = "" if value else "The ERP has none: ask the client."
        yield Field(name, value, IN_ERP if value else NOT_STATED, origin if value else None, note)
    for field in optional(paper.terms, "Invoices go to", "invoice_delivery"):
        there = [one for one in customer.billing_emails if one.casefold() in str(field.value).casefold()]
        yield against(field, field.value if there else ", ".join(customer.billing_emails), customer)


def contract_fields(paper: Paper, contract: Contract | None) -> Iterator[Field]:
    """What the document agrees, beside the ERP's contract where it has one."""
    currency = first(paper.terms, "currency")
    required = first(paper.terms, "po_required") is True
    fields = (
        stated(paper.terms, "Statement of work", "document_number", "The document has no number."),
        *(
            (stated(paper.terms, "Purchase order", "po_number"),)
            if required
            else optional(paper.terms, "Purchase order", "po_number")
        ),
        stated(paper.terms, "Begins", "effective_date"),
        _ends(paper),
        stated(paper.terms, "Currency", "currency"),
        stated(paper.terms, "Payment terms, days", "payment_terms_days"),
        *optional(paper.terms, "Total value", "total_value"),
        *optional(paper.terms, "Not to exceed", "not_to_exceed"),
        *optional(paper.terms, "Expenses", "expenses"),
        *optional(paper.terms, "Expenses, at most", "expense_cap"),
    )
    if contract is not None:
        yield Field("Record", contract.number, IN_ERP, recorded(contract))
    money = ("Total value", "Not to exceed", "Expenses, at most")
    for field in fields:
        shown = replace(field, value=priced(field.value, currency)) if field.name in money else field
        yield shown if contract is None else _beside(shown, contract)


def _ends(paper: Paper) -> Field:
    ends = stated(paper.terms, "Ends", "end_date")
    length = optional(paper.terms, "Ends", "term")
    return replace(length[0], note="A length, counted from the beginning.") if ends.value is None and length else ends


def _beside(field: Field, contract: Contract) -> Field:
    fields = {
        "Purchase order": contract.po_number,
        "Currency": contract.currency,
        "Payment terms, days": contract.payment_terms_days,
    }
    if field.name not in fields:
        return replace(field, state=AGREED) if field.state == TO_SET_UP else field
    there = fields[field.name]
    return against(field, there, contract) if there else replace(field, note=f"Contract {contract.number} has none.")
