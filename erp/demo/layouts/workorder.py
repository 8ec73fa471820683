"""The short wording of a client's own work order form: boxes to fill in, and conditions in small print."""

from __future__ import annotations

from erp.demo.layouts.house import rate_grid
from erp.demo.layouts.paper import Bullets, Grid, Paper, Section, amount, day

Field = tuple[str, str]


def boxes(paper: Paper) -> tuple[tuple[str, tuple[tuple[Field, ...], ...]], ...]:
    """The form's parts: a title, and rows of fields (label and entry) that share the line."""
    sow = paper.sow
    return (
        (
            "A  Order",
            (
                (
                    ("Work order no.", sow.number),
                    ("Date of order", day(sow.signed)),
                    ("Purchase order no.", sow.po_number),
                ),
                (("Title of the services", sow.title),),
                (("Framework agreement", f"{sow.master} dated {day(sow.master_date or sow.signed)}"),),
            ),
        ),
        (
            "B  Parties",
            (
                (("Client", paper.client), ("Supplier", paper.provider)),
                (("Client address", paper.client_address), ("Supplier address", paper.provider_address)),
                (
                    ("Client representative", ", ".join(paper.contact)),
                    ("Supplier representative", ", ".join(paper.lead)),
                ),
            ),
        ),
        (
            "C  Term",
            (
                (
                    ("Start date", day(sow.start)),
                    ("End date", day(sow.end)),
                    ("Notice for convenience", f"{sow.termination_days} days"),
                ),
            ),
        ),
        (
            "D  Commercial terms",
            (
                (
                    ("Basis of charging", "Time and materials"),
                    ("Currency", sow.currency),
                    ("Maximum amount (not to exceed)", amount(sow.not_to_exceed or 0, sow.currency)),
                ),
                (
                    ("Invoicing", "Monthly in arrears"),
                    ("Payment terms", f"{sow.payment_days} days from receipt of invoice"),
                    ("Purchase order required", "Yes"),
                ),
                (("Invoices to", sow.invoice_delivery), ("Expenses", "Reimbursed at cost if approved in advance")),
                (("VAT", "Amounts exclude VAT"), ("Governing law", sow.governing_law)),
            ),
        ),
    )


def rates(paper: Paper) -> Grid:
    """Part E: the rate table."""
    return rate_grid(paper)


def sections(paper: Paper) -> tuple[Section, ...]:
    """The description of the services and the conditions that follow the boxes."""
    return (
        Section("Background", paper.background),
        Section(
            "Services", (Bullets(tuple(f"**{title}.** {text}" for title, text in paper.workstreams), numbered=True),)
        ),
        Section("Deliverables", (Grid(("Deliverable", "Criterion"), paper.deliverables, (0.5, 0.5)),)),
        Section("Client inputs", (Bullets(paper.duties),)),
        Section("Assumptions", (Bullets(paper.assumptions),)),
    )


def conditions(paper: Paper) -> tuple[str, ...]:
    """The small print."""
    sow = paper.sow
    most = amount(sow.not_to_exceed or 0, sow.currency)
    return (
        f"This Work Order is effective on {day(sow.start)} and ends on {day(sow.end)}. It incorporates the framework agreement named in part A, whose definitions apply.",
        f"The Supplier charges the hours actually worked at the rates in part E. Charges under this Work Order shall not exceed {most}. Work beyond this amount is at the Supplier's risk.",
        "Hours are recorded daily and confirmed by the Client representative at the end of each week. Unconfirmed hours are not payable.",
        f"Invoices are issued monthly in arrears and paid within {sow.payment_days} days of receipt of the invoice. Each invoice must quote purchase order {sow.po_number}; invoices without a purchase order number are rejected.",
        f"The Client may dispute an invoice within {sow.dispute_days} days of receiving it by stating its reasons in writing. The undisputed part remains payable.",
        "Travel and accommodation are reimbursed at cost against receipts, provided that the Client representative approved them in writing beforehand.",
        "Changes of scope, dates or charges require a change order signed by both parties before the changed work is performed.",
        "Deliverables become the property of the Client upon payment. The Supplier keeps its prior knowledge and its general methods.",
        "The Supplier ensures that its staff comply with the Client's site safety and information security rules and wear identification on terminal premises.",
        "Personal data are processed only under the data processing agreement annexed to the framework agreement.",
        f"Either party may terminate this Work Order for convenience with {sow.termination_days} days' written notice. Hours worked until then are paid.",
        f"The laws of {sow.governing_law} apply. Should a provision be void, the others remain in force.",
    )


SITE_RULES = Bullets(
    (
        "Staff of the Supplier register at the gate, wear identification and high-visibility clothing, and complete the safety briefing before their first visit.",
        "Photography, recording and drones are not allowed on the premises without permission of the Client representative.",
        "Access to systems is personal. It is requested a week ahead, limited to the tasks of this Work Order and withdrawn on its last day.",
        "Data of the Client are stored and processed in the Client's environment only. Copies on devices of the Supplier require written permission.",
        "Test data that relate to persons are made anonymous before they are used.",
        "Security incidents are reported to the Client's operations centre without delay, at the latest within four hours of their discovery.",
        "Source code is kept in the Client's repositories and reviewed by a second person before it is released.",
        "Software components of third parties are used only under licences that the Client has approved.",
        "On the last day the Supplier returns equipment and identification and confirms in writing that no data of the Client remain with it.",
    ),
    numbered=True,
)


def invoice_rules(paper: Paper) -> Grid:
    """Annex 1: what an invoice must show. It repeats nothing that parts A to G put in figures."""
    return Grid(
        ("Element", "Requirement"),
        (
            ("Form", "PDF or structured electronic invoice, one file for each invoice"),
            ("References", "Work order number and purchase order number, in the header"),
            ("Period", "Month of the service; one invoice for each month"),
            ("Detail", "Name, role, hours and rate for each consultant"),
            ("Enclosures", "Hours confirmed by the Client representative; receipts of approved expenses"),
            ("Tax", "Tax identification numbers of both parties; tax shown separately"),
            ("Recipient", f"{paper.client}, {paper.client_address}"),
        ),
        (0.22, 0.78),
    )
