"""The firm's own statement of work in plain English: what most of its documents say, whatever they look like."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from erp.demo.layouts.paper import Bullets, Grid, Item, Paper, Section, amount, day, us_day

PER = {"hour": "per hour", "day": "per day", "month": "per month"}
INTEREST = {
    "8%/year": "8% per year",
    "4%/year": "4% per year",
    "5%/year": "5% per year",
    "9%/year": "9% per year",
    "2%/month": "2% per month",
    "1%/month": "1% per month",
    "1.5%/month": "1.5% per month",
}


def sections(paper: Paper) -> tuple[Section, ...]:
    """All sections of the document in their order."""
    return (
        Section("Parties and purpose", tuple(_parties(paper))),
        Section("Services", tuple(services(paper))),
        Section("Deliverables and acceptance", tuple(_deliverables(paper))),
        Section("Governance and reporting", tuple(_governance(paper))),
        Section("Term", tuple(_term(paper))),
        Section("Fees", tuple(_fees(paper))),
        Section("Expenses", tuple(_expenses(paper))),
        Section("Invoicing and payment", tuple(_payment(paper))),
        Section("Client responsibilities and assumptions", tuple(_responsibilities(paper))),
        Section("Changes", tuple(_changes(paper))),
        Section("Termination", tuple(_termination(paper))),
        Section("General", tuple(_general(paper))),
    )


def key_facts(paper: Paper) -> Grid:
    """The summary that stands at the top; it says nothing that a clause does not say too."""
    sow = paper.sow
    return Grid(
        ("", ""),
        (
            ("Client", paper.client),
            ("Provider", paper.provider),
            ("Client contact", f"{paper.contact[0]}, {paper.contact[1]}"),
            ("Engagement lead", f"{paper.lead[0]}, {paper.lead[1]}"),
            ("Practice", {"CLD": "Cloud Engineering", "DAT": "Data & Analytics", "ADV": "Advisory"}[sow.practice]),
        ),
        (0.28, 0.72),
    )


def _parties(paper: Paper) -> Iterator[Item]:
    sow = paper.sow
    date = us_day if "USD" in sow.currency else day
    yield (
        f'This Statement of Work {sow.number} is made between {paper.client}, {paper.client_address} (the "Client") and '
        f'{paper.provider}, {paper.provider_address} (the "Provider").'
    )
    if sow.master and sow.master_date:
        yield (
            f"It is issued under the {sow.master} between the parties dated {date(sow.master_date)}. If the two differ, "
            "the order of precedence stated there applies."
        )
    else:
        yield "The Provider's terms for consulting services, which the Client has received, apply unless this document says otherwise."
    yield from paper.background


def services(paper: Paper) -> Iterator[Item]:
    """The scope, work stream by work stream."""
    yield 'The Provider performs the following services with suitably qualified consultants (the "Services").'
    yield Bullets(tuple(f"**{title}.** {text}" for title, text in paper.workstreams), numbered=True)
    yield (
        f"{paper.lead[0]} ({paper.lead[1]}) leads the engagement for the Provider. The Provider replaces a consultant only "
        "for good reason and with someone of equal experience, and bears the cost of the handover."
    )


def _deliverables(paper: Paper) -> Iterator[Item]:
    yield "The Services lead to these deliverables."
    yield Grid(("Deliverable", "Form"), paper.deliverables, (0.45, 0.55))
    days = paper.sow.acceptance_days
    if days:
        yield (
            f"The Client reviews each deliverable within {days} working days after it is handed over and accepts it in writing "
            "or says in what it departs from the agreed description. The Provider corrects departures without delay and at its own cost."
        )
    else:
        yield "Deliverables are discussed with the Client's contact as they arise and corrected where they depart from what was agreed."
    yield "Delay that the Client causes moves the dates of the plan by the time lost."


def _governance(paper: Paper) -> Iterator[Item]:
    yield f"{paper.contact[0]} ({paper.contact[1]}) represents the Client in all matters of this Statement of Work. The parties meet as follows."
    yield Grid(
        ("Meeting", "Purpose", "Participants"),
        (
            ("Weekly review", "Progress, risks, decisions, hours of the week", "Client contact, engagement lead"),
            ("Monthly steering", "Budget used, forecast, changes", "Sponsor, client contact, engagement lead"),
            ("Closing review", "Results, lessons, open points, handover", "Sponsor, all work stream leads"),
        ),
        (0.22, 0.43, 0.35),
    )
    yield "The Provider records decisions and open points and sends the record on the next working day. Disagreements go to the sponsors, who decide together."


def _term(paper: Paper) -> Iterator[Item]:
    sow = paper.sow
    date = us_day if sow.currency == "USD" else day
    yield f"The Services start on {date(sow.start)} (the effective date) and end on {date(sow.end)}, unless they are ended earlier under this document."
    yield "The Services are performed at the Client's premises and remotely, as the work requires, on working days between 08:00 and 18:00."


def _fees(paper: Paper) -> Iterator[Item]:
    sow = paper.sow
    if sow.billing == ("time_and_materials",):
        yield "The Services are charged on a time and materials basis at the rates below for the time actually worked."
        yield rate_grid(paper)
        yield "Hours are estimates. Travelling time is not charged. Parts of an hour are charged in quarters."
    if sow.not_to_exceed is not None:
        yield (
            f"The total fees under this Statement of Work shall not exceed {amount(sow.not_to_exceed, sow.currency)} without the "
            "Client's prior written agreement. The Provider tells the Client in writing when four fifths of this amount are used."
        )
    if sow.milestones:
        yield from _milestones(paper)
    if sow.rate_escalation:
        yield f"The rates increase by {sow.rate_escalation.removesuffix('/year')} per year on each anniversary of the effective date."


def _milestones(paper: Paper) -> Iterator[Item]:
    sow = paper.sow
    total = sow.total or Decimal(0)
    yield f"The Services are charged by milestones. The total fee is {amount(total, sow.currency)}; it becomes due in the parts shown when each milestone is accepted."
    yield Grid(
        ("No.", "Milestone", "Due", f"Amount ({sow.currency})"),
        tuple((f"M{i}", m.name, day(m.due), amount(m.amount)) for i, m in enumerate(sow.milestones, 1)),
        (0.08, 0.5, 0.21, 0.21),
        right=(3,),
    )


def rate_grid(paper: Paper) -> Grid:
    """Roles, rates, estimated hours and what they come to."""
    sow = paper.sow
    per = sow.rates[0].per
    unit = {"hour": "hours", "day": "days", "month": "months"}[per]
    rows = [
        (rate.role, amount(rate.amount), f"{count:,}", amount(rate.amount * count))
        for rate, count in zip(sow.rates, paper.hours, strict=True)
    ]
    total = sum((rate.amount * count for rate, count in zip(sow.rates, paper.hours, strict=True)), Decimal(0))
    rows.append(("Estimate", "", f"{sum(paper.hours):,}", amount(total)))
    return Grid(
        ("Role", f"Rate {PER[per]} ({sow.currency})", f"Estimated {unit}", f"Estimated fees ({sow.currency})"),
        tuple(rows),
        (0.34, 0.24, 0.19, 0.23),
        right=(1, 2, 3),
        total=True,
    )


def _expenses(paper: Paper) -> Iterator[Item]:
    sow = paper.sow
    if "included" in sow.expenses:
        yield "Travel and other expenses are included in the fees and are not charged separately."
    elif "not_reimbursed" in sow.expenses:
        yield "Travel and other expenses are not reimbursed; the Provider bears them."
    else:
        yield "The Client reimburses reasonable travel and accommodation expenses at cost, against receipts and without mark-up."
        if "pre_approved" in sow.expenses:
            yield "Expenses are reimbursed only if the Client's contact approved them in writing beforehand."
        if sow.expense_cap is not None:
            yield f"Reimbursable expenses shall not exceed {amount(sow.expense_cap, sow.currency)} in total."


def _payment(paper: Paper) -> Iterator[Item]:
    sow = paper.sow
    intervals: dict[tuple[str, ...], str] = {
        ("monthly",): "monthly in arrears",
        ("per_milestone",): "upon acceptance of each milestone",
        ("monthly", "in_advance"): "monthly in advance",
    }
    when = intervals[sow.invoices]
    yield (
        f"The Provider invoices {when}. Each invoice shows the period, the consultants, the time worked and the amounts by role."
        if (sow.rates)
        else f"The Provider invoices {when}. Each invoice names the milestone and encloses the Client's acceptance."
    )
    after = {"invoice_date": "the date of the invoice", "receipt_of_invoice": "receipt of the invoice"}[
        sow.payment_basis
    ]
    yield f"Invoices are payable within {sow.payment_days} days of {after}."
    if sow.po_required:
        yield f"A purchase order is required: each invoice must state the Client's purchase order number {sow.po_number}. Invoices without it are returned unpaid."
    elif sow.po_required is False:
        yield "No purchase order is required for the Services or for payment of invoices."
    if sow.invoice_delivery:
        yield f"Invoices are sent by e-mail to {sow.invoice_delivery}."
    yield from _money_rules(paper)


def _money_rules(paper: Paper) -> Iterator[Item]:
    sow = paper.sow
    if sow.taxes == "exclusive":
        tax = "sales and use taxes" if sow.currency == "USD" else "value added tax"
        yield f"All amounts are in {_currency(sow.currency)} and exclude {tax}, which is added at the rate in force."
    if sow.dispute_days:
        yield f"The Client tells the Provider within {sow.dispute_days} days of receipt if it disputes an invoice, and pays the undisputed part on time."
    if sow.late_interest:
        yield f"Overdue amounts bear interest at {INTEREST[sow.late_interest]} until they are paid."


def _currency(code: str) -> str:
    return {"EUR": "euro (EUR)", "USD": "United States dollars (USD)"}[code]


def _responsibilities(paper: Paper) -> Iterator[Item]:
    yield "The Client will:"
    yield Bullets(paper.duties)
    yield "The plan and the estimate rest on these assumptions:"
    yield Bullets(paper.assumptions)


def _changes(paper: Paper) -> Iterator[Item]:
    if paper.sow.change_order:
        yield (
            "Changes to the scope, the schedule or the fees require a written change order signed by both parties before the changed "
            "work begins. The Provider answers a change request within five working days with its effect on time and cost."
        )


def _termination(paper: Paper) -> Iterator[Item]:
    yield f"Either party may terminate this Statement of Work for convenience on {paper.sow.termination_days} days' written notice."
    yield (
        "Either party may end it at once in writing if the other commits a material breach and does not put it right within "
        "a reasonable period set in writing. The Client pays for the Services performed up to the end."
    )


def _general(paper: Paper) -> Iterator[Item]:
    yield (
        "Each party keeps the other's confidential information secret during the Services and for three years afterwards, and uses "
        "it for this engagement only."
    )
    yield (
        "On payment the Client receives the perpetual right to use, copy and change the deliverables. The Provider keeps its "
        "methods, templates and tools, and may use them for others without the Client's confidential information."
    )
    yield (
        "Where the Provider processes personal data for the Client, the parties conclude a data processing agreement before "
        "processing begins. Consultants follow the Client's security rules that were made known to them."
    )
    yield (
        "The Provider performs the Services with the care of a professional adviser. Liability is limited as set out in the terms "
        "that apply to this document; it is not limited for intent or for injury to persons."
    )
    law = paper.sow.governing_law
    place = f"the laws of {'the ' if law.startswith(('State', 'Commonwealth')) else ''}{law}"
    yield f"This Statement of Work is governed by {place}."
    yield "It may be signed in counterparts and by electronic signature."
