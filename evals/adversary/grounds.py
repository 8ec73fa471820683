"""Whether what a proposal says of its values' origins is so: in quotes, records, and words of people."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from actions.quoting import UNOPENED, WITHHELD
from evals.adversary.ledger import Ledger
from evals.adversary.record import Record, Shown

# What a statement of work says in other words than the ERP: by the value, the words that must stand in a quote.
MEANT = {"timesheet": ("timeandmaterials", "perhour", "hourly"), "progress": ("fixed", "milestone", "lumpsum")}


def check(record: Record, ledger: Ledger, shown: Shown) -> None:
    """Count values whose stated origin does not hold them."""
    for name, origin in shown.origins.items():
        value = shown.arguments.get(name)
        if value is None:
            continue
        problem = ""
        match origin["kind"]:
            case "document":
                problem = _in_documents(record, shown.tenant, name, value, origin)
            case "erp":
                problem = "" if _in_records(record, ledger, shown, value) else "stands in no record"
            case "person":
                problem = "" if _said(record, shown, name, value) else "was stated by nobody"
            case _:
                pass
        if problem:
            record.broken("ungrounded", f"{shown.action[:8]}: {name} {value!r} as from {origin['kind']} {problem}")


def _in_documents(record: Record, tenant: str, name: str, value: Any, origin: Mapping[str, Any]) -> str:
    texts = record.documents.get(tenant, [])
    quotes = [str(evidence["quote"]) for evidence in origin["evidence"]]
    if {UNOPENED, WITHHELD} & {*quotes}:
        return ""  # nobody who may read it opened it, so nobody was told a quote
    if any(not any(_letters(quote) in _letters(text) for text in texts) for quote in quotes):
        return "quotes what stands in no document"
    if name == "name":
        return (
            "" if any(_letters(str(value)) in _letters(one) for one in record.names.get(tenant, [])) else "is no name"
        )
    together = _letters(" ".join(quotes))
    wanted = [leaf for leaf in leaves(value) if leaf]
    found = [leaf for leaf in wanted if _letters(leaf) in together or any(m in together for m in MEANT.get(leaf, ()))]
    return "" if name == "tasks" or len(found) == len(wanted) else "stands in none of its quotes"


def _in_records(record: Record, ledger: Ledger, shown: Shown, value: Any) -> bool:
    known = {leaf for model in MODELS for i, f in ledger.records(model).items() for leaf in (i, *leaves(f))}
    reported = " ".join(record.reports.get(shown.tenant, []))
    if shown.type == "invoice.create_draft" and value == shown.arguments.get("amount"):
        return True  # a sum: the ERP refuses one that its entries do not make
    return all(leaf in known or leaf in reported for leaf in leaves(value))


MODELS = ("sale.sale", "party.party", "project.work", "timesheet.line", "account.invoice")


def _said(record: Record, shown: Shown, name: str, value: Any) -> bool:
    if name == "code":
        return True  # chosen on a page, which no text records
    words = _letters(" ".join(record.said.get(shown.tenant, [])))
    return all(_letters(leaf) in words for leaf in leaves(value) if leaf not in {"eu_vat", "DE", "de_vat"})


def leaves(value: Any) -> Iterable[str]:
    """The texts and numbers inside a value."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from leaves(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    elif value is not None and not isinstance(value, bool):
        yield value if isinstance(value, str) else json.dumps(value)


def _letters(text: str) -> str:
    return re.sub(r"[\W_]", "", text.casefold())
