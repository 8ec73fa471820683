"""What a PDF is beside its pages, by pypdf: attachments, form fields, scripts, signatures.

PDFium decides whether a document can be read at all; what pypdf cannot make out of a damaged one becomes a warning.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pypdf import PdfReader

from domain.source import Box
from domain.terms import Warning as Notice

Field = tuple[str, str, Box | None]  # name, value, place
LONGEST_VALUE = 2_000

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # its warnings quote the document


@dataclass(frozen=True)
class Structure:
    """Filled-in form fields by page index, and warnings."""

    fields: dict[int, list[Field]] = field(default_factory=dict[int, list[Field]])
    warnings: tuple[Notice, ...] = ()


def structure(data: bytes, password: str | None = None) -> Structure:
    """Look at the document's catalogue. Never raises for a damaged one."""
    try:
        reader = PdfReader(io.BytesIO(data), strict=False, password=password)
        return Structure(_fields(reader), tuple(_warnings(reader)))
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - hostile input reaches any line of the library; the text is still read
        message = f"Attachments, form fields and scripts could not be looked at ({type(error).__name__})."
        return Structure(warnings=(Notice("structure_unread", message),))


def _warnings(reader: PdfReader) -> Iterator[Notice]:
    catalogue = reader.root_object
    names = _resolved(catalogue.get("/Names")) or {}
    if attachments := sorted(reader.attachments):
        listed = ", ".join(attachments[:5])
        yield Notice("attachments", f"{len(attachments)} attached file(s) were not read: {listed}.")
    if "/JavaScript" in names or _action(catalogue.get("/OpenAction")) in {"/JavaScript", "/Launch"}:
        yield Notice("active_content", "The document carries scripts; they were not run.")
    if any(item.get("/FT") == "/Sig" and item.get("/V") for item in (reader.get_fields() or {}).values()):
        yield Notice("digital_signature", "The document carries a digital signature; it was not verified.")


def _action(opened: Any) -> str:
    action = _resolved(opened)
    return str(action.get("/S", "")) if isinstance(action, dict) else ""


def _resolved(thing: Any) -> Any:
    return thing.get_object() if hasattr(thing, "get_object") else thing


def _fields(reader: PdfReader) -> dict[int, list[Field]]:
    found: dict[int, list[Field]] = {}
    if "/AcroForm" not in reader.root_object:
        return found
    for index, page in enumerate(reader.pages):
        lines = [line for widget in _resolved(page.get("/Annots")) or [] if (line := _field(_resolved(widget)))]
        if lines:
            found[index] = lines
    return found


def _field(widget: Any) -> Field | None:
    """A widget's name, text and place; None for buttons, signatures and what is empty."""
    if widget.get("/Subtype") != "/Widget":
        return None
    parent = _resolved(widget.get("/Parent")) or {}
    kind, value = widget.get("/FT") or parent.get("/FT"), _resolved(widget.get("/V") or parent.get("/V"))
    name = str(widget.get("/TU") or widget.get("/T") or parent.get("/TU") or parent.get("/T") or "field")
    if kind not in {"/Tx", "/Ch"} or not isinstance(value, str) or not value.strip():
        return None
    rectangle = [float(number) for number in _resolved(widget.get("/Rect")) or []]
    box = (rectangle[0], rectangle[1], rectangle[2], rectangle[3]) if len(rectangle) == 4 else None  # noqa: PLR2004
    return " ".join(name.split()), " ".join(value.split())[:LONGEST_VALUE], box
