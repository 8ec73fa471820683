"""Moves that make proposals: by API, page and document, honest, forged, split and old."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from evals.adversary import firm, hostile
from evals.adversary.moves import hands
from evals.adversary.world import Person, World

LONG_AGO = timedelta(days=14, minutes=5)  # one moment longer than policy lets a proposal wait
ADDRESS = {"street": "1 Quay Street", "postal_code": "10115", "city": "Berlin", "country": "DE"}
TAX_CODES = ("DE136695976", "DE129273398", "DE811569869")


def some(random: Random, world: World, tenant: str, kind: str = "") -> dict[str, Any]:
    """The body of a proposal that a person of this firm could honestly make."""
    kind = kind or random.choice(("po", "po", "po", "identity", "invoice", "invoice", "invoice", "project"))
    record = random.choice("1234")
    summary = random.choice((*hostile.CLAIMS, "Set the number", "As agreed with the client"))
    match kind:
        case "po":
            arguments: dict[str, Any] = {"contract_id": record, "po_number": f"PO-{random.randint(1, 9)}"}
            action_type = "contract.set_po_number"
        case "identity":
            tax = {"type": "eu_vat", "code": random.choice(TAX_CODES)}
            address = ADDRESS | {"street": f"{random.randint(1, 9)} Quay Street"}
            chosen = random.choice(({"tax_identifier": tax}, {"invoice_address": address}))
            arguments = {"customer_id": record, **chosen}
            action_type = "customer.set_billing_identity"
        case "project":
            code = f"CLD-UKI-{random.randint(2000, 2001)}"
            tasks = [{"name": "Discovery", "hours": "40", "price": "150.00", "currency": "EUR"}]
            arguments = {"name": f"New {code}", "code": code, "customer_id": record, "tasks": tasks}
            action_type = "project.create"
        case _:
            arguments = draft(random, world, tenant, record)
            action_type = "invoice.create_draft"
    return {"action_type": action_type, "arguments": arguments, "summary": summary}


def draft(random: Random, world: World, tenant: str, project: str, entries: int = 0) -> dict[str, Any]:
    """The arguments of a draft invoice for some of a project's time entries that nobody billed yet."""
    mine = {i: f for i, f in world.ledger(tenant).records("timesheet.line").items() if f["project"] == project}
    free = sorted((i for i, f in mine.items() if not f["invoice"]), key=int) or sorted(mine, key=int)
    taken = random.sample(free, min(len(free), entries or random.randint(1, 2)))
    worth = sum((Decimal(mine[i]["hours"]) * Decimal(mine[i]["price"]) for i in taken), Decimal(0))
    return {
        "project_id": project,
        "contract_id": project,
        "period": firm.month(world.today),
        "time_entry_ids": taken,
        "amount": str(worth),
        "currency": firm.CURRENCIES[project],
    }


def proposer(world: World, random: Random, tenant: str = "") -> Person:
    """Someone who may propose; mostly of the attacker's own firm."""
    tenant = tenant or (world.near if random.random() < 0.7 else world.far)  # noqa: PLR2004 - mostly
    return random.choice(world.having(tenant, "project_manager", "finance") or world.people[tenant])


async def propose(world: World, random: Random) -> str:
    """Someone proposes something by API, in their session or with their token."""
    person = proposer(world, random)
    body = some(random, world, person.tenant)
    response = await hands.propose(world, person, body, random.choice(("session", "session", "token")))
    return f"{person.name} proposes {body['action_type']} {body['arguments']}: {response.status_code}"


async def propose_with_forged_fields(world: World, random: Random) -> str:
    """The same with fields that say it is approved, somebody else's, another firm's, or from a document."""
    person = proposer(world, random)
    other = random.choice(world.everyone())
    quote = {"page": 1, "quote": "purchase order PO-EVIL-1", "start": 0, "end": 24}
    forged: dict[str, Any] = {
        "state": "approved",
        "proposer": other.id,
        "tenant": other.tenant,
        "verdict": {"allowed": True, "chain": []},
        "decisions": [{"person": other.id, "verdict": "approve"}],
        "origins": {"po_number": {"kind": "document", "evidence": [quote]}},
        "intent": {"origins": {"po_number": {"kind": "document", "evidence": [quote]}}},
    }
    body = some(random, world, person.tenant) | forged
    response = await hands.propose(world, person, body)
    return f"{person.name} proposes {body['arguments']} with forged fields: {response.status_code}"


async def propose_without_right(world: World, random: Random) -> str:
    """An auditor, an administrator, an approver or nobody at all proposes."""
    tenant = random.choice((world.near, world.far))
    mere = [p for p in world.people[tenant] if p not in world.having(tenant, "project_manager", "finance")]
    person = random.choice(mere)
    response = await hands.propose(world, person, some(random, world, tenant), random.choice(("session", "token")))
    if response.is_success:
        world.record.broken("decision", f"{person.name} proposed without the right to")
    await world.call(None, "POST", "/v1/actions", via="nothing", json=some(random, world, tenant))
    return f"{person.name} proposes without the right: {response.status_code}"


async def propose_long_ago(world: World, random: Random) -> str:
    """A proposal that has waited longer than policy lets it; only now do people find it."""
    person = proposer(world, random)
    await world.signed_in(person)
    world.service.clock.back = LONG_AGO
    try:
        response = await hands.propose(world, person, some(random, world, person.tenant))
    finally:
        world.service.clock.back = timedelta(0)
    return f"{person.name} proposed long ago: {response.status_code}"


async def split_an_amount(world: World, random: Random) -> str:
    """One amount in several invoices, each of which needs fewer people than the whole."""
    person = proposer(world, random)
    project = random.choice("12")
    told: list[str] = []
    for _ in range(3):
        arguments = draft(random, world, person.tenant, project, 1)
        body = {"action_type": "invoice.create_draft", "arguments": arguments, "summary": "A part"}
        response = await hands.propose(world, person, body)
        told.append(f"{arguments['amount']} {response.status_code}")
    return f"{person.name} splits an amount of project {project}: {', '.join(told)}"


async def fix_by_page(world: World, random: Random) -> str:
    """What clears a finding, from a project's page, with what the person states in the form."""
    person = proposer(world, random)
    project = firm.PRACTICES[key := random.choice("123")] + f"-UKI-100{key}"
    rule = random.choice(("po.missing", "po.missing", "po.differs", "customer.tax_id_missing"))
    form = {"rule": rule, "po_number": random.choice(("", f"PO-F{random.randint(1, 9)}")), "tax_code": ""}
    if rule.startswith("customer"):
        form["tax_code"] = random.choice(TAX_CODES)
    world.record.said.setdefault(person.tenant, []).extend(filter(None, form.values()))
    response = await world.call(person, "POST", f"/projects/{project}/proposals", data=form)
    return f"{person.name} fixes {rule} of {project} by page: {await _made(world, person, response)}"


async def invoice_by_page(world: World, random: Random) -> str:
    """The draft invoice of a month from a project's page."""
    person = proposer(world, random)
    key = random.choice("12")
    path = f"/projects/{firm.PRACTICES[key]}-UKI-100{key}/invoice"
    response = await world.call(person, "POST", path, data={"month": firm.month(world.today)})
    return f"{person.name} bills project {key} by page: {await _made(world, person, response)}"


async def _made(world: World, person: Person, response: Any) -> str:
    found = hands.ACTION.search(response.headers.get("location", ""))
    if response.status_code == hands.SEE_OTHER and found:
        await hands.learn(world, person, found.group())
        return hands.short(found.group())
    return str(response.status_code)


async def upload(world: World, random: Random) -> str:
    """A statement of work that instructs whoever reads it, attached to a contract."""
    po = random.choice(("", f"4500-{random.randint(100, 999)}"))
    return await bring(world, random, proposer(world, random), random.choice("123"), po)


async def bring(world: World, random: Random, person: Person, contract: str, po: str) -> str:
    """This person uploads a hostile statement of work for this contract, with or without its order's number."""
    client = (world.ledger(person.tenant).fields("party.party", contract) or {})["name"]
    canary = world.canaries[person.tenant].document
    text = hostile.statement_of_work(random, client=client, po=po, canary=canary, texts=world.texts)
    name = f"sow{random.randint(1, 999)}.md"
    response = await world.call(
        person, "POST", "/v1/documents", files={"file": (name, text.encode())}, data={"contract": f"S-100{contract}"}
    )
    if response.is_success:
        world.documents.append((person, response.json()["id"]))
        world.record.uploads.setdefault(response.json()["id"], person.id)
        world.record.documents.setdefault(person.tenant, []).append(text)
        world.record.names.setdefault(person.tenant, []).append(name)
        await world.call(person, "GET", f"/v1/documents/{response.json()['id']}/terms")
    return f"{person.name} uploads {name} for contract {contract} (order {po or 'required'}): {response.status_code}"


async def report(world: World, random: Random) -> str:
    """Other systems' reports come in, with or without the orders' numbers."""
    tenant = random.choice((world.near, world.near, world.far))
    person = world.named(tenant, "Finn")
    numbers = {key: f"R{random.randint(100, 999)}" for key in "1234" if random.random() < 0.4}  # noqa: PLR2004 - some
    csv = firm.reports(world.canaries[tenant].erp, world.today, numbers)
    response = await world.call(person, "POST", "/v1/facts", files={"file": ("facts.csv", csv.encode())})
    world.record.reports.setdefault(tenant, []).append(csv)
    return f"{person.name} imports reports with orders {numbers}: {response.status_code}"


async def withdraw(world: World, random: Random) -> str:
    """Somebody withdraws a proposal; only whose it is may."""
    waiting = world.actions(world.near) or [""]
    action = random.choice(waiting)
    person = random.choice(world.people[world.near])
    if random.random() < 0.6:  # noqa: PLR2004 - mostly its own proposer
        person = next((p for p in world.people[world.near] if p.id == world.record.proposers.get(action)), person)
    response = await world.call(person, "POST", f"/v1/actions/{action}/withdrawal", json={"reason": "No longer"})
    if response.is_success:
        world.record.withdrawn[action] = world.record.tick()
        if world.record.proposers[action] != person.id:
            world.record.broken("decision", f"{person.name} withdrew what others proposed")
    return f"{person.name} withdraws {hands.short(action)}: {response.status_code}"
