"""What an answer is made of. Figures stand in typed blocks that were rendered from tool results, with their sources."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from domain.findings import Finding
from domain.source import Evidence, Source


@dataclass(frozen=True)
class Cell:
    """A value of a table. `value` is JSON; money is {"amount": "1200.00", "currency": "EUR"}; `href` a page of ours."""

    value: Any
    href: str = ""
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True)
class Text:
    """Prose without any figure, date, name or code that no result of this turn contains."""

    text: str
    kind: Literal["text"] = "text"


@dataclass(frozen=True)
class Table:
    """Rows of cells under column titles; `numeric` holds the indices of right-aligned columns."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numeric: tuple[int, ...] = ()
    note: str = ""
    kind: Literal["table"] = "table"


@dataclass(frozen=True)
class Findings:
    """A project's findings for a period."""

    title: str
    href: str
    status: str
    findings: tuple[Finding, ...]
    as_of: str = ""
    kind: Literal["findings"] = "findings"


@dataclass(frozen=True)
class Quotes:
    """What a document says, verbatim; `href` opens the page."""

    title: str
    quotes: tuple[tuple[Evidence, str], ...]
    kind: Literal["quotes"] = "quotes"


@dataclass(frozen=True)
class ActionCard:
    """A proposal; its state is read from the action's row whenever it is shown, never from here."""

    action_id: str
    summary: str
    kind: Literal["action"] = "action"


@dataclass(frozen=True)
class Choices:
    """A question back, with the sentences that would answer it."""

    question: str
    options: tuple[str, ...] = field(default=())
    kind: Literal["choices"] = "choices"


@dataclass(frozen=True)
class Series:
    """One line or one set of bars: a value for each label of its chart, None where there is none."""

    name: str
    values: tuple[Decimal | None, ...]


@dataclass(frozen=True)
class Chart:
    """Figures side by side, with the records they come from. `unit` is a currency, "%", "days" or what is counted.

    `form`: "bars" stand beside each other, "stack" on each other, "line" is for what moves through time.
    """

    title: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    form: Literal["bars", "stack", "line"] = "bars"
    note: str = ""
    sources: tuple[Source, ...] = ()
    kind: Literal["chart"] = "chart"


Block = Text | Table | Findings | Quotes | ActionCard | Choices | Chart
