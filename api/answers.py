"""One answer as a file: everything that it was made of as JSON, or its tables for a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any, Literal

import xlsxwriter
from fastapi.responses import Response

from api.portfolio_export import XLSX
from api.services import Services
from api.tables import CSV, harmless
from domain.actor import Actor
from domain.canonical import plain
from store import audit, threads
from store.threads import PastAnswer

Kind = Literal["json", "csv", "xlsx"]
MEDIA: Mapping[Kind, str] = {"json": "application/json", "csv": CSV, "xlsx": XLSX}
SHEET_NAME = 31  # characters, by Excel
Row = list[str]


async def answer_of(services: Services, actor: Actor, thread: str, turn: str) -> PastAnswer:
    """An answer in a conversation of the actor's own. Raises NotFound."""
    async with services.database.tenant(actor.tenant) as connection:
        await threads.get(connection, actor, thread)
        return await threads.answer(connection, thread, turn)


async def exported(services: Services, actor: Actor, thread: str, turn: str, kind: Kind) -> Response:
    """The answer as a file; that it left is an entry of the audit log, committed before."""
    found = await answer_of(services, actor, thread, turn)
    async with services.database.tenant(actor.tenant) as connection:
        facts = {"turn": found.turn, "format": kind}
        await audit.append(connection, actor, "answer.exported", f"thread:{found.thread}", facts)
    make = {"json": _as_json, "csv": _as_csv, "xlsx": _as_xlsx}[kind]
    headers = {"content-disposition": f'attachment; filename="answer-{found.at:%Y%m%d-%H%M%S}.{kind}"'}
    return Response(make(found), media_type=MEDIA[kind], headers=headers)


def _as_json(found: PastAnswer) -> bytes:
    return json.dumps(plain(found), ensure_ascii=False, indent=2).encode()


def _as_csv(found: PastAnswer) -> bytes:
    """Its tables one below the other, each under its title; RFC 4180 with the byte order mark that Excel wants."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([["Question", harmless(found.asked)], ["Answered at (UTC)", f"{found.at:%Y-%m-%d %H:%M:%S}"]])
    for title, rows in _tables(found):
        writer.writerow([])
        writer.writerow([harmless(title)])
        writer.writerows([harmless(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _as_xlsx(found: PastAnswer) -> bytes:
    """A sheet a table; text stays text, and nothing becomes a formula."""
    content = io.BytesIO()
    settings = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    with xlsxwriter.Workbook(content, settings) as book:
        about = book.add_worksheet("Answer")
        for number, (name, value) in enumerate((("Question", found.asked), ("Answered at (UTC)", str(found.at)))):
            about.write_string(number, 0, name)
            about.write_string(number, 1, value)
        for number, (title, rows) in enumerate(_tables(found), 1):
            sheet = book.add_worksheet(f"Table {number}"[:SHEET_NAME])
            sheet.write_string(0, 0, title)
            for line, row in enumerate(rows, 1):
                for column, value in enumerate(row):
                    sheet.write_string(line, column, value)
    return content.getvalue()


def _tables(found: PastAnswer) -> Iterator[tuple[str, list[Row]]]:
    for block in found.blocks:
        if block["kind"] == "table":
            rows = [[_said(cell["value"]) for cell in row] for row in block["rows"]]
            yield block["title"], [[*block["columns"]], *rows]
        elif block["kind"] == "findings":
            yield (
                block["title"],
                [["Verdict", "Finding", "Reason", "Owner", "Amount"], *map(_finding, block["findings"])],
            )
        elif block["kind"] == "chart":
            names = [series["name"] for series in block["series"]]
            values = zip(block["labels"], *(series["values"] for series in block["series"]), strict=True)
            yield block["title"], [["", *names], *([_said(value) for value in row] for row in values)]


def _finding(finding: Mapping[str, Any]) -> Row:
    return [_said(finding.get(name)) for name in ("verdict", "title", "reason", "owner", "amount")]


def _said(value: Any) -> str:
    if isinstance(value, Mapping) and "amount" in value:
        return f"{value['currency']} {value['amount']}"
    return "" if value is None else value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
