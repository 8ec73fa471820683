"""Prerequisites of the customer: where the bill goes, under which tax identifier, and when it is to be paid."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from stdnum import get_cc_module
from stdnum.de import leitweg

from domain.facts import FactKind
from domain.records import Customer
from policies.prerequisites.case import Case
from policies.prerequisites.judgement import Judgement, fails, not_applicable, passes
from policies.prerequisites.outside import number, source_of

NO_CUSTOMER = "The project has no customer."
# Where an invoice between businesses must show the customer's identifier (VAT reverse charge or national rule).
# Elsewhere, such as in the US, none is asked for. Council Directive 2006/112/EC art. 226(4); UK VAT Regulations 1995.
EUROPEAN_UNION = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"
# Countries without postal codes, or where an address is complete without (Universal Postal Union, addressing guides).
NO_POSTAL_CODES = "AE AO BS BZ GH HK IE JM KE MO PA QA RW TT UG ZW"
WITHOUT_POSTAL_CODE = frozenset(NO_POSTAL_CODES.split())
REQUIRED_IN = frozenset({*EUROPEAN_UNION.split(), "CH", "GB", "NO"})


def invoice_address_missing(case: Case) -> Judgement:
    """An invoice needs the address that the customer named for it."""
    if case.customer is None:
        return not_applicable(NO_CUSTOMER)
    if case.customer.invoice_address is not None:
        return passes("The customer has an invoice address.").citing(case.customer.source)
    found = fails("The customer has no invoice address in the ERP.").citing(case.customer.source)
    return found.clearing(customer_id=case.customer.id)


def address_incomplete(case: Case) -> Judgement:
    """The invoice address is one that post and tax offices accept: street, city, country, a code where there is one."""
    address = case.customer.invoice_address if case.customer else None
    if case.customer is None or address is None:
        return not_applicable("There is no invoice address to check.")
    parts = {"street": address.street, "city": address.city, "country": address.country}
    parts |= {} if address.country in WITHOUT_POSTAL_CODE else {"postal code": address.postal_code}
    empty = [name for name, text in parts.items() if not text.strip()]
    if empty:
        said = f"The customer's invoice address has no {' and no '.join(empty)}."
        return fails(said).citing(case.customer.source).clearing(customer_id=case.customer.id)
    return passes("The invoice address is complete.").citing(case.customer.source)


def tax_country_differs(case: Case) -> Judgement:
    """The tax identifier is of the country that the invoice is addressed to; else another establishment is billed."""
    customer = case.customer
    address = customer.invoice_address if customer else None
    countries = {found for pair in (customer.tax_identifiers if customer else ()) if (found := _tax_country(*pair))}
    if customer is None or address is None or not countries or not address.country:
        return not_applicable("There is no tax identifier and address to compare.")
    if address.country in countries:
        return passes("Tax identifier and invoice address are of one country.").citing(customer.source)
    said = f"The invoice goes to {address.country}, the tax identifier is of {', '.join(sorted(countries))}."
    return fails(said).citing(customer.source)


def _tax_country(kind: str, code: str) -> str | None:
    prefix = kind.partition("_")[0].upper()
    country = code[:2].upper() if prefix == "EU" else prefix
    return {"EL": "GR", "XI": "GB"}.get(country, country) if len(country) == 2 else None  # noqa: PLR2004 - ISO alpha-2


def buyer_reference_malformed(case: Case) -> Judgement:
    """A Leitweg-ID satisfies its check digits (Koordinierungsstelle für IT-Standards, Leitweg-ID format 2.0.2)."""
    report = next(iter(case.reports(FactKind.E_INVOICING)), None)
    reference = str(report.value.get("buyer_reference") or "") if report else ""
    if report is None or not reference or case.customer is None or case.customer.country != "DE":
        return not_applicable("There is no Leitweg-ID to check.")
    if leitweg.is_valid(reference):
        return passes("The Leitweg-ID is well-formed.").citing(source_of(report))
    return fails(f"The buyer reference {reference} is no valid Leitweg-ID.").citing(source_of(report))


def tax_id_missing(case: Case) -> Judgement:
    """An invoice within Europe shows the customer's tax identifier."""
    if case.customer is None:
        return not_applicable(NO_CUSTOMER)
    if case.customer.tax_identifiers:
        return passes("The customer has a tax identifier.").citing(case.customer.source)
    if case.customer.country not in REQUIRED_IN:
        return not_applicable("The customer's country asks for no tax identifier on invoices.")
    found = fails(f"The customer is in {case.customer.country} and has no tax identifier.").citing(case.customer.source)
    return found.clearing(customer_id=case.customer.id)


def tax_id_malformed(case: Case) -> Judgement:
    """The identifier satisfies its country's form and check digits."""
    if case.customer is None or not case.customer.tax_identifiers:
        return not_applicable("There is no tax identifier to check.")
    checked = [(kind, code, well_formed(kind, code, case.customer)) for kind, code in case.customer.tax_identifiers]
    wrong = sorted({kind or "tax identifier" for kind, _, sound in checked if sound is False})
    if wrong:
        said = f"The customer's {', '.join(wrong)} does not satisfy its form or check digit."
        return fails(said).citing(case.customer.source).clearing(customer_id=case.customer.id)
    if all(sound is None for _, _, sound in checked):
        return not_applicable("No form is known for this kind of identifier.")
    return passes("The tax identifier is well-formed.").citing(case.customer.source)


def well_formed(kind: str, code: str, customer: Customer | None = None) -> bool | None:
    """Whether a tax identifier is valid by python-stdnum; None where no form is known for its kind.

    `kind` is "<country>_<name>" ("gb_vat", "us_ein"); an empty one means VAT in the customer's country.
    """
    country, _, name = (kind or f"{(customer.country if customer else None) or ''}_vat").lower().partition("_")
    module = get_cc_module(country, name) if country and name else None
    return None if module is None else bool(module.is_valid(code))


def billing_contact_missing(case: Case) -> Judgement:
    """Someone receives the invoice."""
    if case.customer is None:
        return not_applicable(NO_CUSTOMER)
    if case.customer.billing_emails:
        return passes("The customer has a billing contact.").citing(case.customer.source)
    return fails("The customer has no billing contact in the ERP.").citing(case.customer.source)


def payment_terms_missing(case: Case) -> Judgement:
    """Contract or customer say when the invoice is due."""
    if case.customer is None:
        return not_applicable(NO_CUSTOMER)
    sources = (case.contract.source if case.contract else None, case.customer.source)
    days = _days(case)
    if days is not None:
        return passes(f"Invoices are due in {days} days.").citing(*sources)
    return fails("Neither contract nor customer has payment terms.").citing(*sources)


def _days(case: Case) -> int | None:
    agreed = case.contract.payment_terms_days if case.contract else None
    return agreed if agreed is not None or case.customer is None else case.customer.payment_terms_days


def payment_terms_differ(case: Case) -> Judgement:
    """The ERP asks for payment when the statement of work says."""
    term = case.term("payment_terms_days")
    days, stated = _days(case), number(term.value) if term else None
    if term is None or stated is None or days is None or case.contract is None:
        return not_applicable("There are no two payment terms to compare.")
    if stated == days:
        said = f"Contract and statement of work agree on {days} days."
        return passes(said).citing(case.contract.source, evidence=term.evidence)
    said = f"The contract has {days} days, the statement of work {stated:f}."
    return fails(said).citing(case.contract.source, evidence=term.evidence)


RULES: Mapping[str, Callable[[Case], Judgement]] = {
    "customer.invoice_address_missing": invoice_address_missing,
    "customer.tax_id_missing": tax_id_missing,
    "customer.tax_id_malformed": tax_id_malformed,
    "customer.billing_contact_missing": billing_contact_missing,
    "customer.payment_terms_missing": payment_terms_missing,
    "payment_terms.differ": payment_terms_differ,
    "customer.address_incomplete": address_incomplete,
    "customer.tax_country_differs": tax_country_differs,
    "e_invoicing.buyer_reference_malformed": buyer_reference_malformed,
}
