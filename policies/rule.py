"""One rule of the approval matrix: when it speaks for an action, and what it then asks.

What is not known never helps an action: a rule that cannot be ruled out adds what it asks, but permits nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from domain.actor import Role
from policies.numbering import numbering

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
Threshold = Annotated[Decimal, Field(ge=0, max_digits=18)]
Days = Annotated[int, Field(ge=1, le=366)]
Minutes = Annotated[int, Field(ge=1, le=60 * 24 * 31)]


class Strict(BaseModel):
    """A part of the file: nothing unknown in it, so that a misspelt key is an error and not a rule that is weaker."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, order=True)
class Window:
    """Over whose actions of the last days a sum is taken."""

    per: str
    days: int

    def __str__(self) -> str:
        return f"the same {self.per} within {self.days} days"


@dataclass(frozen=True)
class Case:
    """What rules are compared with; None: not known. Amounts are in the matrix's currency.

    `others` are the sums of the other actions in each window, without this one's own amount.
    """

    action: str
    amount: Decimal | None = None
    practice: str | None = None
    region: str | None = None
    risk: str | None = None
    others: Mapping[Window, Decimal] = field(default_factory=dict[Window, Decimal])


class Asked(Strict):
    """One step that a rule asks for."""

    role: Role
    count: int = Field(1, ge=1, le=20)
    limited: bool = True
    stage: int = Field(1, ge=1, le=20)
    escalates_to: Role | None = None


class Cumulative(Strict):
    """Compare with the sum of a window instead of with one amount."""

    per: Literal["proposer", "customer", "project"]
    days: Days

    @property
    def window(self) -> Window:
        """As the sums are keyed."""
        return Window(self.per, self.days)


class Timing(Strict):
    """How long things may take; a rule's own values go before those of the whole file."""

    days_to_decide: Days | None = None
    remind_after_days: Days | None = None
    escalate_after_days: Days | None = None
    reauthenticate_after_minutes: Minutes | None = None


class Rule(Timing):
    """A rule as it stands in the file: conditions, and a chain of people or a refusal."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.-]{1,80}$")]
    action: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.]{1,80}$")]
    reason: Word
    above: Threshold | None = None
    up_to: Threshold | None = None
    cumulative: Cumulative | None = None
    practice: tuple[Word, ...] = ()
    region: tuple[Word, ...] = ()
    risk: tuple[Word, ...] = ()
    forbid: bool = False
    chain: tuple[Asked, ...] = ()

    @model_validator(mode="after")
    def _sound(self) -> Self:
        keys = [(step.stage, step.role) for step in self.chain]
        if len(set(keys)) != len(keys):
            raise ValueError(f"{self.id}: one step a role and stage; ask for more people by count.")
        if self.forbid and self.chain:
            raise ValueError(f"{self.id}: a rule forbids or names people, not both.")
        if self.cumulative and self.above is None and self.up_to is None:
            raise ValueError(f"{self.id}: cumulative needs above or up_to to compare with.")
        unknown = {*self.practice} - numbering().practices.keys() | {*self.region} - numbering().regions.keys()
        if unknown:
            raise ValueError(f"{self.id}: {', '.join(sorted(unknown))} is no practice or region of numbering.toml.")
        return self

    def speaks(self, case: Case) -> bool | None:
        """Whether the rule speaks for this case; None when what is not known could make it so."""
        answers = [answer for _, answer in self.answers(case)]
        return False if False in answers else None if None in answers else True

    def answers(self, case: Case) -> Iterator[tuple[str, bool | None]]:
        """Each of the rule's conditions by name, and whether the case meets it."""
        yield "action", self.action == case.action
        if self.above is not None:
            yield "amount", self._exceeds(case, self.above)
        if self.up_to is not None:
            yield "amount", _not(self._exceeds(case, self.up_to))
        for name, wanted in (("practice", self.practice), ("region", self.region), ("risk", self.risk)):
            if wanted:
                there = getattr(case, name)
                yield name, None if there is None else there in wanted

    def _exceeds(self, case: Case, threshold: Decimal) -> bool | None:
        if case.amount is None:
            return None
        if self.cumulative is None or case.amount > threshold:
            return case.amount > threshold
        others = case.others.get(self.cumulative.window)
        return None if others is None else case.amount + others > threshold

    def conditions(self, currency: str) -> str:
        """When the rule speaks, in words; empty when it always does for its action type."""
        counted = f" together with {self.cumulative.window}" if self.cumulative else ""
        parts = [
            f"above {currency} {self.above:,}{counted}" if self.above is not None else "",
            f"up to {currency} {self.up_to:,}{counted}" if self.up_to is not None else "",
            *(
                f"{name} {' or '.join(wanted)}"
                for name, wanted in (("practice", self.practice), ("region", self.region), ("risk", self.risk))
                if wanted
            ),
        ]
        return ", ".join(part for part in parts if part)


def _not(answer: bool | None) -> bool | None:
    return None if answer is None else not answer
