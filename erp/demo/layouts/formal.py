"""The statement of work as a law department writes it: defined terms, numbers in words and digits, long sentences."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from erp.demo.layouts.house import INTEREST
from erp.demo.layouts.paper import Bullets, Grid, Item, Paper, Section, amount, both, day, words


def recitals(paper: Paper) -> tuple[Section, ...]:
    """Parties, background and definitions."""
    return (
        Section("Parties and background", tuple(_background(paper))),
        Section("Definitions and interpretation", tuple(_definitions())),
    )


def sections(paper: Paper) -> tuple[Section, ...]:
    """All articles in their order."""
    return (
        *recitals(paper),
        Section("Scope of the Services", tuple(_scope(paper))),
        Section("Commencement and duration", tuple(_duration(paper))),
        Section("Deliverables and acceptance", tuple(_acceptance(paper))),
        Section("Charges", tuple(_charges(paper))),
        Section("Invoicing and payment", tuple(_payment(paper))),
        Section("Expenses", tuple(_expenses(paper))),
        Section("Obligations of the Client", tuple(_obligations(paper))),
        Section("Change control", tuple(_changes())),
        Section("Intellectual property and confidentiality", tuple(_property())),
        Section("Liability and data protection", tuple(_liability())),
        Section("Termination", tuple(_termination(paper))),
        Section("Governing law and final provisions", tuple(_final(paper))),
    )


def _background(paper: Paper) -> Iterator[Item]:
    yield (
        f"This Statement of Work is entered into by and between {paper.client}, having its registered office at "
        f'{paper.client_address} (hereinafter the "Client"), and {paper.provider}, having its registered office at '
        f'{paper.provider_address} (hereinafter the "Consultant").'
    )
    yield from paper.background
    sow = paper.sow
    if sow.master and sow.master_date:
        yield (
            f"This Statement of Work is made pursuant to, and incorporates the provisions of, the {sow.master} concluded between "
            f'the parties on {day(sow.master_date)} (the "Framework"). In the event of a conflict the Framework prevails, save where this '
            "Statement of Work expressly derogates from it."
        )


def _definitions() -> Iterator[Item]:
    yield "In this Statement of Work the following expressions have the meanings set out below, unless the context requires otherwise:"
    yield Bullets(
        (
            '"Acceptance" means the written confirmation by the Client that a Deliverable conforms to its description;',
            '"Charges" means the remuneration payable for the Services in accordance with the article headed Charges;',
            '"Deliverable" means any document, software or other work product listed in this Statement of Work;',
            '"Services" means the services described in the article headed Scope of the Services; and',
            '"Working Day" means a day other than a Saturday, a Sunday or a public holiday at the Client\'s registered office.',
        ),
        numbered=True,
    )


def _scope(paper: Paper) -> Iterator[Item]:
    yield "The Consultant shall perform the Services with reasonable skill and care, and in particular shall undertake the following work:"
    yield Bullets(tuple(f"**{title}.** {text}" for title, text in paper.workstreams), numbered=True)
    yield (
        f"The Services shall be directed on behalf of the Consultant by {paper.lead[0]}, {paper.lead[1]}, and the Client's "
        f"representative for all purposes of this Statement of Work shall be {paper.contact[0]}, {paper.contact[1]}."
    )
    yield (
        "Key personnel may be replaced only with the consent of the Client, which shall not be unreasonably withheld, and the "
        "Consultant shall bear the cost of familiarisation."
    )


def _duration(paper: Paper) -> Iterator[Item]:
    sow = paper.sow
    yield (
        f'This Statement of Work shall take effect on {day(sow.start)} (the "Effective Date") and shall continue in force until '
        f"{day(sow.end)}, unless terminated earlier in accordance with its provisions."
    )
    yield "Any extension beyond that date shall require an agreement in writing signed by both parties."


def _acceptance(paper: Paper) -> Iterator[Item]:
    yield "The Consultant shall deliver the following Deliverables:"
    yield Grid(("Deliverable", "Description"), paper.deliverables, (0.45, 0.55))
    days = paper.sow.acceptance_days
    if days:
        yield (
            f"The Client shall examine each Deliverable within {both(days)} Working Days of its delivery and shall, within that "
            "period, either declare Acceptance or notify the Consultant in writing of any material non-conformity."
        )
    yield (
        "The Consultant shall remedy any notified non-conformity free of charge and shall thereupon resubmit the Deliverable for examination."
    )


def _charges(paper: Paper) -> Iterator[Item]:
    sow = paper.sow
    if sow.rates:
        rates = " and ".join(f"{amount(r.amount, sow.currency)} per {r.per} for each {r.role}" for r in sow.rates)
        yield f"In consideration of the Services the Client shall pay Charges calculated on a time and materials basis at the rates of {rates}."
    if sow.not_to_exceed is not None:
        yield (
            f"The aggregate Charges under this Statement of Work shall in no event exceed {_spelled(sow.not_to_exceed, sow.currency)} "
            "unless the Client has agreed to a higher amount in writing."
        )
    if sow.total is not None:
        yield f"In consideration of the Services the Client shall pay a fixed fee in the total amount of {_spelled(sow.total, sow.currency)}."
    if sow.milestones:
        parts = "; ".join(
            f"{amount(m.amount, sow.currency)} upon completion of the milestone “{m.name}”, due {day(m.due)}"
            for m in sow.milestones
        )
        yield f"The fixed fee shall fall due in {words(len(sow.milestones))} instalments: {parts}."
    if sow.advance:
        percent = int(sow.advance.rstrip("%"))
        yield (
            f"Upon signature the Client shall pay an advance of {words(percent)} per cent ({sow.advance}) of the fixed fee, which shall be "
            "set off in equal parts against the subsequent invoices."
        )


def _spelled(value: Decimal, currency: str) -> str:
    return f"{amount(value, currency)} ({words(int(value))} euro)"


def _payment(paper: Paper) -> Iterator[Item]:
    sow = paper.sow
    when = "monthly in arrears" if "monthly" in sow.invoices else "upon completion of each milestone"
    after = (
        "of receipt of a proper invoice" if sow.payment_basis == "receipt_of_invoice" else "of the date of the invoice"
    )
    yield f"The Consultant shall invoice the Charges {when}. Each invoice shall be due and payable within {both(sow.payment_days or 0)} days {after}."
    if sow.po_required:
        yield f"Every invoice shall bear the Client's purchase order number {sow.po_number}; the Client may return invoices that do not."
    elif sow.po_required is False:
        yield "The parties record that the Client does not issue a purchase order for the Services and that none is required for payment."
    if sow.dispute_days:
        yield f"The Client shall notify any dispute of an invoice in writing within {both(sow.dispute_days)} days of its receipt, failing which the invoice shall be deemed accepted."
    if sow.late_interest:
        rate = INTEREST[sow.late_interest].replace("%", " per cent", 1)
        yield f"Sums not paid when due shall bear interest at the rate of {rate} from the due date until payment."
    yield "The Charges are stated exclusive of value added tax, which the Client shall pay in addition at the rate prescribed by law."
    if sow.invoice_delivery:
        yield f"Invoices shall be submitted electronically to {sow.invoice_delivery}."


def _expenses(paper: Paper) -> Iterator[Item]:
    sow = paper.sow
    if "included" in sow.expenses:
        yield "Travel, subsistence and all other expenses of the Consultant are included in the fixed fee and shall not be charged separately."
        return
    if "pre_approved" in sow.expenses:
        yield "The Client shall reimburse reasonable and properly documented expenses, provided that each was approved in writing in advance by the Client's representative."
    else:
        yield "The Client shall reimburse reasonable and properly documented travel and accommodation expenses at cost."
    if sow.expense_cap is not None:
        yield f"Reimbursement of expenses shall be limited to {amount(sow.expense_cap, sow.currency)} in the aggregate."


def _obligations(paper: Paper) -> Iterator[Item]:
    yield "The Client shall, in good time and free of charge:"
    yield Bullets(paper.duties, numbered=True)
    yield "The Charges and the timetable are based upon the following assumptions:"
    yield Bullets(paper.assumptions, numbered=True)


def _changes() -> Iterator[Item]:
    yield (
        "No change to the scope of the Services, the timetable or the Charges shall be binding unless it is set out in a written change "
        "order signed by both parties. The Consultant shall not begin changed work before the change order has been signed."
    )
    yield "The Consultant shall assess a change request of the Client within ten Working Days of receiving it."


def _property() -> Iterator[Item]:
    yield (
        "Upon payment in full of the Charges relating to a Deliverable, the Consultant grants the Client a perpetual, "
        "irrevocable licence to use, reproduce and adapt that Deliverable for its own business purposes."
    )
    yield (
        "Each party shall keep confidential all information of the other that is marked as confidential or is confidential by its "
        "nature, shall use it solely for the purposes of this Statement of Work, and shall continue to do so for three years after its end."
    )


def _liability() -> Iterator[Item]:
    yield (
        "The liability of each party is governed by the provisions of the framework or, in the absence of one, by statute. Nothing in this "
        "Statement of Work excludes liability for wilful misconduct, gross negligence or injury to life, body or health."
    )
    yield (
        "To the extent that the Consultant processes personal data on behalf of the Client, the parties shall conclude a data processing "
        "agreement in accordance with Article 28 of Regulation (EU) 2016/679 before such processing commences."
    )


def _termination(paper: Paper) -> Iterator[Item]:
    yield (
        f"Either party may terminate this Statement of Work for convenience by giving not less than {both(paper.sow.termination_days or 0)} "
        "days' prior written notice to the other."
    )
    yield (
        "The right of either party to terminate for good cause remains unaffected. Upon termination the Client shall pay the Charges for "
        "all Services duly performed until the date on which termination takes effect."
    )


def _final(paper: Paper) -> Iterator[Item]:
    yield f"This Statement of Work shall be governed by and construed in accordance with the laws of {paper.sow.governing_law}."
    yield (
        "Should any provision of this Statement of Work be or become invalid, the validity of the remaining provisions shall not be affected. "
        "This Statement of Work may be executed in counterparts, each of which shall be deemed an original."
    )
