"""What each question's answer has to contain, by name: `expect(records, "invoiced customer=Halden since=…")`."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from domain.hours import plainly
from evals.agent.records import Records, Scope

APPROVAL = Path(__file__).parents[2] / "policies" / "approval.toml"
Money = tuple[Decimal, str]


@dataclass(frozen=True)
class Expected:
    """`keys`: the first words of the first table's rows, exactly these; `money` and `words` occur in the answer;
    `absent` do not.
    """

    keys: frozenset[str] | None = None
    money: tuple[Money, ...] = ()
    words: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


def expect(records: Records, said: str) -> Expected:
    """The truth of this name with its arguments. Raises KeyError for a name that is not there."""
    name, *rest = said.split()
    return TRUTHS[name](records, rest)


def _sums(sums: dict[str, Decimal]) -> tuple[Money, ...]:
    return tuple((amount, currency) for currency, amount in sorted(sums.items()) if amount)


def _plain(hours: Decimal) -> str:
    return plainly(hours)


def _says(_: Records, words: list[str]) -> Expected:
    return Expected(
        words=tuple(word.replace("_", " ") for word in words if not word.startswith("!")),
        absent=tuple(word[1:].replace("_", " ") for word in words if word.startswith("!")),
    )


def _blocked(records: Records, words: list[str]) -> Expected:
    return Expected(keys=frozenset(records.blocked(Scope.of(words))))


def _failing(records: Records, words: list[str]) -> Expected:
    rules = [word for word in words if "=" not in word]
    return Expected(keys=frozenset(records.failing(rules, Scope.of(words))))


def _status(records: Records, words: list[str]) -> Expected:
    """What was planted on a project: its amounts, and the word of its status."""
    mine = [p for p in records.planted if p.project == words[0]]
    stops = [p for p in mine if records.severity[p.rule] == "blocks"]
    amounts = tuple((p.amount.amount, p.amount.currency) for p in stops[:1] if p.amount)
    return Expected(money=amounts, words=("blocked",) if stops else (), absent=() if stops else ("cannot be billed",))


def _unbilled(records: Records, words: list[str]) -> Expected:
    scope = Scope.of(words)
    hours, sums = records.unbilled(scope, approved="approved" in words)
    if "money" in words:
        return Expected(money=_sums(sums))
    return Expected(money=_sums(sums), words=(_plain(hours),) if len(sums) == 1 else ())


def _unbilled_by(records: Records, words: list[str]) -> Expected:
    """By practice or region: each group's approved or whole sum."""
    scope, by = Scope.of(words[1:]), words[0]
    groups = {getattr(one, by) for one in records.projects(scope)}
    found: list[Money] = []
    for group in sorted(filter(None, groups)):
        _, sums = records.unbilled(Scope({**scope.values, by: group}), approved="approved" in words)
        found += _sums(sums)
    return Expected(money=tuple(found))


def _worked(records: Records, words: list[str]) -> Expected:
    entries = list(records.entries(Scope.of(words)))
    return Expected(words=(_plain(sum((e.hours for _, e in entries), Decimal(0))),))


def _workers(records: Records, words: list[str]) -> Expected:
    names = {one.id: one.name for one in records.firm.employees}
    return Expected(keys=frozenset(names[entry.employee_id] for _, entry in records.entries(Scope.of(words))))


def _worked_on(records: Records, words: list[str]) -> Expected:
    return Expected(keys=frozenset(p.code or p.name for p, _ in records.entries(Scope.of(words))))


def _invoiced(records: Records, words: list[str]) -> Expected:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for one in (found := records.invoices(Scope.of(words))):
        sums[one.currency] += one.untaxed.amount
    count = str(len(found)) if len(found) > 1 else "One" if found else "no"
    return Expected(money=_sums(sums), words=(count,))


def _term(records: Records, words: list[str]) -> Expected:
    return Expected(words=tuple(_shown(value) for value in records.term(words[0], words[1])))


def _shown(value: object) -> str:
    """A value as the answer's facts hold it: dates ISO, lists by their first entry's name."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, dict):
        return str(value.get("role") or value.get("name") or "")
    return str(value)


def _lacking(records: Records, words: list[str]) -> Expected:
    has: dict[str, Callable[[object], bool]] = {
        "tax_id": lambda one: bool(getattr(one, "tax_identifiers")),  # noqa: B009 - the records are of many kinds
        "invoice_address": lambda one: getattr(one, "invoice_address") is not None,  # noqa: B009
        "billing_email": lambda one: bool(getattr(one, "billing_emails")),  # noqa: B009
        "payment_terms": lambda one: getattr(one, "payment_terms_days") is not None,  # noqa: B009
    }
    return Expected(keys=frozenset(one.name for one in records.firm.customers if not has[words[0]](one)))


def _customers(records: Records, words: list[str]) -> Expected:
    scope = Scope.of(words)
    return Expected(
        keys=frozenset(one.name for one in records.firm.customers if scope.get("country") in (None, one.country))
    )


def _customer(records: Records, words: list[str]) -> Expected:
    one = records.customer(words[0].replace("_", " "))
    address, days = one.invoice_address, one.payment_terms_days
    values = {
        "tax_id": one.tax_identifiers[0][1] if one.tax_identifiers else "none",
        "invoice_address": address.street if address else "none",
        "billing_email": one.billing_emails[0] if one.billing_emails else "none",
        "payment_terms": "none" if days is None else f"{days} days",
        "country": one.country or "",
    }
    return Expected(words=(values[words[1]],))


def _projects(records: Records, words: list[str]) -> Expected:
    scope = Scope.of(words)
    status = scope.get("status")
    found = [one for one in records.projects(scope) if status in (None, one.status.replace("_", " "))]
    return Expected(keys=frozenset(one.code or one.name for one in found))


def _contract(records: Records, words: list[str]) -> Expected:
    """Fields of a contract as the ERP has them."""
    one = records.contract(words[0])
    values: dict[str, str | None] = {
        "po": one.po_number or "none recorded",
        "number": one.number,
        "signed": one.date.isoformat() if one.date else "not recorded",
        "terms": f"{one.payment_terms_days} days" if one.payment_terms_days is not None else "none recorded",
        "customer": next(c.name for c in records.firm.customers if c.id == one.customer_id),
    }
    amounts = {
        "value": one.total.amount,
        "invoiced": one.invoiced.amount,
        "open": one.total.amount - one.invoiced.amount,
    }
    if "left" in words:
        cap = Decimal(str(records.term(words[0], "not_to_exceed")[0]))
        return Expected(money=((cap - one.invoiced.amount, one.currency),))
    return Expected(
        words=tuple(values[word] or "" for word in words[1:] if word in values),
        money=tuple((amounts[word], one.currency) for word in words[1:] if word in amounts),
    )


def _reports(records: Records, words: list[str]) -> Expected:
    """Projects or milestones that the reports' file has in a state."""
    scope = Scope.of(words)
    number = records.contract(scope.get("project") or "").number if scope.get("project") else None
    rows = [
        row
        for row in records.reports
        if row["kind"] == words[0]
        and scope.get("status") in (None, row["status"], row["held"])
        and (number is None or row["subject"].partition("/")[0] in (number, scope.get("project")))
    ]
    return Expected(words=tuple(row["subject"].partition("/")[2] or row["subject"] for row in rows))


def _approval(_: Records, words: list[str]) -> Expected:
    """The steps that the matrix's own text asks for an amount in its currency, for a customer of usual risk."""
    matrix = tomllib.loads(APPROVAL.read_text("utf-8"))
    kind, amount = words[0], Decimal(words[1]) if len(words) > 1 and words[1][0].isdigit() else None
    steps: set[tuple[int, str, int]] = set()
    for rule in matrix["rule"]:
        above, up_to = Decimal(rule.get("above", "-1")), Decimal(rule.get("up_to", "1e18"))
        speaks = rule["action"] == kind and not rule.get("risk") and (amount is None or above < amount <= up_to)
        if speaks:
            steps |= {(step.get("stage", 1), step["role"], step.get("count", 1)) for step in rule["chain"]}
    rows = {f"Stage {stage}" for stage, _, _ in steps} | {"Why", "Never"}
    counted = {1: "one approver", 2: "two approvers"}
    return Expected(keys=frozenset(rows), words=tuple(counted[count] for _, _, count in sorted(steps)))


def _documents(records: Records, words: list[str]) -> Expected:
    """The files of the documents, by whether a contract holds them."""
    wanted = {"unattached": False, "attached": True}.get(words[0] if words else "")
    return Expected(keys=frozenset(one.file for one in records.documents if wanted in (None, one.key in records.held)))


TRUTHS: dict[str, Callable[[Records, list[str]], Expected]] = {
    "says": _says,
    "blocked": _blocked,
    "failing": _failing,
    "status": _status,
    "unbilled": _unbilled,
    "unbilled_by": _unbilled_by,
    "worked": _worked,
    "workers": _workers,
    "worked_on": _worked_on,
    "invoiced": _invoiced,
    "term": _term,
    "lacking": _lacking,
    "customers": _customers,
    "customer": _customer,
    "projects": _projects,
    "contract": _contract,
    "reports": _reports,
    "approval": _approval,
    "documents": _documents,
}
