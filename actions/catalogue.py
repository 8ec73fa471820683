"""The action types: what each one takes, what a reviewer sees of it, what must be true afterwards, and its way back."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    field_validator,
    model_validator,
)
from stdnum import get_cc_module

from domain.actions import FieldChange, Image, Intent
from domain.actor import Operation
from domain.canonical import canonical
from domain.errors import InvalidInput
from domain.money import Money
from domain.visible import hidden, readable


def _visible(text: str) -> str:
    if any(map(hidden, text.replace("\n", ""))):
        raise ValueError("holds invisible characters")
    return text


Lines = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_visible)]
Text = Annotated[Lines, StringConstraints(pattern=r"^[^\n]*$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Amount = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=4)]


class Arguments(BaseModel):
    """What every action type's arguments have in common: nothing unknown, nothing changed later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class PlannedTask(Arguments):
    """A task of a new project; `price` is per hour."""

    name: Text
    hours: Amount | None = None
    price: Amount | None = None
    currency: Currency | None = None


class CreateProject(Arguments):
    """A project with its task tree."""

    name: Text
    code: Text
    customer_id: Text
    contract_id: Text | None = None
    billing: Annotated[str, StringConstraints(pattern="^(timesheet|effort|progress|manual)$")] = "timesheet"
    tasks: tuple[PlannedTask, ...] = ()


class SetPoNumber(Arguments):
    """The client's purchase order number on a contract."""

    contract_id: Text
    po_number: Text


class TaxIdentifier(Arguments):
    """A tax identifier, such as type `eu_vat` and code `DE123456789`."""

    type: Text
    code: Text

    @model_validator(mode="after")
    def _compact(self) -> TaxIdentifier:
        """Bring the code to its compact form; one whose kind has a check and fails it is refused."""
        country, _, name = self.type.partition("_")
        kind = get_cc_module(country, name)
        check = getattr(kind, "validate", None)
        code = check(self.code) if check else re.sub(r"[^0-9A-Za-z]", "", self.code).upper()
        return self if code == self.code else TaxIdentifier.model_construct(type=self.type, code=code)


class InvoiceAddress(Arguments):
    """A postal address; `country` is ISO 3166-1 alpha-2."""

    street: Lines
    postal_code: Text
    city: Text
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]


class SetBillingIdentity(Arguments):
    """Who the customer is for tax and post; what is None stays as it is."""

    customer_id: Text
    tax_identifier: TaxIdentifier | None = None
    invoice_address: InvoiceAddress | None = None


class CreateDraftInvoice(Arguments):
    """A draft invoice for exactly these time entries; nothing is posted or sent."""

    project_id: Text
    contract_id: Text | None = None
    period: Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
    time_entry_ids: Annotated[tuple[Text, ...], Field(min_length=1, max_length=5000)]
    amount: Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=4)]
    currency: Currency

    @field_validator("time_entry_ids")
    @classmethod
    def _each_once(cls, ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(set(ids), key=lambda entry: (len(entry), entry)))


@dataclass(frozen=True)
class ActionType:
    """`labels` name the image's fields that the action sets, in the order in which a reviewer reads them; `target` the
    arguments that say which record it sets them on, which no difference shows.

    `inverse` is the way back, in words, until compensation exists as an action of its own. `obstacle` says why the
    state of the ERP forbids the action, from fields of the image that it does not set; empty when nothing does.

    `system` is where it is carried out: `erp`, or `countersign` itself; `operation` what one must be permitted to
    propose it.
    """

    name: str
    title: str
    arguments: type[Arguments]
    labels: Mapping[str, str]
    inverse: str
    target: Mapping[str, str] = field(default_factory=dict[str, str])
    amount: Callable[[Any], Money | None] = lambda _: None
    obstacle: Callable[[Image], str] = lambda _: ""
    system: str = "erp"
    operation: Operation = Operation.ACTION_PROPOSE


def _planned_value(project: CreateProject) -> Money | None:
    currencies = {task.currency for task in project.tasks if task.price is not None}
    if len(currencies) != 1:
        return None
    priced = [(t.hours or Decimal(0)) * t.price for t in project.tasks if t.price is not None]
    (currency,) = currencies
    return Money(sum(priced, Decimal(0)), currency).rounded if currency else None


def _code_taken(before: Image) -> str:
    return "Another project has this code already." if before.fields.get("code_taken") else ""


def _already_invoiced(before: Image) -> str:
    billed = before.fields.get("already_invoiced") or ()
    return f"Already on an invoice: time entries {', '.join(map(str, billed))}." if billed else ""


TYPES: Mapping[str, ActionType] = {
    entry.name: entry
    for entry in (
        ActionType(
            name="project.create",
            title="Create a project with its tasks",
            arguments=CreateProject,
            labels={
                "code": "Project code",
                "name": "Name",
                "customer_id": "Customer",
                "contract_id": "Contract",
                "billing": "Billed by",
                "tasks": "Tasks",
            },
            inverse="Cancel the project in the ERP while nothing is recorded on it; a number once given is not reused.",
            amount=_planned_value,
            obstacle=_code_taken,
        ),
        ActionType(
            name="contract.set_po_number",
            title="Set a contract's purchase order number",
            arguments=SetPoNumber,
            labels={"po_number": "PO number"},
            inverse="The same action with the earlier number.",
            target={"contract_id": "Contract"},
        ),
        ActionType(
            name="customer.set_billing_identity",
            title="Set a customer's tax identifier and invoice address",
            arguments=SetBillingIdentity,
            labels={"tax_identifier": "Tax identifier", "invoice_address": "Invoice address"},
            inverse="The same action with the earlier values.",
            target={"customer_id": "Customer"},
        ),
        ActionType(
            name="invoice.create_draft",
            title="Create a draft invoice",
            arguments=CreateDraftInvoice,
            labels={
                "project_id": "Project",
                "contract_id": "Contract",
                "period": "Period",
                "time_entry_ids": "Time entries",
                "amount": "Amount",
                "currency": "Currency",
            },
            inverse="Delete the draft in the ERP before it is posted; its time entries become unbilled again.",
            amount=lambda invoice: Money(invoice.amount, invoice.currency).rounded,
            obstacle=_already_invoiced,
        ),
    )
}
# Amounts that the ERP may hand back with another number of decimals.
DECIMALS = frozenset({"amount", "hours", "price"})


def normalised(intent: Intent) -> Intent:
    """The intent with checked, canonical arguments, and the amount that follows from them rather than a stated one.

    Raises InvalidInput naming the field that is wrong.
    """
    kind = known(intent.action_type)
    try:
        arguments = kind.arguments.model_validate(dict(intent.arguments))
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in error.errors())
        raise InvalidInput(f"The arguments of {kind.name} cannot be used: {wrong}") from error
    as_json = arguments.model_dump(mode="json")
    if b"\\u0000" in canonical(intent):
        raise InvalidInput("The proposal's text holds a character that cannot be stored.")
    if not any(as_json.get(name) is not None for name in kind.labels):
        raise InvalidInput("The proposal would change nothing.")
    return dataclasses.replace(
        intent,
        arguments=as_json,
        amount=kind.amount(arguments),
        summary=readable(intent.summary),
        reasons=tuple(map(readable, intent.reasons)),
        customer=readable(intent.customer) if intent.customer else None,
    )


def known(action_type: str) -> ActionType:
    """The action type of this name. Raises InvalidInput."""
    if action_type not in TYPES:
        raise InvalidInput(f"There is no action type '{action_type}'. There are: {', '.join(sorted(TYPES))}.")
    return TYPES[action_type]


def changes(action_type: str, arguments: Mapping[str, Any], before: Image) -> tuple[FieldChange, ...]:
    """What would be different afterwards, field by field; an argument that is None leaves its field alone."""
    return tuple(
        FieldChange(name, label, before.fields.get(name), arguments[name])
        for name, label in known(action_type).labels.items()
        if not fulfilled(name, arguments.get(name), before.fields.get(name))
    )


def differences(action_type: str, arguments: Mapping[str, Any], after: Image) -> tuple[FieldChange, ...]:
    """Where the ERP, read back, differs: `before` is what was approved, `after` what is there."""
    return tuple(
        FieldChange(name, label, arguments[name], after.fields.get(name))
        for name, label in known(action_type).labels.items()
        if not fulfilled(name, arguments.get(name), after.fields.get(name))
    )


def fulfilled(name: str, wanted: Any, found: Any) -> bool:
    """Whether the ERP's value is the wanted one: None asks for nothing, amounts count by value, tasks in any order."""
    if wanted is None:
        return True
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(fulfilled(key, wanted[key], found.get(key)) for key in wanted)
    if isinstance(wanted, list | tuple):
        return isinstance(found, list | tuple) and len(wanted) == len(found) and _paired(name, wanted, list(found))
    if name in DECIMALS and found is not None:
        return Decimal(str(wanted)) == Decimal(str(found))
    return bool(wanted == found)


def _paired(name: str, wanted: Sequence[Any], found: list[Any]) -> bool:
    for item in wanted:
        match = next((index for index, other in enumerate(found) if fulfilled(name, item, other)), None)
        if match is None:
            return False
        del found[match]
    return True
