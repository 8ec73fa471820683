"""Another firm by the same generator: from a seed come its customers, engagements, people, amounts and problems.

It has no statements of work; whatever the demo firm's own data file says by hand, here dice say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from stdnum import get_cc_module

from erp.demo.plants import LOOKALIKES, PLANTS, Plant, Raw

CLEAN = 8  # engagements without anything to notice
COUNTRIES = {"GB": ("UKI", "Ltd"), "IE": ("UKI", "DAC"), "DE": ("DACH", "GmbH"), "AT": ("DACH", "AG")}
FIRST_WORDS = "Alder Birch Cedar Delta Ember Falcon Granite Harbour Iris Juniper Kelp Linden Maple Nova Orchard Pine"
FIRST = FIRST_WORDS.split()
LAST_WORDS = "Freight Foods Energy Insurance Retail Devices Textiles Water Mobility Media Paper Marine Steel Optics"
LAST = LAST_WORDS.split()
WHAT_WORDS = "Billing Fleet Claims Roster Sensor Catalogue Archive Order Quality Energy Route Asset Demand Pricing"
WHAT = WHAT_WORDS.split()
HOW_WORDS = "platform review pipeline migration dashboard interface study rollout"
HOW = HOW_WORDS.split()
ROLES = {
    "Cloud Engineer": "CLD",
    "Security Engineer": "CLD",
    "Data Engineer": "DAT",
    "Data Analyst": "DAT",
    "Advisory Consultant": "ADV",
}


@dataclass(frozen=True)
class Planned:
    """What was planted in which engagement, by its key; `problem` is False for what only looks like one."""

    key: str
    plant: Plant
    problem: bool


@dataclass(frozen=True)
class Variant:
    """The raw data of a firm, in the form of the data files, and what was planted in it."""

    customers: Mapping[str, Raw]
    engagements: tuple[Raw, ...]
    planted: tuple[Planned, ...]


def variant(seed: int, people: Mapping[str, str]) -> Variant:
    """The firm of a seed; the same seed gives the same firm."""
    dice = Random(seed)  # noqa: S311 - a demo firm, not a secret
    customers = {f"c{n}": _customer(n, dice) for n in range(12)}
    usual = list(customers)
    wanted = [*((plant, True) for plant in PLANTS), *((plant, False) for plant in LOOKALIKES)]
    places: list[tuple[Plant, bool] | None] = [*wanted, *([None] * CLEAN)]
    dice.shuffle(places)
    engagements: list[Raw] = []
    planted: list[Planned] = []
    titles = _titles(len(places), dice)
    for number, place in enumerate(places):
        if place is not None and place[0].own:
            customers[f"c{len(customers)}"] = _customer(len(customers), dice)
        owner = list(customers)[-1] if place is not None and place[0].own else dice.choice(usual)
        raw = _engagement(number, titles[number], owner, customers, people, dice)
        raw["other"] = dice.choice([key for key in usual if key != owner])
        if place is not None:
            place[0].change(raw, customers[owner], dice)
            planted.append(Planned(raw["key"], *place))
        engagements.append(raw)
    return Variant(customers, tuple(engagements), tuple(planted))


def _titles(count: int, dice: Random) -> list[str]:
    every = [f"{what} {how}" for what in WHAT for how in HOW]
    return dice.sample(every, count)


def _customer(number: int, dice: Random) -> Raw:
    country = dice.choice(list(COUNTRIES))
    form = COUNTRIES[country][1]
    name = f"{FIRST[number % len(FIRST)]} {dice.choice(LAST)} {number + 1} {form}"
    return {
        "key": f"c{number}",
        "name": name,
        "country": country,
        "tax": _tax(country, dice),
        "street": f"{dice.randrange(1, 90)} Main Street",
        "postal_code": f"{dice.randrange(10_000, 99_999)}",
        "city": f"Town {number + 1}",
        "billing": f"ap@c{number}.example",
        "terms_days": dice.choice([14, 30, 45, 60]),
        "currency": "EUR",
    }


def _tax(country: str, dice: Random) -> dict[str, str]:
    """A well-formed identifier: drawn until the check digit fits."""
    module = get_cc_module(country.lower(), "vat")
    while True:
        code = {
            "GB": f"{dice.randrange(10**8, 10**9)}",
            "DE": f"{dice.randrange(10**8, 10**9)}",
            "IE": f"{dice.randrange(10**6, 10**7)}{dice.choice('ABCDEFGHIJKLMNOPQRSTUVW')}",
            "AT": f"U{dice.randrange(10**7, 10**8)}",
        }[country]
        if module is not None and module.is_valid(code):
            return {"type": "gb_vat", "code": code} if country == "GB" else {"type": "eu_vat", "code": country + code}


def _engagement(
    number: int, title: str, owner: str, customers: Mapping[str, Raw], people: Mapping[str, str], dice: Random
) -> Raw:
    role = dice.choice(list(ROLES))
    region = COUNTRIES[customers[owner]["country"]][0]
    day = dice.randrange(1, 20)
    months = dice.choice([4, 5, 6, 7])
    task = {
        "name": f"{title.partition(' ')[0]} work",
        "role": role,
        "people": [dice.choice(sorted(people))],
        "monthly": dice.randrange(3, 7),
        "open": dice.randrange(3, 9),
    }
    return {
        "key": f"v{number}",
        "customer": owner,
        "project": title,
        "code": f"{ROLES[role]}-{region}-{3001 + number}",
        "signed": f"month-{months} day {day}",
        "start": f"month-{months} day {day + 2}",
        "po": f"{dice.choice(['PO', 'BE', '45'])}-{dice.randrange(10_000, 99_999)}17",
        "names": dict(people),
        "tasks": [task],
    }
