"""What each action type takes: checked at the edge, nothing unknown in it, canonical before anyone signs it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator
from stdnum import get_cc_module

from domain.actor import Role
from domain.canonical import digest
from domain.errors import ConfigurationError
from domain.visible import hidden
from policies.engine import FOLDER, Policies, read
from policies.examples import forbidden


def _visible(text: str) -> str:
    if any(map(hidden, text.replace("\n", ""))):
        raise ValueError("holds invisible characters")
    return text


Lines = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(_visible)]
Text = Annotated[Lines, StringConstraints(pattern=r"^[^\n]*$")]
EntryId = Annotated[Text, StringConstraints(max_length=64)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
Amount = Annotated[Decimal, Field(ge=0, max_digits=18, decimal_places=4)]
MOST_TASKS = 500  # nobody reviews more than that in one proposal, and every list of proposals carries it
Billing = Annotated[str, StringConstraints(pattern="^(timesheet|effort|progress|manual)$")]


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
    billing: Billing = "timesheet"
    tasks: Annotated[tuple[PlannedTask, ...], Field(max_length=MOST_TASKS)] = ()


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
    time_entry_ids: Annotated[tuple[EntryId, ...], Field(min_length=1, max_length=5000)]
    amount: Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=4)]
    currency: Currency

    @field_validator("time_entry_ids")
    @classmethod
    def _each_once(cls, ids: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(set(ids), key=lambda entry: (len(entry), entry)))


class CancelProject(Arguments):
    """A project that the action `created_by` made, on which nothing is recorded."""

    project_id: Text
    created_by: Text
    status: Literal["cancelled"] = "cancelled"


class ClearPoNumber(Arguments):
    """No purchase order number on a contract; the empty text asks for emptiness."""

    contract_id: Text
    po_number: Literal[""] = ""


class CancelDraftInvoice(Arguments):
    """A draft that the action `drafted_by` made; its amount says who must approve, and must be the draft's own."""

    invoice_id: Text
    drafted_by: Text
    state: Literal["cancelled"] = "cancelled"
    time_entry_ids: tuple[()] = ()
    amount: Annotated[Decimal, Field(gt=0, max_digits=18, decimal_places=4)]
    currency: Currency


# What a firm may change of its policy; the schema is the product's, because the questions are.
EDITABLE = ("authorization.cedar", "approval.toml", "prerequisites.toml")
MAX_POLICY = 200_000


def policy_digests(files: Mapping[str, str]) -> dict[str, str]:
    """The digest of each policy file under the name that reviewers read: `authorization`, `approval`,
    `prerequisites`.
    """
    return {name.partition(".")[0]: digest(files[name]) for name in EDITABLE}


class ChangePolicy(Arguments):
    """A firm's policy files as they shall be, whole. The digests follow from the texts, whatever was stated."""

    files: dict[str, str]
    authorization: str = ""
    approval: str = ""
    prerequisites: str = ""

    @model_validator(mode="after")
    def _sound(self) -> Self:
        """Refuse what does not load, does not fit the schema, or allows what no policy may."""
        if set(self.files) != {*EDITABLE}:
            raise ValueError(f"give all files: {', '.join(EDITABLE)}")
        if sum(map(len, self.files.values())) > MAX_POLICY:
            raise ValueError(f"the files are longer than {MAX_POLICY:,} characters together")
        if any(hidden(mark) for text in self.files.values() for mark in text if mark not in "\n\t"):
            raise ValueError("the files hold invisible characters, so nobody could see what they sign")
        try:
            draft = Policies({**read(FOLDER), **self.files})
        except ConfigurationError as error:
            raise ValueError(error.detail) from error
        if allowed := forbidden(draft):
            raise ValueError(f"it answers otherwise than any policy must: {'; '.join(allowed)}")
        digests = policy_digests(self.files)
        if all(getattr(self, name) == found for name, found in digests.items()):
            return self
        return self.model_copy(update=digests)


class WaiveRule(Arguments):
    """A rule that shall not hold back one project, up to and including a day; `amount` is what it holds back now."""

    project_id: Text
    rule: Annotated[str, StringConstraints(pattern=r"^[a-z_]+\.[a-z_]+$", max_length=80)]
    until: date
    reason: Lines
    amount: Amount
    currency: Currency


class EndWaiver(Arguments):
    """The waiver that ends, by the action that made it."""

    waiver: Annotated[str, StringConstraints(pattern=UUID)]
    project_id: Text
    rule: Annotated[str, StringConstraints(pattern=r"^[a-z_]+\.[a-z_]+$", max_length=80)]
    state: Literal["ended"] = "ended"


class SetRights(Arguments):
    """Which roles and which approval limit a person shall have; an empty limit is none of their own."""

    person_id: Annotated[str, StringConstraints(pattern=UUID)]
    roles: Annotated[tuple[Role, ...], Field(max_length=2 * len(Role))]
    approval_limit: Annotated[str, StringConstraints(pattern=r"^([0-9]{1,16}\.[0-9]{2})?$")] = ""

    @field_validator("roles")
    @classmethod
    def _sorted(cls, roles: tuple[Role, ...]) -> tuple[Role, ...]:
        return tuple(sorted(set(roles)))


class ThawExecution(Arguments):
    """The freeze that ends."""

    freeze: Annotated[str, StringConstraints(pattern=UUID)]
    state: Literal["thawed"] = "thawed"
