"""A day's work in the demo firm, and the pages that people look at: for pictures of them and for what they cost."""

from __future__ import annotations

from dataclasses import dataclass, replace

from api.demo.stack import Running
from api.demo.visitor import Visitor
from erp.demo.server import documents_folder


@dataclass(frozen=True)
class Shot:
    """One page as one person sees it; `path` may name what `prepared` made, in braces."""

    name: str
    role: str
    path: str


SHOTS = (
    Shot("signin", "", "/signin"),
    Shot("home-manager", "project manager", "/"),
    Shot("home-finance", "finance", "/"),
    Shot("home-approver", "approver", "/"),
    Shot("documents", "project manager", "/documents"),
    Shot("document", "project manager", "/documents/{shown}"),
    Shot("amendment", "project manager", "/documents/{amendment}"),
    Shot("in-force", "project manager", "/documents/{shown}/in-force"),
    Shot("asked", "project manager", "/documents/{shown}?q=What+does+it+say+about+travel%3F"),
    Shot("conversation", "finance", "/threads/{thread}"),
    Shot("readiness", "finance", "/readiness"),
    Shot("clearing", "finance", "/readiness/clearing?owner=Finance"),
    Shot("project", "finance", "/projects/{project}"),
    Shot("operations", "finance", "/operations"),
    Shot("operation", "finance", "/operations/unbilled"),
    Shot("agent-work", "finance", "/operations/agent"),
    Shot("actions", "approver", "/actions"),
    Shot("action", "approver", "/actions/{action}"),
    Shot("audit", "auditor", "/audit"),
    Shot("trace", "auditor", "/audit/trace?record={action}"),
    Shot("policy", "administrator", "/policy"),
    Shot("delegations", "approver", "/delegations"),
    Shot("freezes", "administrator", "/freezes"),
    Shot("dead-letters", "approver", "/actions/dead-letters"),
    Shot("people", "administrator", "/admin"),
    Shot("sources", "administrator", "/admin/sources"),
    Shot("look", "administrator", "/admin/look"),
    Shot("account", "finance", "/account"),
    Shot("time-to-bill", "finance", "/time-to-bill"),
    Shot("monitors", "finance", "/monitors"),
    Shot("facts", "finance", "/facts"),
    Shot("record", "finance", "/records/sale.sale/1"),
    Shot("set-up", "project manager", "/documents/{shown}/set-up"),
    Shot("codes", "project manager", "/codes"),
    Shot("opportunities", "project manager", "/opportunities"),
)


def prepared(stack: Running) -> list[Shot]:
    """Do some of a day's work, so that the pages have something to show; their addresses."""
    emails = dict(reversed(stack.people))
    with (
        Visitor(stack.address, emails["project manager"], stack.password) as manager,
        Visitor(stack.address, emails["finance"], stack.password) as finance,
    ):
        made = {**_read(manager, stack), **_asked(finance)}
    return [replace(shot, path=shot.path.format_map(made)) for shot in SHOTS]


def _read(manager: Visitor, stack: Running) -> dict[str, str]:
    sow = next(documents_folder(stack.plan.home).glob("Cedar Point*"))
    manager.post("/v1/documents", files={"file": (sow.name, sow.read_bytes())})
    documents = manager.get("/v1/documents")
    wanted = {"shown": "Landing Zone", "amendment": "Amendment"}
    return {key: next(d["id"] for d in documents if name in d["name"]) for key, name in wanted.items()}


def _asked(finance: Visitor) -> dict[str, str]:
    projects = finance.get("/v1/portfolio/readiness")
    project = next(p for p in projects if p["project_name"] == "Cloud landing zone")["project_code"]
    thread = finance.post("/v1/threads", json={}).json()["id"]
    finance.ask(thread, "How much approved unbilled time, by practice?")
    finance.ask(thread, f"Is {project} ready to bill?")
    blocks = finance.ask(thread, "Fix it")
    action = next(b["action_id"] for b in blocks if b["kind"] == "action")
    return {"project": project, "thread": thread, "action": action}
