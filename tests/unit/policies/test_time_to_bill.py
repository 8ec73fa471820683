"""Days from work to invoice: parted without gap or overlap, whatever is approved, held or drafted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.facts import FactKind
from domain.records import Invoice, InvoiceLine
from policies.prerequisites.outside import Outside
from policies.time_to_bill import Passage, Tally, month_end, ordered, passages
from tests.unit.prerequisites.records import TODAY, Small, entry, eur, fact, invoice

SINCE = date(2026, 6, 1)
WORKED = date(2026, 9, 7)
APPROVED = replace(
    fact(FactKind.TIMESHEET, "CLD-UKI-1001/Lena Ortiz/2026-W37", status="approved"),
    reported_at=datetime(2026, 10, 6, 9, tzinfo=UTC),
)


def sent(state: str = "posted", day: date | None = date(2026, 10, 15)) -> Invoice:
    made = invoice("i1", day, 800, state)
    return replace(made, lines=(InvoiceLine("line-1", "w1", "September", eur(800)),))


def way(*, billed: Invoice | None = None, approved: bool = True, held: bool = False) -> Passage:
    worked = entry("h1", WORKED, invoice_line_id="line-1" if billed else None)
    small = Small().but(time=(worked,), invoices=(billed,) if billed else (), facts=(APPROVED,) if approved else ())
    dossier = small.dossier()
    facts = replace(dossier.facts(small.project), invoices=(billed,) if billed else ())
    (found,) = passages(small.project, facts, held=held, since=SINCE, today=TODAY)
    return found


def test_billed_work_waits_for_the_month_s_end_the_approval_and_the_invoice() -> None:
    found = way(billed=sent())
    assert found.billed == date(2026, 10, 15)
    assert dict(found.days) == {"cycle": 23, "approval": 6, "invoicing": 9}
    assert dict(way(billed=sent(), approved=False).days) == {"cycle": 23, "invoicing": 15}


def test_open_work_waits_for_what_is_in_its_way() -> None:
    age = (TODAY - WORKED).days
    assert dict(way(approved=False).days) == {"cycle": 23, "approval": age - 23}
    assert dict(way(held=True).days) == {"cycle": 23, "approval": 6, "held": age - 29}
    assert dict(way().days) == {"cycle": 23, "approval": 6, "ready": age - 29}
    drafted = way(billed=sent("draft", None))
    assert (drafted.billed, drafted.days["draft"]) == (None, age - 29)


def test_an_invoice_before_the_month_s_end_ends_the_wait() -> None:
    assert dict(way(billed=sent(day=date(2026, 9, 10))).days) == {"cycle": 3}


def test_what_is_not_billable_or_too_old_does_not_count() -> None:
    small = Small().but(time=(entry("h1", date(2026, 1, 5)), entry("h2", WORKED, billable=False)))
    facts = small.dossier().facts(small.project)
    assert passages(small.project, facts, held=False, since=SINCE, today=TODAY) == ()
    manual = replace(small.project, billing="manual")
    assert passages(manual, facts, held=False, since=date(2020, 1, 1), today=TODAY) == ()


def test_days_are_means_by_hours() -> None:
    slow, quick = way(billed=sent()), way(billed=sent(day=date(2026, 9, 10)))
    quick = replace(quick, entry=replace(quick.entry, hours=Decimal(24)))
    tally = Tally()
    for one in (slow, quick, way(held=True)):
        tally.add(one)
    (found,) = ordered({"CLD": tally})
    assert (found.billed_hours, found.days_to_bill) == (Decimal(32), Decimal("11.8"))
    assert found.open_age == Decimal(77)
    assert sum(found.open_stages.values()) == found.open_age
    assert found.oldest is not None


@given(
    worked=st.dates(SINCE, TODAY),
    later=st.integers(0, 120),
    approved=st.none() | st.integers(-10, 120),
    state=st.sampled_from(("none", "draft", "posted", "paid")),
    held=st.booleans(),
)
def test_no_day_is_lost_or_counted_twice(
    worked: date, later: int, approved: int | None, state: str, held: bool
) -> None:
    billed = worked + timedelta(days=later)
    made = None if state == "none" else sent(state, None if state == "draft" else billed)
    week = worked.isocalendar()
    subject = f"CLD-UKI-1001/Lena Ortiz/{week.year}-W{week.week:02d}"
    on = (worked + timedelta(days=approved)).isoformat() if approved is not None else None
    small = Small().but(time=(entry("h1", worked, invoice_line_id="line-1" if made else None),))
    outside = Outside.of([fact(FactKind.TIMESHEET, subject, status="approved", on=on)] if on else [])
    facts = replace(small.dossier().facts(small.project), invoices=(made,) if made else (), outside=outside)
    (found,) = passages(small.project, facts, held=held, since=SINCE, today=TODAY)
    end = billed if state in ("posted", "paid") else TODAY
    assert found.total == (end - worked).days
    assert all(days > 0 for days in found.days.values())


def test_the_last_day_of_a_month() -> None:
    assert month_end(date(2024, 2, 3)) == date(2024, 2, 29)
    assert month_end(date(2026, 12, 31)) == date(2026, 12, 31)
