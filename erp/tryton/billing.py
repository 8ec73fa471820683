"""Contracts, price lists and invoices, with what has been invoiced on each contract."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from domain.money import Money
from domain.records import Amendment, Attachment, Contract, ContractLine, Invoice, InvoiceLine, PriceList
from erp.tryton.parties import payment_days
from erp.tryton.sources import source
from erp.tryton.tables import Row, Tables, referenced
from erp.tryton.work import WorkTree

FORMULA = re.compile(r"^\s*(?P<list>(?:unit_price|list_price)\s*(?P<operator>\*)?\s*)?(?P<number>\d+(?:\.\d+)?)?\s*$")


class Ledger:
    """What the lines of the customer invoices stand for: contract, project, or an advance and its settlement."""

    def __init__(self, tables: Tables, tree: WorkTree) -> None:
        self._tables, self._tree = tables, tree
        self.lines = tables.grouped("account.invoice.line", "invoice")
        self.counted = {row["id"] for row in tables.rows["account.invoice"] if row["state"] != "cancelled"}
        self.advance_of = {
            row["id"]: advance["sale"]
            for row in tables.rows["account.invoice.line"]
            if (advance := tables.get("sale.advance_payment.line", _origin(row, "sale.advance_payment.line")))
        }
        self.settled_of = {
            row["id"]: self.advance_of[advance]
            for row in tables.rows["account.invoice.line"]
            if (advance := _origin(row, "account.invoice.line")) in self.advance_of
        }

    def contracts_of(self, line: Row) -> tuple[int, ...]:
        """The contracts that an invoice line bills, or whose advance it asks for or settles."""
        for advances in (self.advance_of, self.settled_of):
            if line["id"] in advances:
                return (advances[line["id"]],)
        sold = self._tables.get("sale.line", _origin(line, "sale.line"))
        if sold is not None:
            return (sold["sale"],)
        project = self._tree.of_invoice_line.get(line["id"])
        return () if project is None else self._tree.contracts[project]

    def invoiced(self) -> dict[int, Decimal]:
        """Per contract, what its invoices bill in the contract's currency; drafts count, advances do not."""
        sums: dict[int, Decimal] = {}
        for line in self._counted_lines():
            contracts = self.contracts_of(line)
            if line["id"] in self.advance_of or line["id"] in self.settled_of or not contracts:
                continue
            sums[contracts[0]] = sums.get(contracts[0], Decimal(0)) + line["amount"]
        return sums

    def advances(self) -> dict[int, Decimal]:
        """Per contract with an advance payment, what was invoiced in advance and not yet set off."""
        sums = {row["sale"]: Decimal(0) for row in self._tables.rows["sale.advance_payment.line"]}
        for line in self._counted_lines():
            # A settlement is a negative line, so that both add up to what is left.
            sale = self.advance_of.get(line["id"]) or self.settled_of.get(line["id"])
            if sale is not None:
                sums[sale] = sums.get(sale, Decimal(0)) + line["amount"]
        return sums

    def _counted_lines(self) -> list[Row]:
        return [line for line in self._tables.rows["account.invoice.line"] if line["invoice"] in self.counted]


def contracts(tables: Tables, ledger: Ledger, fetched_at: datetime) -> tuple[Contract, ...]:
    """Every sale, with lines in their order."""
    lines = tables.grouped("sale.line", "sale")
    amendments = tables.grouped("sale.amendment", "sale")
    days, invoiced, advances = payment_days(tables), ledger.invoiced(), ledger.advances()
    attachments: dict[int, list[Row]] = {}
    for row in tables.rows["ir.attachment"]:
        attachments.setdefault(referenced(row["resource"], "sale.sale") or 0, []).append(row)
    found: list[Contract] = []
    for sale in tables.rows["sale.sale"]:
        currency = tables.word("currency.currency", sale["currency"], "code") or ""
        advance = advances.get(sale["id"])
        found.append(
            Contract(
                id=str(sale["id"]),
                number=sale["number"] or "",
                customer_id=str(sale["party"]),
                state=sale["state"],
                po_number=(sale["reference"] or "").strip() or None,
                date=sale["sale_date"],
                currency=currency,
                price_list_id=None if sale["price_list"] is None else str(sale["price_list"]),
                payment_terms_days=days.get(sale["payment_term"]),
                lines=tuple(_line(tables, row, currency, fetched_at) for row in lines.get(sale["id"], [])),
                total=Money(sale["untaxed_amount"], currency),
                invoiced=Money(invoiced.get(sale["id"], Decimal(0)), currency),
                amendments=tuple(_amendment(row, fetched_at) for row in amendments.get(sale["id"], [])),
                attachments=tuple(_attachment(row, fetched_at) for row in attachments.get(sale["id"], [])),
                source=source("sale.sale", sale, fetched_at, sale["number"]),
                advance_unapplied=None if advance is None else Money(advance, currency),
                description=sale["description"] or "",
            )
        )
    return tuple(found)


def invoices(tables: Tables, tree: WorkTree, ledger: Ledger, fetched_at: datetime) -> tuple[Invoice, ...]:
    """Every customer invoice; `due` follows from its date and payment terms."""
    days = payment_days(tables)
    found: list[Invoice] = []
    for row in tables.rows["account.invoice"]:
        currency = tables.word("currency.currency", row["currency"], "code") or ""
        lines = ledger.lines.get(row["id"], [])
        net = days.get(row["payment_term"])
        found.append(
            Invoice(
                id=str(row["id"]),
                number=row["number"] or None,
                customer_id=str(row["party"]),
                state=row["state"],
                reference=row["reference"] or None,
                description=row["description"] or "",
                currency=currency,
                date=row["invoice_date"],
                due=None if row["invoice_date"] is None else row["invoice_date"] + timedelta(days=net or 0),
                untaxed=Money(row["untaxed_amount"], currency),
                total=Money(row["total_amount"], currency),
                lines=tuple(_invoice_line(tree, line, currency) for line in lines),
                contract_ids=tuple(
                    str(sale) for sale in dict.fromkeys(sale for line in lines for sale in ledger.contracts_of(line))
                ),
                source=source("account.invoice", row, fetched_at, row["number"] or f"Draft {row['id']}"),
            )
        )
    return tuple(found)


def price_lists(tables: Tables, fetched_at: datetime) -> tuple[PriceList, ...]:
    """Rate cards, priced by product name; Tryton's have no validity, and the currency is the company's."""
    lines = tables.grouped("product.price_list.line", "price_list")
    return tuple(
        PriceList(
            id=str(row["id"]),
            name=row["name"],
            currency=_company_currency(tables, row["company"]),
            prices=_prices(tables, lines.get(row["id"], [])),
            valid_from=None,
            valid_until=None,
            source=source("product.price_list", row, fetched_at, row["name"]),
        )
        for row in tables.rows["product.price_list"]
    )


def _prices(tables: Tables, lines: list[Row]) -> tuple[tuple[str, Decimal], ...]:
    """The first line that names a product decides. Lines for categories and volumes are not prices of one product."""
    prices: dict[str, Decimal] = {}
    for line in sorted(lines, key=lambda row: (row["sequence"] is None, row["sequence"] or 0, row["id"])):
        product = tables.get("product.product", line["product"])
        if product is None or line["category"] is not None or line["quantity"]:
            continue
        price = _evaluated(line["formula"], product["list_price"])
        if price is not None:
            prices.setdefault(product["name"], price)
    return tuple(prices.items())


def _evaluated(formula: str, list_price: Decimal | None) -> Decimal | None:
    """Tryton's formulas are Python; a number, the list price, and their product are understood, others are unknown."""
    match = FORMULA.match(formula)
    if match is None or not (match["list"] or match["number"]):
        return None
    try:
        factor = Decimal(match["number"] or 1)
    except InvalidOperation:
        return None
    if not match["list"]:
        return factor
    return None if list_price is None or bool(match["number"]) != bool(match["operator"]) else list_price * factor


def _company_currency(tables: Tables, company: int) -> str:
    row = tables.get("company.company", company) or tables.rows["company.company"][0]
    return tables.word("currency.currency", row["currency"], "code") or ""


def _line(tables: Tables, row: Row, currency: str, fetched_at: datetime) -> ContractLine:
    return ContractLine(
        id=str(row["id"]),
        product=tables.word("product.product", row["product"], "name"),
        description=row["description"] or "",
        quantity=Decimal(str(row["quantity"] or 0)),
        unit=tables.word("product.uom", row["unit"], "name") or "",
        unit_price=Money(row["unit_price"] or Decimal(0), currency),
        amount=Money(row["amount"] or Decimal(0), currency),
        source=source("sale.line", row, fetched_at),
    )


def _amendment(row: Row, fetched_at: datetime) -> Amendment:
    return Amendment(
        str(row["id"]), row["date"], row["state"], row["description"] or "", source("sale.amendment", row, fetched_at)
    )


def _attachment(row: Row, fetched_at: datetime) -> Attachment:
    return Attachment(str(row["id"]), row["name"], source("ir.attachment", row, fetched_at, row["name"]))


def _invoice_line(tree: WorkTree, row: Mapping[str, object], currency: str) -> InvoiceLine:
    line = int(str(row["id"]))
    project = tree.of_invoice_line.get(line)
    amount = row["amount"]
    return InvoiceLine(
        id=str(line),
        project_id=None if project is None else str(project),
        description=str(row["description"] or ""),
        amount=Money(amount if isinstance(amount, Decimal) else Decimal(0), currency),
    )


def _origin(line: Row, model: str) -> int | None:
    return referenced(line["origin"], model)
