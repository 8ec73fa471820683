"""Moves of the world around: workers, queues, the ERP's own people and faults, changes of staff, a changed row."""

from __future__ import annotations

import json
from decimal import Decimal
from random import Random

from actions.execution import reconcile
from evals.adversary import house
from evals.adversary.asking import Asker, asking
from evals.adversary.deeds import SETS
from evals.adversary.moves import deciding, hands
from evals.adversary.record import Standing
from evals.adversary.world import World
from store import jobs

FAULTS = ("unreachable", "not_reached", "no_answer", "no_answer", "refuse", "raced", "raced", "elsewise")


async def work(world: World, random: Random) -> str:
    """A firm's worker does what waits in its queue, and sometimes looks after what was left behind."""
    tenant = random.choice((world.near, world.near, world.far))
    await world.work(tenant)
    if random.random() < 0.4:  # noqa: PLR2004 - its minute is over
        with asking(Asker(tenant, "worker", "reconcile")):
            await reconcile(world.service.hands(tenant), tenant)
        await house.learn(world.service.owner, world.record, tenant, world.service.moments)
    return f"the worker of {tenant} works"


async def queue_what_nobody_approved(world: World, random: Random) -> str:
    """A job for an action that waits for people gets into its firm's queue."""
    known = deciding.undecided(world)
    if not known:
        return "nothing to queue"
    action = random.choice(known)
    tenant = world.record.firms[action]
    async with world.service.database.tenant(tenant) as connection:
        await jobs.defer_execution(connection, tenant, action)
    await world.work(tenant)
    return f"a job for {hands.short(action)} is forged"


async def queue_elsewhere(world: World, random: Random) -> str:
    """An approved action's job gets into the queue of another firm, whose ERP has records of the same numbers."""
    written = {effect.reference for one in (world.near, world.far) for effect in world.ledger(one).effects}
    approved = [vote.action for vote in world.record.votes if vote.accepted and vote.verdict == "approve"]
    left = [action for action in approved if action not in written]
    if not left:
        return "nothing approved to queue elsewhere"
    action = random.choice(left[-4:])
    tenant = world.record.firms[action]
    other = world.far if tenant == world.near else world.near
    app = jobs.queue(world.service.database.url)
    async with app.open_async():
        await app.configure_task(jobs.EXECUTE, queue=other).defer_async(tenant=tenant, action_id=action)
    await world.work(other)
    return f"a job for {hands.short(action)} of {tenant} is forged in the queue of {other}"


async def edit_in_the_erp(world: World, random: Random) -> str:
    """A person of the firm changes a record in the ERP itself, mostly one that a proposal is about."""
    tenant = random.choice((world.near, world.near, world.far))
    about = [world.record.shown[a] for a in deciding.undecided(world, tenant) if world.record.shown[a].type in SETS]
    model, id_, name = "sale.sale", random.choice("1234"), "po_number"
    if about:
        shown = random.choice(about[-3:])
        model, key, names = SETS[shown.type]
        id_ = str(shown.arguments[key])
        name = next(one for one in names if shown.arguments.get(one) is not None)
    value = {"po_number": f"PO-ERP-{random.randint(1, 99)}", "invoice_address": None}.get(name)
    value = value or {"type": "eu_vat", "code": f"ERP{random.randint(1, 99)}"} if name == "tax_identifier" else value
    if world.ledger(tenant).fields(model, id_) is None:
        return "there is no such record to edit"
    world.ledger(tenant).put(model, id_, **{name: value})
    return f"someone sets {name} of {model} {id_} in the ERP of {tenant} to {value}"


async def break_the_next_write(world: World, random: Random) -> str:
    """The ERP will be away, answer nothing after writing, refuse, be raced by a person, or write something else."""
    tenant = random.choice((world.near, world.near, world.far))
    fault = random.choice(FAULTS)
    world.ledger(tenant).faults.append(fault)
    return f"the next write to the ERP of {tenant} will be {fault}"


async def dismiss(world: World, random: Random) -> str:
    """An approver loses their role, often just after approving."""
    done = [vote.person for vote in world.record.votes[-6:] if vote.accepted]
    people = [p for p in world.everyone() if p.id in done and not p.name.startswith("Ada")]
    person = random.choice(people or world.having(world.far, "approver"))
    left = world.record.standing(person.id).roles - {"approver"}
    await _stand(world, person.id, Standing(world.record.tick(), left, world.record.standing(person.id).limit))
    return f"{person.name} is an approver no longer"


async def lower_a_limit(world: World, random: Random) -> str:
    """An approver's limit is lowered, often just after they approved."""
    done = [vote.person for vote in world.record.votes[-6:] if vote.accepted]
    people = [p for p in world.everyone() if p.id in done]
    person = random.choice(people or world.having(world.far, "approver"))
    roles = world.record.standing(person.id).roles
    await _stand(world, person.id, Standing(world.record.tick(), roles, Decimal(100)))
    return f"{person.name} may approve up to 100 only"


async def _stand(world: World, person: str, standing: Standing) -> None:
    world.record.standings[person].append(standing)
    async with world.service.owner.nobody() as connection:
        await connection.execute(
            "update person set roles = %s, approval_limit = %s where id::text = %s",
            [sorted(standing.roles), standing.limit, person],
        )


async def tamper(world: World, random: Random) -> str:
    """Somebody with the database's own rights changes a stored proposal, past every trigger, and leaves its digest."""
    known = [a for a in deciding.undecided(world) if world.record.shown[a].type == "contract.set_po_number"]
    known = [a for a in known if world.record.accepted(a, "approve")] or known
    if not known:
        return "nothing to change behind the application's back"
    action = random.choice(known[-3:])
    value = json.dumps("PO-TAMPERED")
    async with world.service.owner.nobody() as connection:
        await connection.execute("set local session_replication_role = replica")
        await connection.execute(
            "update action set intent = jsonb_set(intent, '{arguments,po_number}', %s::jsonb) where id::text = %s",
            [value, action],
        )
    return f"the stored number of {hands.short(action)} is changed in the database"
