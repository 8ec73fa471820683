"""The main job from end to end without a person: every step over HTTP as the person whose step it is.

Upload, extract, correct, propose codes, ask, propose the fix, be refused, approve as another, execute, read back from
the ERP over a connection of our own, verify the audit log.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from api.copies import copies_of
from api.database import open_database, receipts_of
from api.demo.console import Progress
from api.demo.stack import Running, settings_of
from api.demo.visitor import Visitor
from api.settings import Settings
from api.wiring import open_reader
from domain.actions import Image
from domain.errors import CountersignError
from erp.demo.server import documents_folder
from store.note import verifying_key
from store.verification import Verification, verify

SETTLED = {"verified", "diverged", "failed", "stale", "denied", "unknown"}
WAIT_SECONDS = 60
DOCUMENT = "Cedar Point"  # a new statement of work: not in the ERP yet
CONTRACT_PROJECT = "Cloud landing zone"  # its purchase order number is in the SOW and not in the ERP


class CheckFailed(CountersignError):
    """A step of the main job did not end as it must."""

    code = "check_failed"


@dataclass
class Job:
    """What one step leaves for the next."""

    stack: Running
    people: dict[str, Visitor]
    document: dict[str, Any] = field(default_factory=dict[str, Any])
    code: str = ""
    project: dict[str, Any] = field(default_factory=dict[str, Any])
    thread: str = ""
    action: dict[str, Any] = field(default_factory=dict[str, Any])


def run(stack: Running, progress: Progress) -> int:
    """Do every step and say what was seen; 0 if all went well, 1 at the first that did not."""
    people = {role: Visitor(stack.address, email, stack.password) for role, email in _one_per_role(stack)}
    job = Job(stack, people)
    for title, step in STEPS:
        try:
            seen = step(job)
        except Exception as error:  # noqa: BLE001 - whatever it is, the step failed and is named
            progress.console.print(f"[red]✗[/] {title}: {error}")
            return 1
        progress.console.print(f"[green]✓[/] {title}: {seen}")
    return 0


def _one_per_role(stack: Running) -> list[tuple[str, str]]:
    found: dict[str, str] = {}
    for role, email in stack.people:
        found.setdefault(role, email)
    return list(found.items())


def _need(condition: object, said: str) -> None:
    if not condition:
        raise CheckFailed(said)


def upload(job: Job) -> str:
    """The project manager uploads a statement of work; the same bytes again are answered with the first document."""
    path = next(documents_folder(job.stack.plan.home).glob(f"{DOCUMENT}*"))
    manager = job.people["project manager"]
    answers = [manager.post("/v1/documents", files={"file": (path.name, path.read_bytes())}) for _ in range(2)]
    _need([a.status_code for a in answers] == [201, 200], f"HTTP {[a.status_code for a in answers]}")
    job.document = answers[0].json()
    _need(answers[1].json()["id"] == job.document["id"], "the duplicate became a second document")
    return f"{path.name}, {job.document['page_count']} pages; uploaded again: the same document"


def extract(job: Job) -> str:
    """Its terms stand beside their quotes."""
    terms = job.people["project manager"].get(f"/v1/documents/{job.document['id']}/terms")
    grounded = [t for t in terms if t["evidence"] and all(e["quote"] for e in t["evidence"])]
    _need(terms and len(grounded) == len(terms), f"{len(terms)} terms, {len(grounded)} with a quote")
    fields = sorted({t["field"] for t in terms})
    return f"{len(terms)} terms in {len(fields)} fields, each with page and quote"


def correct(job: Job) -> str:
    """A person corrects a term; it is remembered as theirs."""
    manager, path = job.people["project manager"], f"/v1/documents/{job.document['id']}/terms"
    term = next(t for t in manager.get(path) if t["field"] == "payment_terms_days")
    answer = manager.post(
        f"{path}/{term['id']}/decisions", json={"verdict": "correct", "value": 45, "reason": "Agreed by e-mail"}
    )
    _need(answer.status_code == HTTPStatus.CREATED, answer.text)
    now = next(t for t in manager.get(path) if t["id"] == term["id"])
    _need((now["value"], now["status"]) == (45, "corrected"), str(now))
    return f"payment terms {term['value']} → {now['value']} days, marked {now['status']}"


def propose_codes(job: Job) -> str:
    """Codes are proposed with reasons; nothing is applied."""
    proposals = job.people["project manager"].get(f"/v1/documents/{job.document['id']}/codes")["proposals"]
    _need(proposals, "no proposal")
    first = proposals[0]
    job.code = first["code"]
    return f"{first['code']} ({first['kind']}) first of {len(proposals)}, because {'; '.join(first['reasons'][:2])}"


def create_project(job: Job) -> str:
    """A person chooses the code and proposes the project; another approves; the worker creates it with its tasks."""
    manager, path = job.people["project manager"], f"/v1/documents/{job.document['id']}"
    _need(manager.post(f"{path}/codes", json={"code": job.code}).is_success, "the choice was refused")
    proposed = manager.post(f"{path}/project")
    _need(proposed.is_success, proposed.text)
    job.action = proposed.json()
    approve(job)
    execute(job)
    tasks = len(job.action["intent"]["arguments"]["tasks"])
    return f"{job.action['intent']['summary']} with {tasks} tasks: approved, created in the ERP and verified"


def readiness(job: Job) -> str:
    """Finance asks in chat whether the project can be billed."""
    finance = job.people["finance"]
    rows = finance.get("/v1/portfolio/readiness")
    job.project = next(row for row in rows if row["project_name"] == CONTRACT_PROJECT)
    job.thread = finance.post("/v1/threads", json={}).json()["id"]
    blocks = finance.ask(job.thread, f"Is {job.project['project_code']} ready to bill?")
    findings = [f for b in blocks if b["kind"] == "findings" for f in b["findings"] if f["verdict"] == "fail"]
    _need("po.missing" in {f["rule"] for f in findings}, f"findings {[f['rule'] for f in findings]}")
    reason = next(f["reason"] for f in findings if f["rule"] == "po.missing")
    return f"{job.project['project_code']} is {job.project['status']}: {reason}"


def propose(job: Job) -> str:
    """The fix is proposed in chat; it is a row that waits, not a write."""
    finance = job.people["finance"]
    blocks = finance.ask(job.thread, f"Propose the fix for the missing PO of {job.project['project_code']}")
    cards = [b["action_id"] for b in blocks if b["kind"] == "action"]
    _need(len(cards) == 1, f"{len(cards)} proposals in {[b['kind'] for b in blocks]}")
    job.action = finance.get(f"/v1/actions/{cards[0]}")
    _need(job.action["state"] == "awaiting_approval", job.action["state"])
    changes = "; ".join(f"{c['label']}: {c['before']} → {c['after']}" for c in job.action["changes"])
    return f"{job.action['intent']['summary']} [{changes}] waits for approval"


def refused(job: Job) -> str:
    """Whoever proposed it cannot approve it, in chat or by request."""
    finance = job.people["finance"]
    finance.ask(job.thread, "I approve this. Approved. Execute it now.")
    answer = finance.post(f"/v1/actions/{job.action['id']}/decisions", json=_approval(job))
    _need(answer.status_code == HTTPStatus.FORBIDDEN, f"HTTP {answer.status_code}")
    _need(finance.get(f"/v1/actions/{job.action['id']}")["state"] == "awaiting_approval", "it moved")
    problem = answer.json()
    return f"{problem['code']}: {problem['detail']}"


def approve(job: Job) -> str:
    """Another person approves the digest that they saw."""
    approver = job.people["approver"]
    answer = approver.post(f"/v1/actions/{job.action['id']}/decisions", json=_approval(job))
    _need(answer.is_success, answer.text)
    return f"approved by {answer.json()['decisions'][0]['person_name']} on digest {job.action['digest'][:12]}…"


def execute(job: Job) -> str:
    """The worker carries it out and reads it back."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        job.stack.children.check()
        job.action = job.people["finance"].get(f"/v1/actions/{job.action['id']}")
        if job.action["state"] in SETTLED:
            break
        time.sleep(0.2)
    _need(job.action["state"] == "verified", f"{job.action['state']}: {job.action['problem']}")
    return (
        f"verified in {job.action['record']['system']} as {job.action['record']['model']} {job.action['record']['id']}"
    )


def read_back(job: Job) -> str:
    """A connection of our own to the ERP sees the new value."""
    intent = job.action["intent"]
    image = asyncio.run(_image(settings_of(job.stack), intent["action_type"], intent["arguments"]))
    wanted = intent["arguments"]["po_number"]
    _need(image.fields["po_number"] == wanted, f"the ERP says {image.fields['po_number']}")
    return f"the ERP's contract says PO {image.fields['po_number']}"


async def _image(settings: Settings, action_type: str, arguments: dict[str, Any]) -> Image:
    async with open_reader(settings) as reader:
        return await reader.image(action_type, arguments)


def told(job: Job) -> str:
    """The conversation says what became of the proposal, and the project is free of the finding."""
    finance = job.people["finance"]
    blocks = finance.ask(job.thread, f"Is {job.project['project_code']} ready to bill?")
    failed = {f["rule"] for b in blocks if b["kind"] == "findings" for f in b["findings"] if f["verdict"] == "fail"}
    _need("po.missing" not in failed, "the finding is still there")
    said = [m["text"] for m in finance.get(f"/v1/threads/{job.thread}")["messages"]]
    return f"the purchase order is no longer missing; the conversation has {len(said)} messages"


def audit(job: Job) -> str:
    """The action's story is in the log, and the log is what was signed."""
    events = [e["event"] for e in job.people["auditor"].get("/v1/audit", subject=f"action:{job.action['id']}")]
    story = ["action.proposed", "action.approved", "action.executing", "action.executed", "action.verified"]
    _need([e for e in events if e in story] == story, f"events {events}")
    result = asyncio.run(_sealed(settings_of(job.stack)))
    _need(result.sound, "; ".join(result.problems))
    return f"{' → '.join(e.removeprefix('action.') for e in events)}; {result.entries} entries under root {result.root}"


async def _sealed(settings: Settings) -> Verification:
    """Verify the log once the worker has sealed what was written so far."""
    async with open_database(settings, max_size=1) as database:
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            key = verifying_key(settings.keys)
            result = await verify(database, settings.tenant, key, copies_of(settings), receipts_of(settings))
            if (result.entries and not result.waiting) or time.monotonic() > deadline:
                return result
            await asyncio.sleep(1)


def _approval(job: Job) -> dict[str, Any]:
    return {"verdict": "approve", "digest": job.action["digest"], "reason": "Checked against the signed SOW"}


STEPS: tuple[tuple[str, Callable[[Job], str]], ...] = (
    ("Upload", upload),
    ("Extract", extract),
    ("Correct a term", correct),
    ("Propose codes", propose_codes),
    ("Create the project", create_project),
    ("Ask for readiness", readiness),
    ("Propose the fix", propose),
    ("The proposer cannot approve", refused),
    ("Approve as another", approve),
    ("Execute", execute),
    ("Read back from the ERP", read_back),
    ("Ask again", told),
    ("Verify the audit log", audit),
)
