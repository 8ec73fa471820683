"""Customers out of parties, addresses, identifiers and contact mechanisms."""

from __future__ import annotations

from datetime import datetime

from domain.records import Address, Customer
from domain.unknown import Unknown
from erp.tryton.sources import source
from erp.tryton.tables import Row, Tables

NO_CREDIT_LIMIT = Unknown("This Tryton keeps no credit limits.", "erp")


def customers(tables: Tables, fetched_at: datetime) -> tuple[Customer, ...]:
    """Every party that is neither the firm itself nor one of its employees."""
    own = {row["party"] for model in ("company.company", "company.employee") for row in tables.rows[model]}
    addresses = tables.grouped("party.address", "party")
    identifiers = tables.grouped("party.identifier", "party")
    contacts = tables.grouped("party.contact_mechanism", "party")
    days = payment_days(tables)
    return tuple(
        Customer(
            id=str(party["id"]),
            code=party["code"] or "",
            name=party["name"] or "",
            country=_country(tables, addresses.get(party["id"], [])),
            tax_identifiers=tuple((row["type"] or "", row["code_compact"]) for row in identifiers.get(party["id"], [])),
            invoice_address=_invoice_address(tables, addresses.get(party["id"], [])),
            billing_emails=tuple(row["value"] for row in contacts.get(party["id"], []) if row["invoice"]),
            payment_terms_days=days.get(party["customer_payment_term"]),
            source=source("party.party", party, fetched_at, party["name"]),
            credit_limit=NO_CREDIT_LIMIT,
        )
        for party in tables.rows["party.party"]
        if party["id"] not in own
    )


def payment_days(tables: Tables) -> dict[int | None, int]:
    """Payment terms in net days, by id: the latest instalment counts; a month counts 30 days."""
    deltas = tables.grouped("account.invoice.payment_term.line.delta", "line")
    lines = tables.grouped("account.invoice.payment_term.line", "payment")
    return {
        term["id"]: max((_days(deltas.get(line["id"], [])) for line in lines.get(term["id"], [])), default=0)
        for term in tables.rows["account.invoice.payment_term"]
    }


def _days(deltas: list[Row]) -> int:
    return sum((row["days"] or 0) + 7 * (row["weeks"] or 0) + 30 * (row["months"] or 0) for row in deltas)


def _invoice_address(tables: Tables, addresses: list[Row]) -> Address | None:
    marked = [row for row in addresses if row["invoice"]]
    if not marked:
        return None
    row = marked[0]
    return Address(
        street=row["street"] or "",
        postal_code=row["postal_code"] or "",
        city=row["city"] or "",
        country=tables.word("country.country", row["country"], "code") or "",
    )


def _country(tables: Tables, addresses: list[Row]) -> str | None:
    for row in sorted(addresses, key=lambda address: not address["invoice"]):
        if row["country"] is not None:
            return tables.word("country.country", row["country"], "code")
    return None
