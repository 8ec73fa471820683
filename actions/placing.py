"""Whose an action is by the ERP's own records: policy asks for customer and place, and believes no caller."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Protocol, TypeVar

from domain.actions import Intent
from domain.records import Contract, Customer, Firm, Project
from domain.visible import readable
from policies import numbering


class _Record(Protocol):
    @property
    def id(self) -> str: ...


Found = TypeVar("Found", bound=_Record)


def placed(intent: Intent, firm: Firm) -> Intent:
    """The intent with customer, project code, practice and region of the records that its arguments name.

    The customer's name is as `normalised` keeps it, whichever comes last: sums over a customer look for it, too.

    What the firm's records do not say is None, whatever the intent said before: policy then counts it as not known.
    """
    contract: Contract | None = _named(intent, "contract_id", firm.contracts)
    project: Project | None = _named(intent, "project_id", firm.projects)
    party = _customer_id(intent, project, contract)
    customer: Customer | None = next((one for one in firm.customers if one.id == party), None)
    new = intent.arguments.get("customer_name")  # of a customer that the action itself makes
    code = project.code if project else _code(intent, contract, firm)
    practice, region = numbering.parts(code)
    return replace(
        intent,
        customer_id=customer.id if customer else None,
        customer=readable(customer.name if customer else str(new)) if customer or new else None,
        project_code=code,
        practice=practice,
        region=region,
        contracts=contract_numbers(
            firm, [*(project.contract_ids if project else ()), *([contract.id] if contract else [])]
        ),
    )


def moved(old: Intent, new: Intent) -> Intent:
    """An edited intent with the place that its new words give it.

    An edit names no other record (`ActionType.editable`): whose it is stays as the ERP's records said when it was
    proposed, but for the name of a customer and the code of a project that the action itself would make.
    """
    if new.arguments.get("customer_name") != old.arguments.get("customer_name") and new.customer_id is None:
        name = new.arguments.get("customer_name")
        new = replace(new, customer=readable(str(name)) if name else None)
    if new.arguments.get("code") != old.arguments.get("code"):
        code = str(new.arguments.get("code"))
        practice, region = numbering.parts(code)
        new = replace(new, project_code=code, practice=practice, region=region)
    return new


def _named(intent: Intent, argument: str, records: Iterable[Found]) -> Found | None:
    wanted = intent.arguments.get(argument)
    return next((one for one in records if wanted is not None and one.id == str(wanted)), None)


def _customer_id(intent: Intent, project: Project | None, contract: Contract | None) -> str | None:
    """A project's own customer goes before the contract's: it is who is billed."""
    if project is not None:
        return project.customer_id
    if intent.arguments.get("customer_id"):
        return str(intent.arguments["customer_id"])
    return contract.customer_id if contract else None


def contract_numbers(firm: Firm, ids: Iterable[str]) -> tuple[str, ...]:
    """The numbers of these contracts, under which other systems report on them."""
    wanted = set(ids)
    return tuple(sorted(one.number for one in firm.contracts if one.id in wanted))


def _code(intent: Intent, contract: Contract | None, firm: Firm) -> str | None:
    """The code that a new project would have, or that of a contract's only project."""
    if intent.action_type in ("project.create", "engagement.set_up"):
        return str(intent.arguments.get("code"))
    codes = {one.code for one in firm.projects if contract and contract.id in one.contract_ids}
    return codes.pop() if len(codes) == 1 else None
