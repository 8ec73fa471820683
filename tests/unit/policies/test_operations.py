"""What is watched: each measure finds what lies beyond its threshold, says why, and adds up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from domain.errors import ConfigurationError
from domain.facts import FactKind
from domain.findings import OpenTime
from domain.money import Money
from domain.records import Amendment, Firm
from policies.operations import activations, invoices, utilisation
from policies.operations.matter import Measure
from policies.operations.recorded import Month, Recorded, Unbilled
from policies.operations.survey import survey
from policies.operations.unbilled import NOTHING_IN_THE_WAY
from policies.operations.watched import watched
from policies.prerequisites.case import Case
from policies.prerequisites.outside import Outside
from policies.prerequisites.portfolio import Dossier
from policies.prerequisites.settings import RuleSettings, parse
from policies.prerequisites.work import open_time
from tests.unit.prerequisites.records import CONTRACT, FACTS, PROJECT, TODAY, Small, entry, eur, fact, invoice, source


def watched_in(
    firm: Firm, *reports, settings: RuleSettings | None = None, reasons=None, **part: str
) -> dict[str, Measure]:
    dossier = Dossier.of(firm, Outside.of((*FACTS, *reports)), {}, settings)
    recorded = recorded_in(dossier)
    return {measure.name: measure for measure in survey(dossier, TODAY, recorded, reasons or {}, **part)}


def recorded_in(dossier: Dossier) -> Recorded:
    """The sums that PostgreSQL makes elsewhere, of a few entries."""
    people: dict[str, dict[str, Month]] = {}
    for one in dossier.firm.time:
        months = people.setdefault(one.employee_id, {})
        month = f"{one.date:%Y-%m}"
        had = months.get(month, Month(Decimal(0), Decimal(0), one.project_id))
        billable = one.hours if one.billable else Decimal(0)
        months[month] = replace(had, hours=had.hours + one.hours, billable=had.billable + billable)
    work = [(p.id, o) for p in dossier.firm.projects for o in open_time(Case(p, dossier.facts(p), None, TODAY))]
    approved = [(id_, o) for id_, o in work if o.approved]
    ids = dict.fromkeys(id_ for id_, _ in approved)
    return Recorded(
        people,
        {one.project_id: one.date for one in sorted(dossier.firm.time, key=lambda one: one.date)},
        tuple(summed(id_, [o for of, o in approved if of == id_]) for id_ in ids),
        tuple((f"{o.day:%Y-%m}", Money(o.amount, o.currency)) for _, o in approved),
    )


def summed(project: str, days: list[OpenTime]) -> Unbilled:
    """Of one currency."""
    amount = sum((day.amount for day in days), Decimal(0))
    hours, entries = sum((day.hours for day in days), Decimal(0)), sum(day.entries for day in days)
    return Unbilled(project, hours, entries, Money(amount, days[0].currency), min(day.day for day in days))


def small(**changes) -> Firm:
    return replace(Small().firm(), **changes)


def test_all_that_is_watched_is_found_in_its_order() -> None:
    assert list(watched_in(small())) == list(watched())


def test_approved_time_is_told_with_its_money_age_and_what_holds_it() -> None:
    found = watched_in(small(), reasons={"w1": ("Purchase order missing",)})["unbilled"]
    (matter,) = found.matters
    assert (matter.amount, matter.since, matter.days, matter.over) == (eur(2000), date(2026, 10, 5), 49, True)
    assert (matter.cause, matter.project, matter.practice) == ("Purchase order missing", "CLD-UKI-1001", "CLD")
    assert dict(zip(found.trend.labels, found.trend.series[0].values, strict=True)) | {"Oct 2026": Decimal(1200)} == {
        **dict.fromkeys(found.trend.labels, Decimal(0)),
        "Oct 2026": Decimal(1200),
        "Nov 2026": Decimal(800),
    }
    assert watched_in(small())["unbilled"].matters[0].cause == NOTHING_IN_THE_WAY


def test_a_firm_sets_its_own_threshold_and_nonsense_is_refused() -> None:
    found = watched_in(small(), settings=parse("[operations.unbilled]\ndays = 60"))["unbilled"]
    assert (found.over, found.limits) == ((), {"days": 60})
    for text in (
        "[operations.weather]\ndays = 1",
        "[operations.unbilled]\nhours = 1",
        "[operations.unbilled]\ndays = -1",
    ):
        with pytest.raises(ConfigurationError, match=r"prerequisites\.toml"):
            parse(text)


def test_a_signed_contract_without_project_code_or_work_is_a_delayed_activation() -> None:
    waiting = replace(CONTRACT, id="k2", number="S-2", date=date(2026, 11, 1), description="Berth planning")
    found = watched_in(small(contracts=(CONTRACT, waiting)))["activations"]
    assert [(m.title, m.days, m.cause, m.over) for m in found.matters] == [
        ("Berth planning", 22, activations.UNREAD, True)
    ]
    uncoded = watched_in(small(projects=(replace(PROJECT, code=None),)))["activations"]
    assert [m.cause for m in uncoded.matters] == [activations.NO_CODE]
    held = watched_in(small(projects=(replace(PROJECT, status="on_hold"),), time=()))["activations"]
    assert [m.cause for m in held.matters] == [activations.ON_HOLD]
    draft = replace(waiting, state="quotation")
    assert watched_in(small(contracts=(CONTRACT, draft)))["activations"].matters == ()


def test_changes_that_nobody_agreed_to_are_told_whoever_knows_them() -> None:
    asked = fact(FactKind.CHANGE_REQUEST, "S-1001/CR-1", status="open", amount="900", currency="EUR", on="2026-10-01")
    agreed = fact(FactKind.CHANGE_REQUEST, "S-1001/CR-2", status="approved", amount="1")
    amendment = Amendment("a1", TODAY, "draft", "More berths", source("sale.amendment", "a1"))
    firm = small(contracts=(replace(CONTRACT, amendments=(amendment,)),))
    found = watched_in(firm, asked, agreed)["changes"]
    assert [(m.title, m.days, m.over) for m in found.matters] == [
        ("S-1001 · CR-1", 53, True),
        ("More berths", 0, False),
    ]
    assert found.amounts == (eur(900),)
    assert watched_in(firm, asked, practice="DAT")["changes"].matters == ()


def test_people_are_held_against_the_middle_of_the_firm() -> None:
    days = [date(2026, 10, day) for day in range(1, 31) if date(2026, 10, day).weekday() < 5]
    employees = tuple(replace(Small().firm().employees[0], id=f"e{n}", name=f"P{n}") for n in range(5))
    hours = ("4", "4", "4", "8", "1")
    time = tuple(
        entry(f"{person.id}-{day}", day, count, employee_id=person.id)
        for person, count in zip(employees, hours, strict=True)
        for day in days
    )
    found = watched_in(small(employees=employees, time=time))["utilisation"]
    assert [(m.title, m.share) for m in found.matters] == [("P3", Decimal("100.0")), ("P4", Decimal("12.5"))]
    assert {m.cause for m in found.matters} == {utilisation.FEW_IN_THE_FIRM, utilisation.LITTLE}
    assert found.trend.series[0].values[-1] == Decimal("52.5")
    assert watched_in(small(time=()))["utilisation"].unknown == utilisation.NO_TIME
    assert utilisation.workdays("2026-10") == 22


def test_invoices_that_stand_still_or_do_not_fit_are_told_each_with_its_kind() -> None:
    found = (
        invoice("1", date(2026, 10, 1), 100, "draft"),
        invoice("2", date(2026, 11, 20), 200, "validated"),
        invoice("3", date(2026, 9, 1), 300),
        replace(invoice("4", date(2026, 9, 2), 300), number="INV-4"),
        replace(invoice("5", date(2026, 8, 1), 50), contract_ids=(), lines=()),
        replace(invoice("6", date(2026, 8, 1), 60), due=date(2026, 8, 31)),
        invoice("7", date(2026, 7, 1), 70, "paid"),
        invoice("8", date(2026, 7, 1), 80, "cancelled"),
    )
    measure = watched_in(small(invoices=found))["invoices"]
    kinds = {(m.sources[0].id, m.cause, m.over) for m in measure.matters}
    assert kinds == {
        ("1", invoices.DRAFT, True),
        ("2", invoices.WAITING, False),
        ("3", invoices.TWICE, True),
        ("4", invoices.TWICE, True),
        ("5", invoices.LOOSE, True),
        ("6", invoices.OVERDUE, True),
    }
    assert measure.unknown == ""
    unpaid = watched_in(small(invoices=found[:6]))["invoices"]
    assert unpaid.unknown == invoices.UNPAID
    assert invoices.OVERDUE not in {m.cause for m in unpaid.matters}


def test_groups_hold_every_matter_once() -> None:
    for measure in watched_in(small(projects=(replace(PROJECT, practice=None),))).values():
        for groups in (measure.by(lambda m: m.practice), measure.by(lambda m: m.region), measure.by(lambda m: m.cause)):
            assert sum(group.count for group in groups) == len(measure.matters)
            assert sum(group.over for group in groups) == len(measure.over)
