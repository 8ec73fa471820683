"""A whole engagement in one Tryton transaction: customer, price list, contract and project, all or nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from trytond.exceptions import UserError

from erp.tryton.connector.parts import (
    Arguments,
    address_values,
    company_of,
    existing,
    fixed_fee,
    hourly,
    new_project,
)


def set_up_engagement(pool: Any, arguments: Arguments) -> list[Any]:
    """The project, and after it whatever was made for it."""
    made: list[Any] = []
    if arguments.get("customer_id"):
        party = existing(pool, "party.party", arguments["customer_id"])
    else:
        party = _customer(pool, arguments)
        made.append(party)
    listed = _price_list(pool, arguments) if arguments.get("price_list_name") else None
    made += [listed] if listed else []
    if arguments.get("contract_id"):
        sale = existing(pool, "sale.sale", arguments["contract_id"])
        if sale.party != party:
            raise UserError(f"Contract {sale.number} is not of customer {party.rec_name}.")
    else:
        sale = _contract(pool, arguments, party, listed)
        made.append(sale)
    opens = arguments.get("opens")
    starts = date.fromisoformat(opens) if opens else pool.get("ir.date").today()
    return [new_project(pool, arguments, party, sale, starts=starts), *made]


def _customer(pool: Any, arguments: Arguments) -> Any:
    model, name = pool.get("party.party"), arguments["customer_name"]
    model.lock()  # Tryton lets two parties have one name: two approved actions must not both make it
    if model.search([("name", "ilike", name)], limit=1):
        raise UserError(f"There is a party {name} already.")
    address, tax, email = (arguments.get(part) for part in ("invoice_address", "tax_identifier", "billing_email"))
    days = arguments.get("payment_terms_days")
    contact = {"type": "email", "value": email, "invoice": True}
    (party,) = model.create(
        [
            {
                "name": name,
                "customer_payment_term": None if days is None else _payment_term(pool, days),
                "addresses": [("create", [address_values(pool, address)])] if address else [],
                "contact_mechanisms": [("create", [contact])] if email else [],
                "identifiers": [("create", [{"type": tax["type"], "code": tax["code"]}])] if tax else [],
            }
        ]
    )
    return party


def _payment_term(pool: Any, days: int) -> int:
    """The payment term of so many days net, counted as the reader counts: a month is 30 days."""
    for term in pool.get("account.invoice.payment_term").search([], order=[("id", "ASC")]):
        deltas = [
            sum((d.days or 0) + 7 * (d.weeks or 0) + 30 * (d.months or 0) for d in line.relativedeltas)
            for line in term.lines
        ]
        if max(deltas, default=0) == days:
            return int(term.id)
    raise UserError(f"Tryton has no payment term of {days} days net; add it and try again.")


def _price_list(pool: Any, arguments: Arguments) -> Any:
    company = company_of(pool)
    if arguments.get("currency") != company.currency.code:
        raise UserError(f"This Tryton keeps price lists in {company.currency.code} only.")
    lines: list[dict[str, Any]] = []
    for rate in arguments["rates"]:
        product = hourly(pool, rate["name"])
        if product is None:
            raise UserError(f"Tryton has no service {rate['name']!r} that is sold by the hour.")
        lines.append({"product": product, "formula": str(Decimal(rate["price"]))})
    values = {"name": arguments["price_list_name"], "company": company.id, "lines": [("create", lines)]}
    return pool.get("product.price_list").create([values])[0]


def _contract(pool: Any, arguments: Arguments, party: Any, listed: Any | None) -> Any:
    """A quotation: a person confirms it when the client has signed, which is an action of its own."""
    currency = pool.get("currency.currency").search([("code", "=", arguments["currency"])], limit=1)
    if not currency:
        raise UserError(f"Tryton knows no currency {arguments['currency']}.")
    address, days, signed = (
        party.address_get("invoice"),
        arguments.get("payment_terms_days"),
        arguments["contract_date"],
    )
    model = pool.get("sale.sale")
    (sale,) = model.create(
        [
            {
                "company": company_of(pool).id,
                "party": party.id,
                "invoice_address": address and address.id,
                "shipment_address": address and address.id,
                "sale_date": date.fromisoformat(signed) if signed else None,
                "currency": currency[0].id,
                "description": arguments["contract_title"],
                "reference": arguments.get("po_number"),
                "invoice_method": "manual",
                "payment_term": None if days is None else _payment_term(pool, days),
                "price_list": listed and listed.id,
                "lines": [("create", [_line(pool, line) for line in arguments["lines"]])],
            }
        ]
    )
    model.quote([sale])
    return model(sale.id)


def _line(pool: Any, line: Arguments) -> dict[str, Any]:
    product = hourly(pool, line["name"]) or fixed_fee(pool)
    unit = pool.get("product.product")(product).default_uom.id if product else None
    return {
        "type": "line",
        "product": product,
        "unit": unit,
        "description": line["name"],
        "quantity": float(line["quantity"]),
        "unit_price": Decimal(line["price"]),
    }


def confirm_contract(pool: Any, arguments: Arguments) -> Any:
    """Tryton's own buttons, one after the other, so that nothing is left to a later queue."""
    model = pool.get("sale.sale")
    sale = existing(pool, "sale.sale", arguments["contract_id"])
    if sale.state == "draft":
        model.quote([sale])
    if sale.state != "quotation":
        raise UserError(f"Contract {sale.number} is {sale.state}; only a quotation is confirmed.")
    model.confirm([sale])
    model.process([model(sale.id)])
    return model(sale.id)
