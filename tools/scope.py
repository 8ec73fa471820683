"""What a question covers: projects by what they belong to, and days; the same words for every tool that lists."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from pydantic import BaseModel, ConfigDict, Field
from rapidfuzz import fuzz

from domain.errors import InvalidInput, NotFound
from domain.records import Employee, Firm, Project
from policies.prerequisites.items import words
from tools.cells import project_key
from tools.directory import contract_of, narrowed, project_of

NEARLY = 85.0  # of 100: a name with a slip of the finger


class Days(BaseModel):
    """The first and the last day; without one, that side is open."""

    model_config = ConfigDict(extra="forbid")

    since: date | None = Field(None, description="First day, YYYY-MM-DD")
    until: date | None = Field(None, description="Last day, YYYY-MM-DD")

    def holds(self, day: date | None) -> bool:
        """Whether a day lies within; a missing one only where every day does."""
        if day is None:
            return self.since is None and self.until is None
        return (self.since is None or day >= self.since) and (self.until is None or day <= self.until)

    @property
    def told(self) -> dict[str, str | None]:
        """The days as facts."""
        return {
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
        }

    @property
    def said(self) -> str:
        """The days as a title ends."""
        first = f", from {self.since}" if self.since else ""
        return first + (f"{'' if first else ','} to {self.until}" if self.until else "")


class Whose(BaseModel):
    """All that is given must fit; without anything, the whole firm."""

    model_config = ConfigDict(extra="forbid")

    project: str | None = Field(default=None, max_length=120, description="Project code or handle")
    contract: str | None = Field(default=None, max_length=80, description="Contract number")
    customer: str | None = Field(default=None, max_length=120, description="Customer handle, code or name")
    practice: str | None = Field(default=None, max_length=20, description="Practice code, such as CLD")
    region: str | None = Field(default=None, max_length=20, description="Region code, such as UKI")

    @property
    def everyone(self) -> bool:
        """Whether nothing narrows it."""
        return not any((self.project, self.contract, self.customer, self.practice, self.region))


def projects_of(firm: Firm, whose: Whose) -> tuple[Project, ...]:
    """The projects covered, by code. Raises NotFound, InvalidInput (several fit one name)."""
    found = narrowed(firm, customer=whose.customer, practice=whose.practice, region=whose.region)
    if whose.project:
        only = project_of(firm, whose.project).id
        found = tuple(project for project in found if project.id == only)
    if whose.contract:
        number = contract_of(firm, whose.contract).id
        found = tuple(project for project in found if number in project.contract_ids)
    return tuple(sorted(found, key=lambda project: (project.code or "~", project_key(project))))


def customer_ids(firm: Firm, whose: Whose) -> frozenset[str]:
    """The customers covered: the one that is named, or those of the projects covered."""
    if whose.contract:
        return frozenset({contract_of(firm, whose.contract).customer_id})
    return frozenset(project.customer_id for project in projects_of(firm, whose) if project.customer_id)


def employee_of(firm: Firm, name: str) -> Employee:
    """The person who records time under this name or id. Raises NotFound, InvalidInput (several fit)."""
    found = [person for person in firm.employees if person.id == name or words(person.name) == words(name)]
    found = found or named(firm.employees, name)
    if not found:
        raise NotFound("Nobody of that name records time in the ERP.")
    if len(found) > 1:
        raise InvalidInput(f"Several people fit: {', '.join(sorted(person.name for person in found))}.")
    return found[0]


def named(people: Iterable[Employee], name: str) -> list[Employee]:
    """People whose name holds these words, or nearly is this name."""
    said = words(name)
    every = list(people)
    parts = [person for person in every if said and said in words(person.name).split()]
    return parts or [person for person in every if fuzz.ratio(words(person.name), said) >= NEARLY]


def month_of(day: date) -> str:
    """The month of a day as YYYY-MM."""
    return f"{day.year}-{day.month:02d}"


def days_of_month(month: str) -> tuple[date, date]:
    """The first and last day of YYYY-MM. Raises InvalidInput."""
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        raise InvalidInput("A month is written as YYYY-MM.")
    year, number = int(month[:4]), int(month[5:])
    following = date(year + number // 12, number % 12 + 1, 1)
    return date(year, number, 1), date.fromordinal(following.toordinal() - 1)
