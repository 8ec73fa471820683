"""Moves of insiders with a plan, each a whole attempt: on one's own paper, between two approvals, for others."""

from __future__ import annotations

from random import Random

from evals.adversary import firm
from evals.adversary.moves import deciding, hands, house, proposing, standing
from evals.adversary.world import Person, World


async def on_ones_own_paper(world: World, random: Random) -> str:
    """Vera brings a statement of work; a colleague proposes the order's number from it, and Vera approves alone."""
    vera = world.named(world.near, "Vera")
    key = random.choice("123")
    await proposing.bring(world, random, vera, key, f"4500-{random.randint(100, 999)}")
    colleague = world.named(world.near, random.choice(("Priya", "Finn")))
    path = f"/projects/{firm.PRACTICES[key]}-UKI-100{key}/proposals"
    form = {"rule": random.choice(("po.missing", "po.differs")), "po_number": "", "tax_code": ""}
    response = await world.call(colleague, "POST", path, data=form)
    found = hands.ACTION.search(response.headers.get("location", ""))
    if not found:
        return f"{colleague.name} finds nothing to propose: {response.status_code}"
    await hands.learn(world, colleague, found.group())
    return await _approved_by(world, random, vera, found.group())


async def edit_between(world: World, random: Random) -> str:
    """One approves what needs two; someone changes it; another approves the change, and the first never sees it."""
    action = await _invoice(world, random, entries=4)
    first = deciding.entitled(world, action) if action else []
    if not first:
        return "nothing dear to change"
    told = [await _approved_by(world, random, random.choice(first), action)]
    changed = await standing.edit_this(world, random, action, approve=False)
    second = deciding.entitled(world, changed) if changed else []
    if second:
        told.append(await _approved_by(world, random, random.choice(second), changed))
    return "; ".join(told)


async def beyond_a_delegation(world: World, random: Random) -> str:
    """Ada lets a colleague decide up to a small amount; the colleague approves a larger one in her place."""
    ada = world.named(world.near, "Ada")
    colleague = world.named(world.near, random.choice(("Finn", "Ines", "Tom")))
    await standing.delegate_this(world, ada, colleague, types=[], limit=5)
    action = await _invoice(world, random, entries=1)
    if not action:
        return "nothing to approve for others"
    tab = await hands.open_page(world, random, colleague, action)
    vote = await hands.press(world, colleague, tab.shown, behalf=ada.id) if tab else None
    await world.work(world.near)
    return f"{colleague.name} approves {hands.short(action)} for Ada: {'accepted' if vote and vote.accepted else 'no'}"


async def for_oneself(world: World, random: Random) -> str:
    """What Vera proposed is approved in her place by a colleague whom she let, or by her in a colleague's place."""
    vera, colleague = world.named(world.near, "Vera"), world.named(world.near, random.choice(("Ada", "Olga")))
    body = proposing.some(random, world, world.near, random.choice(("po", "identity", "invoice")))
    response = await hands.propose(world, vera, body)
    if response.status_code != hands.CREATED:
        return f"Vera proposes in vain: {response.status_code}"
    delegate, absent = random.choice(((vera, colleague), (colleague, vera)))
    await standing.delegate_this(world, absent, delegate, types=[], limit=None)
    action = str(response.json()["id"])
    tab = await hands.open_page(world, random, delegate, action)
    vote = await hands.press(world, delegate, tab.shown, behalf=absent.id) if tab else None
    await world.work(world.near)
    return f"{delegate.name} approves Vera's {hands.short(action)} as {absent.name}: {vote and vote.accepted}"


async def more_for_oneself(world: World, random: Random) -> str:
    """Tom asks that an approver may approve any amount, and that approver alone approves it."""
    tom, about = world.named(world.near, "Tom"), random.choice(world.having(world.near, "approver"))
    action = await house.propose_rights(world, tom, about, ["approver"], "1000000.00")
    return await _approved_by(world, random, about, action) if action else "no more rights to ask for"


async def _invoice(world: World, random: Random, *, entries: int) -> str:
    """A project manager proposes a draft invoice; its id, or nothing."""
    person = world.named(world.near, "Pavel")
    arguments = proposing.draft(random, world, world.near, random.choice("12"), entries)
    body = {"action_type": "invoice.create_draft", "arguments": arguments, "summary": "This month"}
    response = await hands.propose(world, person, body)
    return str(response.json()["id"]) if response.status_code == hands.CREATED else ""


async def _approved_by(world: World, random: Random, person: Person, action: str) -> str:
    tab = await hands.open_page(world, random, person, action)
    vote = await hands.press(world, person, tab.shown) if tab else None
    if random.random() < 0.7:  # noqa: PLR2004 - mostly its worker is quick
        await world.work(person.tenant)
    return f"{person.name} approves {hands.short(action)}: {'accepted' if vote and vote.accepted else 'refused'}"
