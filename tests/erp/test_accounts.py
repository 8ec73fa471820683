"""Tryton itself, not our good manners, keeps the read-only account from writing and both from looking elsewhere."""

from __future__ import annotations

import json
import stat
from typing import Any

import pytest

from domain.errors import CountersignError, ErpRefused
from erp.demo.server import folder
from erp.tryton.rpc import TrytonRpc
from erp.tryton.tables import ALSO_READ, TABLES
from tests.erp.firm import DemoFirm

pytestmark = [pytest.mark.anyio, pytest.mark.erp]
BOTH = ("countersign_reader", "countersign_worker")
BUTTONS = (
    ("sale.sale", "cancel"),
    ("sale.sale", "draft"),
    ("account.invoice", "post"),
    ("account.invoice", "cancel"),
    ("project.work", "invoice"),
    ("sale.amendment", "validate_amendment"),
    ("account.period", "close"),
)
# Tryton gives these no access of their own: whoever may read the record that they are part of may read them.
PARTS = {
    "account.invoice.payment.mean",
    "account.invoice.report.revision",
    "account.invoice.tax",
    "company.company.tax_identifier",
    "currency.currency.rate",
    "ir.model.access",
    "ir.model.button",
    "ir.model.button.click",
    "ir.model.button.rule",
    "ir.model.field.access",
    "product.identifier",
    "sale.amendment.line",
}
PLAIN_WRITES = (
    ("sale.sale", "reference"),
    ("party.party", "name"),
    ("project.work", "comment"),
    ("timesheet.line", "description"),
    ("ir.attachment", "description"),
)
WIZARDS = ("account.invoice.pay", "party.erase", "party.replace", "ir.module.activate_upgrade", "account.create_chart")


def _rpc(firm: DemoFirm, user: str) -> TrytonRpc:
    return TrytonRpc(**vars(firm.account(user)))


async def _refused(rpc: TrytonRpc, method: str, *arguments: Any) -> bool:
    try:
        await rpc.call(method, *arguments)
    except CountersignError:
        return True
    return False


@pytest.mark.parametrize("user", BOTH)
async def test_tryton_grants_no_generic_write_on_any_model(demo_firm: DemoFirm, user: str) -> None:
    """Tryton allows what no row denies, and modules bring models: so it is asked about every model, not a sample."""
    access = await _access(demo_firm, user)
    assert len(access) > 300
    granted = [name for name, rights in access.items() if any(rights[w] for w in ("write", "create", "delete"))]
    assert granted == []


async def _access(firm: DemoFirm, user: str) -> dict[str, dict[str, bool]]:
    """What Tryton itself decides for this account: the very answer that each of its requests is checked against."""
    rpc = _rpc(firm, user)
    models = [row["name"] for row in await rpc.search_read("ir.model", (), ("name",))]
    access = await rpc.call("model.ir.model.access.get_access", models)
    await rpc.close()
    return access


@pytest.mark.parametrize(("model", "field"), PLAIN_WRITES)
async def test_a_write_that_an_administrator_may_do_is_refused(own_firm: DemoFirm, model: str, field: str) -> None:
    administrator = _rpc(own_firm, "admin")
    (row,) = await administrator.call(f"model.{model}.search_read", [], 0, 1, [["id", "ASC"]], ["id"])
    for user in BOTH:
        rpc = _rpc(own_firm, user)
        with pytest.raises(ErpRefused, match="not allowed"):
            await rpc.call(f"model.{model}.write", [row["id"]], {field: f"by {user}"})
        await rpc.close()
    await administrator.call(f"model.{model}.write", [row["id"]], {field: "by admin"})
    (after,) = await administrator.call(f"model.{model}.read", [row["id"]], [field])
    await administrator.close()
    assert after[field] == "by admin"


@pytest.mark.parametrize("user", BOTH)
async def test_tryton_refuses_buttons_wizards_and_preferences(own_firm: DemoFirm, user: str) -> None:
    rpc = _rpc(own_firm, user)
    for model, button in BUTTONS:
        assert await _refused(rpc, f"model.{model}.{button}", [1]), (model, button)
    for wizard in WIZARDS:
        assert await _refused(rpc, f"wizard.{wizard}.create"), wizard
    with pytest.raises(ErpRefused):
        await rpc.call("model.res.user.set_preferences", {"password": "something-else-1"})
    await rpc.close()


async def test_the_reader_may_not_call_the_connector(own_firm: DemoFirm) -> None:
    rpc = _rpc(own_firm, "countersign_reader")
    arguments = {"contract_id": "1", "po_number": "not approved"}
    with pytest.raises(ErpRefused):
        await rpc.call("model.countersign.write.execute", "contract.set_po_number", arguments, "r1", 1, "2100-01-01")
    with pytest.raises(ErpRefused):
        await rpc.call("model.countersign.write.settle", "r1", 1)
    (sale,) = await rpc.search_read("sale.sale", [("id", "=", 1)], ("reference",))
    await rpc.close()
    assert sale["reference"] != "not approved"


async def test_the_reader_reads_the_allow_list_and_nothing_else(demo_firm: DemoFirm) -> None:
    readable = {name for name, rights in (await _access(demo_firm, "countersign_reader")).items() if rights["read"]}
    assert readable - PARTS == {*TABLES, *ALSO_READ} - PARTS


async def test_only_their_owner_can_read_the_passwords(demo_firm: DemoFirm) -> None:
    file = folder(demo_firm.home) / "accounts.json"
    passwords = json.loads(file.read_text())["passwords"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(set(passwords.values())) == 3
    assert all(len(password) >= 32 for password in passwords.values())
