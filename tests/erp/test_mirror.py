"""What was read piece by piece is what a whole reading finds, whatever was changed in a real Tryton meanwhile."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from domain.records import Firm
from erp.mirror import Mirror
from erp.tryton.reader import TrytonReader
from erp.tryton.rpc import TrytonRpc
from store.database import Database
from tests.erp.firm import DemoFirm

pytestmark = [pytest.mark.anyio, pytest.mark.erp]


@dataclass
class Desk:
    """A mirror beside an administrator's hands in the ERP."""

    mirror: Mirror
    reader: TrytonReader
    admin: TrytonRpc

    async def search(self, model: str, domain: list[Any], *names: str) -> list[dict[str, Any]]:
        return await self.admin.search_read(model, domain, names)

    async def write(self, model: str, record: int, **values: Any) -> None:
        await self.admin.call(f"model.{model}.write", [record], values)

    async def create(self, model: str, **values: Any) -> int:
        (record,) = await self.admin.call(f"model.{model}.create", [values])
        return record

    async def delete(self, model: str, record: int) -> None:
        await self.admin.call(f"model.{model}.delete", [record])


def timeless(value: Any) -> Any:
    """A record without the time of its reading, and time in the order of its ids."""
    if isinstance(value, Firm):
        parts = {f.name: timeless(getattr(value, f.name)) for f in fields(value) if f.name != "fetched_at"}
        return {**parts, "time": sorted(parts["time"], key=repr), "contracts": sorted(parts["contracts"], key=repr)}
    if isinstance(value, tuple):
        return tuple(timeless(one) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        if hasattr(value, "fetched_at"):
            return replace(value, fetched_at=None)
        return type(value)(**{f.name: timeless(getattr(value, f.name)) for f in fields(value)})
    return value


@pytest.fixture
async def desk(own_firm: DemoFirm, database: Database, owner: psycopg.Connection) -> AsyncIterator[Desk]:
    owner.execute("insert into tenant (id, name, base_currency) values ('northlight', 'Northlight', 'EUR')")
    admin = TrytonRpc(**vars(own_firm.account("admin")))
    async with own_firm.reader() as reader:
        yield Desk(Mirror(database, "northlight", reader, seconds=0), reader, admin)
    await admin.close()


async def hours_come_change_and_go(desk: Desk) -> None:
    (first, second, *_) = await desk.search("timesheet.line", [("invoice_line", "=", None)], "work", "employee", "date")
    given = {name: first[name] for name in ("work", "employee", "date")}
    await desk.create("timesheet.line", **given, duration=timedelta(hours=3))
    await desk.write("timesheet.line", first["id"], duration=timedelta(hours=1, minutes=15))
    await desk.delete("timesheet.line", second["id"])


async def hours_move_to_another_project(desk: Desk) -> None:
    lines = await desk.search("timesheet.line", [("invoice_line", "=", None)], "work")
    await desk.write(
        "timesheet.line", lines[0]["id"], work=next(x["work"] for x in lines if x["work"] != lines[0]["work"])
    )


async def customers_change(desk: Desk) -> None:
    (address, *_) = await desk.search("party.address", [("invoice", "=", True)], "party")
    await desk.write("party.address", address["id"], city="Elsewhere")
    await desk.write("party.party", address["party"], name="Renamed & Sons")
    (mail, *_) = await desk.search("party.contact_mechanism", [("type", "=", "email")], "party")
    await desk.delete("party.contact_mechanism", mail["id"])
    await desk.create("party.party", name="Newcomer", addresses=[("create", [{"city": "Ulm", "invoice": True}])])


async def contracts_change(desk: Desk) -> None:
    (sale, other, *_) = await desk.search("sale.sale", [("state", "=", "processing")])
    (draft,) = await desk.admin.call("model.sale.sale.copy", [sale["id"]], {})
    await desk.write("sale.sale", draft, description="Another description", reference="PO 12")
    (line, *_) = await desk.search("sale.line", [("sale", "=", draft), ("type", "=", "line")])
    await desk.write("sale.line", line["id"], description="Other words")
    await desk.create("ir.attachment", name="late.pdf", type="data", data=b"%PDF", resource=f"sale.sale,{other['id']}")
    held = await desk.search("ir.attachment", [("resource", "=", f"sale.sale,{sale['id']}")])
    for attachment in held[:1]:
        await desk.delete("ir.attachment", attachment["id"])


async def projects_change(desk: Desk) -> None:
    (project, other, *_) = await desk.search("project.work", [("parent", "=", None), ("type", "=", "project")])
    task = next(t for t in await desk.search("project.work", [("parent", "=", project["id"])]))
    await desk.write("project.work", project["id"], name="Renamed project")
    await desk.write("project.work", task["id"], parent=other["id"])


async def an_invoice_is_cut(desk: Desk) -> None:
    (draft, *_) = await desk.search("account.invoice", [("state", "=", "draft"), ("type", "=", "out")], "lines")
    await desk.write("account.invoice", draft["id"], description="Another description", reference="PO 9")
    await desk.write("account.invoice.line", draft["lines"][0], description="Other words", unit_price=Decimal("17.25"))


async def an_invoice_goes(desk: Desk) -> None:
    (draft, *_) = await desk.search("account.invoice", [("state", "=", "draft"), ("type", "=", "out")])
    await desk.delete("account.invoice", draft["id"])


async def lists_and_people_change(desk: Desk) -> None:
    (line, *_) = await desk.search("product.price_list.line", [("product", "!=", None)])
    await desk.write("product.price_list.line", line["id"], formula="123.50")
    party = await desk.create("party.party", name="Someone New")
    await desk.create("company.employee", party=party, company=(await desk.search("company.company", []))[0]["id"])


async def what_lies_behind_everything_changes(desk: Desk) -> None:
    (product, *_) = await desk.search("product.product", [], "template")
    await desk.write("product.template", product["template"], name="Another name of a product")


# Compared after each group, as a whole reading takes its time.
CHANGES = (
    (hours_come_change_and_go, customers_change, contracts_change),
    (hours_move_to_another_project, an_invoice_is_cut, lists_and_people_change),
    (projects_change, an_invoice_goes),
    (what_lies_behind_everything_changes,),
)


async def test_reading_what_changed_comes_to_the_same_as_reading_everything(desk: Desk) -> None:
    """One firm through all changes, one after the other: a server of its own for each would take a minute."""
    assert (await desk.mirror.sync()).whole
    assert timeless(await desk.mirror.get()) == timeless(await desk.reader.firm())
    for group in CHANGES:
        for change in group:
            await change(desk)
        synced = await desk.mirror.sync()
        assert synced.changed >= len(group), group
        assert synced.whole is (what_lies_behind_everything_changes in group)
        assert timeless(await desk.mirror.get()) == timeless(await desk.reader.firm()), group
    assert (await desk.mirror.sync()).changed == 0
