"""What everything else refers to: company, chart of accounts, fiscal years, terms, parties, employees, roles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from proteus import Wizard
from stdnum import get_cc_module

from erp.demo.plan import Plan
from erp.demo.seeding import bulk

FIRM = "Northlight Consulting"
STATUSES = {"On Hold": "on_hold", "Cancelled": "cancelled"}
FIXED_FEE = "Fixed fee"
USD_PER_EUR = Decimal("1.09")
COUNTRIES = {
    "AT": ("Austria", "AUT", "040"),
    "CH": ("Switzerland", "CHE", "756"),
    "DE": ("Germany", "DEU", "276"),
    "GB": ("United Kingdom", "GBR", "826"),
    "IE": ("Ireland", "IRL", "372"),
    "US": ("United States", "USA", "840"),
}
CURRENCIES = {"EUR": ("Euro", "978", "€"), "USD": ("US Dollar", "840", "$")}


@dataclass
class Masters:
    """The ids that later steps need, by our own keys."""

    company: int
    currencies: dict[str, int] = field(default_factory=dict[str, int])
    parties: dict[str, int] = field(default_factory=dict[str, int])
    addresses: dict[str, int] = field(default_factory=dict[str, int])
    employees: dict[str, int] = field(default_factory=dict[str, int])
    products: dict[str, int] = field(default_factory=dict[str, int])
    terms: dict[int, int] = field(default_factory=dict[int, int])
    accounts: dict[str, int] = field(default_factory=dict[str, int])
    statuses: dict[str, int] = field(default_factory=dict[str, int])
    units: dict[str, int] = field(default_factory=dict[str, int])
    journal: int = 0


def seed_masters(plan: Plan, config: Any) -> Masters:
    """Everything of this module, in the order in which the parts need each other."""
    currencies = _currencies(plan.today)
    countries = _countries()
    company = _company(currencies["EUR"], config)
    masters = Masters(company.id, {code: currency.id for code, currency in currencies.items()})
    _numbering()
    masters.accounts = _accounts(company, config)
    _fiscal_years(plan.today, company)
    masters.journal = bulk.model("account.journal").find([("type", "=", "revenue")])[0].id
    masters.terms = _payment_terms(plan)
    masters.units = {unit.name: unit.id for unit in bulk.model("product.uom").find([("name", "in", ["Hour", "Unit"])])}
    masters.products = _products(plan.roles, masters)
    masters.statuses = _statuses()
    masters.employees = _employees(plan.people, company)
    _customers(plan, masters, countries)
    return masters


def _currencies(today: date) -> dict[str, Any]:
    currency_model = bulk.model("currency.currency")
    found: dict[str, Any] = {}
    for code, (name, numeric, symbol) in CURRENCIES.items():
        currency = currency_model(name=name, code=code, numeric_code=numeric, symbol=symbol)
        currency.rounding = Decimal("0.01")
        currency.digits = 2
        rate = currency.rates.new()
        rate.date = today - timedelta(days=800)
        rate.rate = Decimal(1) if code == "EUR" else USD_PER_EUR
        currency.save()
        found[code] = currency
    return found


def _countries() -> dict[str, Any]:
    country_model = bulk.model("country.country")
    found: dict[str, Any] = {}
    for code, (name, code3, numeric) in COUNTRIES.items():
        found[code] = country_model(name=name, code=code, code3=code3, code_numeric=numeric)
        found[code].save()
    return found


def _company(currency: Any, config: Any) -> Any:
    party = bulk.model("party.party")(name=FIRM)
    party.save()
    wizard: Any = Wizard("company.company.config")
    wizard.execute("company")
    wizard.form.party = party
    wizard.form.currency = currency
    wizard.execute("add")
    config._context = bulk.model("res.user").get_preferences(True, {})  # noqa: SLF001 - proteus' own recipe
    return bulk.model("company.company").find()[0]


def _numbering() -> None:
    for name, prefix, padding in (("Sale", "C-", 5), ("Work Effort", "W-", 5), ("Party", "", 5)):
        sequences = bulk.model("ir.sequence").find([("sequence_type.name", "=", name)])
        for sequence in sequences:
            sequence.prefix, sequence.padding = prefix, padding
            sequence.save()


def _accounts(company: Any, config: Any) -> dict[str, int]:
    data = bulk.model("ir.model.data")
    template = bulk.model("account.account.template")(data.get_id("account.account_template_root_en", config.context))
    chart: Any = Wizard("account.create_chart")
    chart.execute("account")
    chart.form.account_template = template
    chart.form.company = company
    chart.execute("create_account")
    account_model = bulk.model("account.account")
    kinds = ("receivable", "payable", "revenue", "expense", "unearned_revenue")
    found: dict[str, Any] = {}
    for kind in kinds:
        (found[kind],) = account_model.find([(f"type.{kind}", "=", True), ("closed", "!=", True)], limit=1)
    chart.form.account_receivable = found["receivable"]
    chart.form.account_payable = found["payable"]
    chart.form.category_account_expense = found["expense"]
    chart.form.category_account_revenue = found["revenue"]
    chart.execute("create_properties")
    settings = bulk.model("account.configuration")(1)
    settings.currency_exchange_credit_account = found["revenue"]
    settings.currency_exchange_debit_account = found["expense"]
    settings.save()
    return {kind: account.id for kind, account in found.items()}


def _fiscal_years(today: date, company: Any) -> None:
    types = {found.name: found for found in bulk.model("ir.sequence.type").find()}
    strict = bulk.model("ir.sequence.strict")
    for year in (today.year - 1, today.year, today.year + 1):
        moves = strict(name=f"Moves {year}", sequence_type=types["Account Move"], company=company)
        numbers = strict(name=f"Invoices {year}", sequence_type=types["Invoice"], company=company)
        numbers.prefix, numbers.padding = f"INV-{year}-", 4
        moves.save()
        numbers.save()
        fiscal_year = bulk.model("account.fiscalyear")(name=str(year), company=company)
        fiscal_year.start_date, fiscal_year.end_date = date(year, 1, 1), date(year, 12, 31)
        fiscal_year.move_sequence = moves
        (sequences,) = fiscal_year.invoice_sequences
        for kind in ("out_invoice", "in_invoice", "out_credit_note", "in_credit_note"):
            setattr(sequences, f"{kind}_sequence", numbers)
        fiscal_year.save()
        fiscal_year.click("create_period")


def _payment_terms(plan: Plan) -> dict[int, int]:
    used = {found.payment_days for found in plan.engagements} | {
        customer.get("terms_days") for customer in plan.customers.values()
    }
    terms: dict[int, int] = {}
    for days in sorted(found for found in used if found):
        term = bulk.model("account.invoice.payment_term")(name=f"{days} days net")
        line = term.lines.new(type="remainder")
        line.relativedeltas.new(days=days)
        term.save()
        terms[days] = term.id
    return terms


def _products(roles: Mapping[str, Decimal], masters: Masters) -> dict[str, int]:
    category = bulk.model("product.category")(name="Services", accounting=True)
    category.account_revenue = bulk.model("account.account")(masters.accounts["revenue"])
    category.save()
    found: dict[str, int] = {}
    for name, price in [*roles.items(), (FIXED_FEE, Decimal(0))]:
        template = bulk.model("product.template")(name=name, type="service", list_price=price, salable=True)
        template.default_uom = bulk.model("product.uom")(masters.units["Unit" if name == FIXED_FEE else "Hour"])
        template.account_category = category
        template.save()
        found[name] = template.products[0].id
    return found


def _statuses() -> dict[str, int]:
    model = bulk.model("project.work.status")
    for name in STATUSES:
        model(name=name, types=["project", "task"]).save()
    return {status.name.lower().replace(" ", "_"): status.id for status in model.find()}


def _employees(people: Mapping[str, str], company: Any) -> dict[str, int]:
    parties = bulk.create("party.party", [{"name": name} for name in people.values()])
    employees = bulk.create("company.employee", [{"party": party, "company": company.id} for party in parties])
    return dict(zip(people, employees, strict=True))


def _customers(plan: Plan, masters: Masters, countries: Mapping[str, Any]) -> None:
    values = [_party(key, row, masters, countries) for key, row in plan.customers.items()]
    masters.parties = dict(zip(plan.customers, bulk.create("party.party", values), strict=True))
    addresses = bulk.children("party.address", "party", list(masters.parties.values()))
    masters.addresses = {key: addresses[party][0] for key, party in masters.parties.items()}


def customer_codes(masters: Masters) -> dict[str, str]:
    """The code that Tryton gave each customer, by key."""
    codes = {party.id: party.code for party in bulk.model("party.party").find()}
    return {key: codes[party] or "" for key, party in masters.parties.items()}


def _party(key: str, row: Mapping[str, Any], masters: Masters, countries: Mapping[str, Any]) -> dict[str, Any]:
    address = {
        "street_unstructured": row["street"],
        "postal_code": row["postal_code"],
        "city": row["city"],
        "country": countries[row["country"]].id,
        "invoice": row.get("invoice", True),
    }
    contacts: list[dict[str, Any]] = [{"type": "email", "value": f"reception@{key}.example"}]
    if "billing" in row:
        contacts.insert(0, {"type": "email", "value": row["billing"], "invoice": True})
    tax = [{"type": _checked(row["tax"]), "code": row["tax"]["code"]}] if "tax" in row else []
    return {
        "name": row["name"],
        "customer_payment_term": masters.terms[row["terms_days"]] if "terms_days" in row else None,
        "addresses": [("create", [address])],
        "contact_mechanisms": [("create", contacts)],
        "identifiers": [("create", tax)],
    }


def _checked(tax: Mapping[str, str]) -> str | None:
    """The identifier's type, or none where Tryton would refuse the code: as such data is taken over elsewhere."""
    country, _, kind = tax["type"].partition("_")
    module = get_cc_module(country, kind)
    return tax["type"] if module is not None and module.is_valid(tax["code"]) else None
