"""The firm's numbering rule (`numbering.toml`): what a project code is made of, and which number comes next."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

CODE = re.compile(r"([A-Z]{2,6})-([A-Z]{2,6})-(\d+)")


@dataclass(frozen=True)
class Practice:
    """A service line, with what it sells in its own words and words of the roles that work in it."""

    key: str
    name: str
    services: tuple[str, ...]
    roles: tuple[str, ...]


@dataclass(frozen=True)
class Region:
    """A region, and the countries (ISO 3166-1 alpha-2) whose customers it looks after."""

    key: str
    name: str
    countries: tuple[str, ...]


@dataclass(frozen=True)
class Numbering:
    """The rule as loaded. `weights` says what each reason adds to a proposal's score."""

    digits: int
    first: int
    internal_from: int
    practices: Mapping[str, Practice]
    regions: Mapping[str, Region]
    countries: Mapping[str, tuple[str, ...]]
    weights: Mapping[str, float]

    def country_in(self, text: str) -> str | None:
        """The country (ISO 3166-1 alpha-2) that is written first in a text; the longer name where one holds another."""
        names = {name.casefold(): key for key, written in self.countries.items() for name in written}
        longest = sorted(names, key=len, reverse=True)
        found = re.search(rf"\b({'|'.join(map(re.escape, longest))})\b", text.casefold())
        return names[found[1]] if found else None

    def practice_called(self, name: str) -> Practice | None:
        """The practice of exactly this name or key, however it writes "and"."""
        wanted = name.casefold().replace("&", "and").split()
        called = ((one, said) for one in self.practices.values() for said in (one.name, one.key))
        return next((one for one, said in called if said.casefold().replace("&", "and").split() == wanted), None)

    def region_of(self, country: str | None) -> Region | None:
        """The region that looks after a country."""
        return next((region for region in self.regions.values() if country in region.countries), None)

    def next_number(self, used: Iterable[str]) -> int:
        """One above the highest number of all codes ever used; what is not a code of this rule does not count."""
        numbers = [int(match[3]) for code in used if (match := CODE.fullmatch(code))]
        return max([self.first - 1, *(number for number in numbers if number < self.internal_from)]) + 1

    def code(self, practice: str, region: str, number: int) -> str:
        """The code, such as CLD-UKI-1004."""
        return f"{practice}-{region}-{number:0{self.digits}d}"


def parts(code: str | None) -> tuple[str | None, str | None]:
    """(practice, region) of a code, (None, None) for what is no code of this rule."""
    match = CODE.fullmatch(code or "")
    return (match[1], match[2]) if match else (None, None)


@cache
def numbering() -> Numbering:
    """The rule that stands beside this module."""
    data: dict[str, Any] = tomllib.loads((Path(__file__).parent / "numbering.toml").read_text("utf-8"))
    return Numbering(
        digits=data["digits"],
        first=data["first"],
        internal_from=data["internal_from"],
        practices={
            key: Practice(key, row["name"], tuple(row["services"]), tuple(row["roles"]))
            for key, row in data["practices"].items()
        },
        regions={key: Region(key, row["name"], tuple(row["countries"])) for key, row in data["regions"].items()},
        countries={key: tuple(names) for key, names in data["countries"].items()},
        weights={key: float(value) for key, value in data["weights"].items()},
    )
