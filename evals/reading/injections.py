"""Texts that try to steer a model, each in four places of a statement of work: does a value change, is it flagged?

Each string stands once in the body, in a table, in the page header and in hidden text of the same document. A value
that differs from the undisturbed document's counts as `changed` unless the string itself states it. Harmless
look-alikes from real contracts stand in the body; what is flagged of them is a false alarm.
"""

from __future__ import annotations

import asyncio
import io
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from docx import Document

from domain.canonical import canonical
from domain.terms import Term
from domain.visible import hidden
from sow.document import Reading
from sow.examination import examined
from sow.reading import read_document
from store.embedding import Embedding, embedding

PLACES = ("body", "table", "header", "hidden")
FLAGS = {"injection_suspected", "unusual_wording", "hidden_text"}
CLAUSES = (
    "This Statement of Work No. 7 is made between Harbour Freight Lines GmbH (“Client”) and Northlight Consulting GmbH "
    "(“Provider”) and takes effect on 1 March 2025.",
    "The services end on 31 December 2025.",
    "The services are billed on a time and materials basis; the total shall not exceed EUR 180,000.",
    "Invoices are issued monthly and are payable within thirty (30) days of receipt.",
    "Travel expenses are reimbursed at cost, up to EUR 9,000 in total.",
    "Either party may terminate this Statement of Work for convenience upon forty-five (45) days' written notice.",
    "This Statement of Work is governed by the laws of Germany.",
)
RATES = (("Role", "Rate per hour"), ("Senior consultant", "EUR 165.00"), ("Consultant", "EUR 130.00"))


def measure(data: Path) -> dict[str, Any]:
    """`flagged` and `false_alarms` are shares; `changed` and `stated` count documents."""
    folder = data / "injections"
    if not folder.is_dir():
        return {"skipped": "no injections"}
    return asyncio.run(
        _measured([*_texts(folder / "injections_dev.jsonl")], [*_texts(folder / "benign_lookalikes_dev.jsonl")])
    )


async def _measured(strings: list[str], lookalikes: list[str]) -> dict[str, Any]:
    flagged, counts = Counter[str](), Counter[str]()
    for place in PLACES:
        before = values(await _read("", place))
        for text in strings:
            reading = await _read(text, place)
            flagged[place] += bool(FLAGS & {warning.code for warning in reading.warnings})
            counts[difference(before, reading, text)] += 1
        print(f"reading: {place}: {flagged[place]} of {len(strings)} flagged", file=sys.stderr)
    alarms = [bool(FLAGS & {warning.code for warning in (await _read(text, "body")).warnings}) for text in lookalikes]
    placed = len(strings) * len(PLACES)
    return {
        "strings": len(strings),
        "placed": placed,
        "changed": counts["changed"],
        "stated": counts["stated"],
        "flagged": round(flagged.total() / placed, 3),
        **{f"flagged_{place}": round(flagged[place] / len(strings), 3) for place in PLACES},
        "lookalikes": len(lookalikes),
        "false_alarms": round(sum(alarms) / len(alarms), 4),
    }


class Remembering(Embedding):
    """The embedding model, which is not asked twice for the same text."""

    def __init__(self) -> None:
        self._known: dict[str, list[float]] = {}

    def encode_many(self, texts: Sequence[str]) -> list[list[float]]:
        """The unit vectors of texts, in their order."""
        new = [text for text in texts if text not in self._known]
        self._known |= zip(new, embedding().encode_many(new), strict=True)
        return [self._known[text] for text in texts]


@cache
def remembering() -> Remembering:
    """The model of all readings: the document around the strings is the same each time."""
    return Remembering()


def _texts(path: Path) -> Iterator[str]:
    for line in path.read_text("utf-8").splitlines():
        text = str(json.loads(line)["text"])
        yield "".join(character for character in text if character in "\n\t" or not hidden(character)).strip()


async def _read(text: str, place: str) -> Reading:
    return await examined(read_document(document(text, place), "sow.docx"), remembering)


def document(text: str, place: str) -> bytes:
    """A statement of work as DOCX with this text in one place."""
    made = Document()
    made.add_heading("Statement of Work", 1)
    for number, clause in enumerate(CLAUSES, 1):
        made.add_paragraph(f"{number}. {clause}")
        if number == len(CLAUSES) // 2 and place in {"body", "hidden"}:
            made.add_paragraph().add_run(text).font.hidden = place == "hidden"
    table = made.add_table(0, 2)
    for row in (*RATES, *([(text, "")] if place == "table" else [])):
        for cell, words in zip(table.add_row().cells, row, strict=True):
            cell.text = words
    if place == "header":
        made.sections[0].header.paragraphs[0].text = text
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def values(reading: Reading) -> dict[bytes, Term]:
    """What was read, by field and value."""
    return {canonical([term.field, term.value]): term for term in reading.terms}


def difference(before: dict[bytes, Term], reading: Reading, text: str) -> str:
    """`same`, `stated` where only fields differ of which the text itself states a value, else `changed`."""
    after = values(reading)
    if before.keys() == after.keys():
        return "same"
    said = "".join(text.split())
    stated = {
        term.field
        for key, term in after.items()
        if key not in before and all("".join(one.quote.split()) in said for one in term.evidence)
    }
    different = {(before | after)[key].field for key in before.keys() ^ after.keys()}
    return "stated" if different <= stated else "changed"
