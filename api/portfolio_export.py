"""The portfolio as a file for a spreadsheet: every project of a filter, its money and what stands in the way.

Money is a number with a currency beside it, never a sum over currencies.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import xlsxwriter
from fastapi.responses import Response

from api.billing import Fresh, Wanted, answers
from api.services import Services
from api.tables import CSV, as_csv
from domain.actor import Actor
from domain.findings import Readiness
from store import audit
from tools.evaluating import told, troubles

COLUMNS = (
    "Code",
    "Project",
    "Customer",
    "Practice",
    "Region",
    "Month",
    "Status",
    "Currency",
    "Unbilled",
    "Ready to bill",
    "Held back",
    "At risk",
    "In the way",
    "Owners",
    "ERP read at (UTC)",
    "What is wrong with these facts",
)
MONEY = (8, 9, 10, 11)
WIDTHS = (16, 34, 28, 10, 10, 10, 18, 10, 14, 14, 14, 14, 60, 28, 20, 40)
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


Kind = Literal["csv", "xlsx"]


async def export(services: Services, actor: Actor, wanted: Wanted, kind: Kind) -> Response:
    """A part of the portfolio as a file; that it left is an entry of the audit log, committed before."""
    fresh, found = await answers(services, actor, wanted)
    facts = {"format": kind, "projects": len(found), **wanted.model_dump(exclude_defaults=True, exclude={"search"})}
    async with services.database.tenant(actor.tenant) as connection:
        await audit.append(connection, actor, "readiness.exported", "readiness:portfolio", facts)
    name = f"readiness-{wanted.month or fresh.read_at.date()}.{kind}"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    if kind == "csv":
        made = await asyncio.to_thread(as_csv, COLUMNS, rows(found, fresh))
        return Response(made, media_type=CSV, headers=headers)
    return Response(await asyncio.to_thread(as_xlsx, found, fresh), media_type=XLSX, headers=headers)


def rows(found: Sequence[Readiness], fresh: Fresh) -> Iterator[tuple[Any, ...]]:
    """A line a project in the order of COLUMNS; money as Decimal, the rest as text."""
    read_at, wrong = fresh.read_at.strftime("%Y-%m-%d %H:%M:%S"), " ".join(fresh.warnings)
    for one in found:
        stopping = troubles(one)
        yield (
            one.project_code or "",
            one.project_name,
            one.customer or "",
            one.practice or "",
            one.region or "",
            one.period or "",
            one.status.replace("_", " "),
            one.unbilled.currency,
            one.unbilled.amount,
            one.ready.amount,
            one.blocked.amount,
            one.at_risk.amount if one.at_risk is not None else Decimal(0),
            "; ".join(told(one)),
            "; ".join(dict.fromkeys(finding.owner for finding in stopping)),
            read_at,
            wrong,
        )


def as_xlsx(found: Sequence[Readiness], fresh: Fresh) -> bytes:
    """A workbook with a frozen, filtered header; text stays text."""
    content = io.BytesIO()
    settings = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(content, {**settings, "in_memory": True}) as book:
        book.set_properties({"title": "Billing readiness", "created": datetime(2000, 1, 1)})  # noqa: DTZ001 - same bytes
        sheet = book.add_worksheet("Readiness")
        bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
        for number, (title, width) in enumerate(zip(COLUMNS, WIDTHS, strict=True)):
            sheet.set_column(number, number, width)
            sheet.write_string(0, number, title, bold)
        last = 0
        for last, row in enumerate(rows(found, fresh), 1):
            for number, value in enumerate(row):
                if number in MONEY:
                    sheet.write_number(last, number, value, money)
                else:
                    sheet.write_string(last, number, value)
        sheet.freeze_panes(1, 2)
        sheet.autofilter(0, 0, last, len(COLUMNS) - 1)
    return content.getvalue()
