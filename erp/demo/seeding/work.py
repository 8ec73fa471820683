"""Projects with their task trees, and everybody's timesheets."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from erp.demo.plan import Engagement, Milestone, Plan, PlannedTask
from erp.demo.seeding import bulk
from erp.demo.seeding.masters import FIXED_FEE, Masters

ENGAGEMENT_TASK = "Engagement"


@dataclass
class Works:
    """Ids of what was created: project by engagement; task and its timesheet work by engagement and task name."""

    projects: dict[str, int] = field(default_factory=dict[str, int])
    tasks: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    timesheets: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    lines: dict[tuple[str, str], list[int]] = field(default_factory=dict[tuple[str, str], list[int]])


def seed_projects(plan: Plan, masters: Masters, sales: dict[str, int]) -> Works:
    """Every project with its tasks, written at once."""
    engagements = [found for found in plan.engagements if found.has_project]
    model = bulk.model("project.work")
    values = [_project(found, masters, sales.get(found.key)) for found in engagements]
    created = bulk.create("project.work", values)
    works = Works(projects=dict(zip((found.key for found in engagements), created, strict=True)))
    names = {project: key for key, project in works.projects.items()}
    for task in model.find([("parent", "!=", None)]):
        works.tasks[names[task.parent.id], task.name] = task.id
    owners = {task: owner for owner, task in works.tasks.items()}
    for timesheet in bulk.model("timesheet.work").find():
        if timesheet.origin is not None and timesheet.origin.id in owners:
            works.timesheets[owners[timesheet.origin.id]] = timesheet.id
    uncoded = [works.projects[found.key] for found in engagements if not found.code]
    bulk.write("project.work", (uncoded, {"number": None}))  # Tryton's sequence gave it one
    return works


def _project(engagement: Engagement, masters: Masters, sale: int | None) -> dict[str, Any]:
    customer = engagement.project_customer
    children = [_task(task, engagement, masters) for task in engagement.tasks]
    children += [_milestone(found, masters) for found in engagement.milestones]
    if sale is not None:
        children.append(_link(sale, engagement, masters))
    return {
        "name": engagement.title,
        "type": "project",
        "number": engagement.code or None,
        "company": masters.company,
        "party": None if customer is None else masters.parties[customer],
        "project_invoice_method": engagement.billing,
        "status": masters.statuses[engagement.status],
        "progress": 1.0 if engagement.status == "done" else None,
        "timesheet_available": True,
        "timesheet_start_date": engagement.start,
        "children": [("create", children)],
    }


def _task(task: PlannedTask, engagement: Engagement, masters: Masters) -> dict[str, Any]:
    done = engagement.status == "done"
    return {
        "name": task.name,
        "type": "task",
        "company": masters.company,
        "product": masters.products[task.role] if task.role else None,
        "list_price": task.price,
        "effort_duration": timedelta(hours=task.effort),
        "progress": 1.0 if done else 0.5,
        "status": masters.statuses["done" if done else "open"],
        "timesheet_available": True,
    }


def _milestone(milestone: Milestone, masters: Masters) -> dict[str, Any]:
    return {
        "name": milestone.name,
        "type": "task",
        "company": masters.company,
        "product": masters.products[FIXED_FEE],
        "list_price": milestone.amount,
        "progress": 1.0 if milestone.delivered else 0.0,
        "status": masters.statuses["done" if milestone.delivered else "open"],
    }


def _link(sale: int, engagement: Engagement, masters: Masters) -> dict[str, Any]:
    """Tryton ties projects to sales by a task that originates from a sales line; this one carries no work."""
    line = bulk.model("sale.line").find([("sale", "=", sale)], order=[("id", "ASC")], limit=1)[0]
    done = engagement.status == "done"
    return {
        "name": ENGAGEMENT_TASK,
        "type": "task",
        "company": masters.company,
        "origin": f"sale.line,{line.id}",
        "progress": 1.0 if done else 0.0,
        "status": masters.statuses["done" if done else "open"],
    }


def seed_time(plan: Plan, masters: Masters, works: Works) -> int:
    """All timesheet lines, in batches; how many there are."""
    entries = [
        ((found.key, entry.task), entry) for found in plan.engagements for task in found.tasks for entry in task.entries
    ]
    values = [
        {
            "company": masters.company,
            "employee": masters.employees[entry.person],
            "date": entry.day,
            "duration": timedelta(hours=float(entry.hours)),
            "work": works.timesheets[key],
        }
        for key, entry in entries
    ]
    for (key, _), line in zip(entries, bulk.create("timesheet.line", values), strict=True):
        works.lines.setdefault(key, []).append(line)
    return len(entries)
