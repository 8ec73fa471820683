"""What setting up a whole engagement takes, and taking it back: flat, so that each field has its source and edits."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from actions.arguments import (
    MOST_TASKS,
    Amount,
    Arguments,
    Billing,
    Currency,
    InvoiceAddress,
    PlannedTask,
    TaxIdentifier,
    Text,
)
from domain.actions import Image
from domain.money import Money

Email = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=200)]
Days = Annotated[int, Field(ge=0, le=365)]
MOST_LINES = 200  # of a contract, of a price list, and of what is said of the schedule
OF_CUSTOMER = ("tax_identifier", "invoice_address", "billing_email")
OF_CONTRACT = ("contract_date", "currency", "payment_terms_days", "po_number", "price_list_name")


class Sold(Arguments):
    """A line of a new contract: `quantity` times `price`."""

    name: Text
    quantity: Amount
    price: Amount


class Rate(Arguments):
    """What an hour of a role costs on a new price list; `name` is the role."""

    name: Text
    price: Amount


class EngagementTask(PlannedTask):
    """A task that is billed by the hour at `price`, or as a whole at `amount`."""

    amount: Amount | None = None


class SetUpEngagement(Arguments):
    """A project with its tasks, and whatever of customer, contract and price list the ERP does not have yet.

    What is there already is named by id, what is new by its fields; `payment_terms_days` holds for the contract,
    and for a new customer. `schedule` says in words when what is invoiced.
    """

    customer_id: Text | None = None
    customer_name: Text | None = None
    tax_identifier: TaxIdentifier | None = None
    invoice_address: InvoiceAddress | None = None
    billing_email: Email | None = None
    contract_id: Text | None = None
    contract_title: Text | None = None
    contract_date: date | None = None
    currency: Currency | None = None
    payment_terms_days: Days | None = None
    po_number: Text | None = None
    lines: Annotated[tuple[Sold, ...], Field(max_length=MOST_LINES)] = ()
    price_list_name: Text | None = None
    rates: Annotated[tuple[Rate, ...], Field(max_length=MOST_LINES)] = ()
    code: Text
    name: Text
    billing: Billing = "timesheet"
    opens: date | None = None
    ends: date | None = None
    tasks: Annotated[tuple[EngagementTask, ...], Field(max_length=MOST_TASKS)] = ()
    schedule: Annotated[tuple[Text, ...], Field(max_length=MOST_LINES)] = ()

    @model_validator(mode="after")
    def _one_of_each(self) -> Self:
        """Each record is named or described, never both, and nothing is described of a record that is not made."""
        if (self.customer_id is None) == (self.customer_name is None):
            raise ValueError("name the customer that is there (customer_id), or the new one (customer_name)")
        if self.customer_id and any(getattr(self, name) for name in OF_CUSTOMER):
            raise ValueError("what the ERP knows of a customer is changed by customer.set_billing_identity")
        if (self.contract_id is None) == (self.contract_title is None):
            raise ValueError("name the contract that is there (contract_id), or the new one (contract_title)")
        if self.contract_id and (self.lines or any(getattr(self, name) for name in OF_CONTRACT)):
            raise ValueError("a contract that is there is not described again")
        if self.contract_title and not (self.currency and self.lines):
            raise ValueError("a new contract needs a currency and at least one line")
        if bool(self.price_list_name) != bool(self.rates):
            raise ValueError("a price list has a name and rates, or is not made")
        if self.opens and self.ends and self.ends < self.opens:
            raise ValueError("the project ends before it opens")
        return self


class TakeBackEngagement(Arguments):
    """What the action `created_by` made: the project is cancelled, and each record that it made for it goes, too."""

    project_id: Text
    created_by: Text
    status: Literal["cancelled"] = "cancelled"
    contract_id: Text | None = None
    contract_state: Literal["cancelled"] | None = None
    price_list_id: Text | None = None
    price_list: Literal["inactive"] | None = None
    customer_id: Text | None = None
    customer: Literal["inactive"] | None = None


class ConfirmContract(Arguments):
    """A quotation that the client has signed."""

    contract_id: Text
    state: Literal["processing"] = "processing"


def worth(engagement: SetUpEngagement) -> Money | None:
    """What a new contract comes to by its lines, or by its tasks if that is more; None where the contract is there
    already, or nobody knows.
    """
    currency = engagement.currency
    if currency is None or any(task.currency not in {None, currency} for task in engagement.tasks):
        return None
    lines = sum((line.quantity * line.price for line in engagement.lines), Decimal(0))
    tasks = sum((_worth_of(task) for task in engagement.tasks), Decimal(0))
    return Money(max(lines, tasks), currency).rounded if lines or tasks else None


def _worth_of(task: EngagementTask) -> Decimal:
    by_the_hour = (task.hours or Decimal(0)) * (task.price or Decimal(0))
    return by_the_hour if task.amount is None else max(task.amount, by_the_hour)


def made(after: Image | None) -> dict[str, Any]:
    """The records that a set-up made besides the project, by the argument of `TakeBackEngagement` that names them."""
    fields = after.fields if after else {}
    return {name: fields[f"made_{name}"] for name in MADE if fields.get(f"made_{name}")}


# By the argument that names the record, the argument that says what becomes of it.
MADE = {
    "contract_id": ("contract_state", "cancelled"),
    "price_list_id": ("price_list", "inactive"),
    "customer_id": ("customer", "inactive"),
}
