"""What each type of action reads and changes in the harness's ERP, told again beside the product's catalogue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from domain.actions import Image
from domain.errors import ErpRefused, InvalidInput

if TYPE_CHECKING:
    from evals.adversary.ledger import Ledger

# By type: the model, the argument that names the record, and the fields that are set.
SETS: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "contract.set_po_number": ("sale.sale", "contract_id", ("po_number",)),
    "contract.clear_po_number": ("sale.sale", "contract_id", ("po_number",)),
    "customer.set_billing_identity": ("party.party", "customer_id", ("tax_identifier", "invoice_address")),
    "project.cancel": ("project.work", "project_id", ("status",)),
    "invoice.cancel_draft": ("account.invoice", "invoice_id", ("state", "time_entry_ids")),
}
# By type: the model, and the fields of the new record.
CREATES: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "project.create": ("project.work", ("name", "code", "customer_id", "contract_id", "billing", "tasks")),
    "invoice.create_draft": (
        "account.invoice",
        ("project_id", "contract_id", "period", "time_entry_ids", "amount", "currency"),
    ),
}
# What an undoing shows besides, and the argument that names the action which it undoes.
BESIDES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "project.cancel": (("code",), "created_by"),
    "invoice.cancel_draft": (("amount", "currency"), "drafted_by"),
}
INVOICE, ENTRY, PROJECT = "account.invoice", "timesheet.line", "project.work"
ELSE = "WRITTEN-ELSEWISE"


def image(ledger: Ledger, action_type: str, arguments: Mapping[str, Any]) -> Image:
    """As the reader's port says."""
    if action_type in SETS:
        return _image_of_known(ledger, action_type, arguments)
    if action_type not in CREATES:
        raise InvalidInput(f"This ERP knows no action {action_type!r}.")
    model, names = CREATES[action_type]
    entries = [str(entry) for entry in arguments.get("time_entry_ids") or ()]
    versions = _stamps(ledger, ENTRY, entries)
    made = ledger.known(str(arguments.get("reference", "")))
    if made:
        fields = ledger.need(*made)
        return Image({name: fields.get(name) for name in names}, {**versions, **_stamps(ledger, model, [made[1]])})
    found = {**dict.fromkeys(names), **_standing(ledger, action_type, arguments)}
    taken = _of_code(ledger, str(arguments["code"])) if model == PROJECT else []
    return Image(found, {**versions, **_stamps(ledger, model, taken)})


def _image_of_known(ledger: Ledger, action_type: str, arguments: Mapping[str, Any]) -> Image:
    model, key, names = SETS[action_type]
    id_ = str(arguments[key])
    fields = ledger.need(model, id_)
    found = {name: fields.get(name) for name in names if arguments.get(name) is not None}
    if action_type in BESIDES:
        besides, origin = BESIDES[action_type]
        found |= {name: fields.get(name) for name in besides}
        found |= {"written_by_action": ledger.known(str(arguments[origin])) == (model, id_), "recorded": False}
    return Image(found, _stamps(ledger, model, [id_]))


def _standing(ledger: Ledger, action_type: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in the way of a new record."""
    if action_type == "project.create":
        return {"code_taken": bool(_of_code(ledger, str(arguments["code"])))}
    entries = [str(entry) for entry in arguments["time_entry_ids"]]
    return {"already_invoiced": [entry for entry in entries if ledger.need(ENTRY, entry).get("invoice")]}


def _of_code(ledger: Ledger, code: str) -> list[str]:
    return [id_ for id_, fields in ledger.records(PROJECT).items() if fields["code"] == code]


def _stamps(ledger: Ledger, model: str, ids: Sequence[str]) -> dict[str, str]:
    return {f"{model},{id_}": ledger.version(model, id_) or "" for id_ in ids}


def apply(
    ledger: Ledger, action_type: str, arguments: Mapping[str, Any], *, elsewise: bool
) -> tuple[str, str, dict[str, Any], dict[str, Any]]:
    """Change the records: (model, id, what was before, what is afterwards); `elsewise` writes other values."""
    if action_type in SETS:
        model, key, names = SETS[action_type]
        id_ = str(arguments[key])
        known = ledger.need(model, id_)
        new = {name: arguments[name] or None for name in names if arguments.get(name) is not None}
        before = {name: known.get(name) for name in new}
    else:
        model, names = CREATES[action_type]
        id_ = str(len(ledger.records(model)) + 1)
        new, known = {name: arguments.get(name) for name in names}, {"status": "open", "state": "draft"}
        before = _standing(ledger, action_type, arguments)
    _entries(ledger, action_type, arguments, id_)
    if elsewise:
        new = {name: foreign(name) if name in {"po_number", "name", "amount"} else new[name] for name in new}
    ledger.save(model, id_, {**known, **new})
    return model, id_, before, new


def _entries(ledger: Ledger, action_type: str, arguments: Mapping[str, Any], invoice: str) -> None:
    """Time entries are billed by a draft and become free again with its cancelling."""
    if action_type == "invoice.create_draft":
        entries = {str(entry): ledger.need(ENTRY, str(entry)) for entry in arguments["time_entry_ids"]}
        worth = sum((Decimal(e["hours"]) * Decimal(e["price"]) for e in entries.values()), Decimal(0))
        if worth != Decimal(str(arguments["amount"])):
            raise ErpRefused(f"These time entries are worth {worth}.")
        for id_, fields in entries.items():
            ledger.save(ENTRY, id_, {**fields, "invoice": invoice})
    if action_type == "invoice.cancel_draft":
        for id_, fields in ledger.records(ENTRY).items():
            if fields["invoice"] == invoice:
                ledger.save(ENTRY, id_, {**fields, "invoice": None})


def race(ledger: Ledger, action_type: str, arguments: Mapping[str, Any]) -> None:
    """A person of the firm saves the same record between Countersign's last look and its write."""
    if action_type in SETS:
        model, key, names = SETS[action_type]
        if ledger.fields(model, str(arguments[key])) is not None:
            ledger.put(model, str(arguments[key]), **{names[0]: foreign(names[0])})


def foreign(name: str) -> Any:
    """A value that nobody proposed."""
    return "0.07" if name == "amount" else {"type": "eu_vat", "code": ELSE} if name == "tax_identifier" else ELSE
