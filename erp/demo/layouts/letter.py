"""The statement of work as an engagement letter: the firm speaks to its client as "we" and "you"."""

from __future__ import annotations

from collections.abc import Iterator

from erp.demo.layouts.paper import Bullets, Item, Paper, Section, amount, day


def sections(paper: Paper) -> tuple[Section, ...]:
    """The letter's sections in their order."""
    return (
        Section("What this letter is about", tuple(paper.background)),
        Section("What we do for you", tuple(_services(paper))),
        Section("What you receive", (Bullets(tuple(f"**{name}:** {text}" for name, text in paper.deliverables)),)),
        Section("Our team", tuple(_team(paper))),
        Section("Duration and renewal", tuple(_duration(paper))),
        Section("Our retainer", tuple(_retainer(paper))),
        Section("Expenses", tuple(_expenses(paper))),
        Section("Invoices and payment", tuple(_payment(paper))),
        Section("What we need from you", (Bullets(paper.duties),)),
        Section("Changes", tuple(_changes())),
        Section("Ending the engagement", tuple(_ending(paper))),
        Section("Confidentiality and independence", tuple(_confidence())),
        Section("Liability", tuple(_liability())),
        Section("Law", (f"This engagement is governed by the laws of {paper.sow.governing_law}.",)),
        Section(
            "Your agreement",
            (
                "Please sign and return a copy of this letter if you agree with it. We look forward to working with you.",
            ),
        ),
    )


def _services(paper: Paper) -> Iterator[Item]:
    yield "Our services under this letter are these:"
    yield Bullets(tuple(f"**{title}.** {text}" for title, text in paper.workstreams))
    yield from paper.assumptions


def _team(paper: Paper) -> Iterator[Item]:
    yield (
        f"{paper.lead[0]}, {paper.lead[1]}, leads our work and is your contact for every question. Questions from your side reach us "
        f"through {paper.contact[0]}, {paper.contact[1]}. We change members of the team only after speaking with you."
    )


def _duration(paper: Paper) -> Iterator[Item]:
    sow = paper.sow
    yield f"The engagement begins on {day(sow.start)} and runs for twelve months, until {day(sow.end)}."
    if sow.auto_renewal:
        yield (
            "It renews automatically for further periods of twelve months unless one of us gives the other written notice "
            f"of non-renewal at least {sow.renewal_notice_days} days before the end of the current period."
        )


def _retainer(paper: Paper) -> Iterator[Item]:
    sow = paper.sow
    rate = sow.rates[0]
    yield f"For these services you pay a monthly retainer of {amount(rate.amount, sow.currency)}, whatever the number of questions within the scope of this letter."
    if sow.total is not None:
        yield f"The total fee for the twelve months is {amount(sow.total, sow.currency)}."
    yield "All amounts are in euro and are exclusive of VAT, which we add at the rate in force."


def _expenses(paper: Paper) -> Iterator[Item]:
    cap = paper.sow.expense_cap
    if cap is not None:
        yield f"Travel expenses that the work requires are charged at cost and capped at {amount(cap, paper.sow.currency)} for the term of this letter."


def _payment(paper: Paper) -> Iterator[Item]:
    sow = paper.sow
    yield "We invoice the retainer monthly in advance, on the first working day of the month. Expenses follow with the next invoice."
    yield f"Our invoices are payable within {sow.payment_days} days of the invoice date. We send them by e-mail to {sow.invoice_delivery}."
    if sow.po_required is False:
        yield "You have told us that you do not use purchase orders: no purchase order number is required on our invoices."


def _changes() -> Iterator[Item]:
    yield "If you wish us to do more than this letter describes, or to do it otherwise, we agree the change and its fee in a written change order before we begin."


def _ending(paper: Paper) -> Iterator[Item]:
    yield f"Either of us may terminate this engagement for convenience on {paper.sow.termination_days} days' written notice."
    yield "If the engagement ends within a month, the retainer of that month is owed in proportion. We hand over our files within ten working days."


def _confidence() -> Iterator[Item]:
    yield (
        "We keep what we learn about your business confidential, during the engagement and for five years after it, and use it for your "
        "engagement only. Our staff are bound in the same way."
    )
    yield (
        "We act for other firms in your sector. If an engagement would set us against your interests, we tell you before we accept it and put "
        "separate teams and separate files in place, or decline."
    )
    yield "Where we handle personal data on your behalf we do so under the data processing agreement that is attached to our general terms."


def _liability() -> Iterator[Item]:
    yield (
        "We owe you the care of a professional adviser. Our liability for one event is limited to the fees of twelve months. This limit does not "
        "apply to fraud, to wilful default or to injury caused by negligence."
    )
    yield "Our advice is for your use. Others may rely on it only if we agree to this in writing."
