"""The documentation of the rules, made from their data and their functions' own words: `make rules-pages`.

One page per rule in docs/rules and an index; a test fails when one is missing or says something else.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path

from domain.findings import Severity
from policies.prerequisites.assessment import checks
from policies.prerequisites.rulebook import Condition, Rule, Switch, rulebook

ASKED = {
    Switch.ALWAYS: "always",
    Switch.REPORTED: "once a connected system reports what it needs",
    Switch.WANTED: "only where the firm switches it on",
}
OPS = {
    "present": "is there",
    "absent": "is empty",
    "is": "is",
    "is_not": "is not",
    "one_of": "is one of",
    "not_one_of": "is none of",
    "at_least": "is at least",
    "at_most": "is at most",
    "matches": "matches",
}


def pages() -> Mapping[str, str]:
    """Every page by its name in docs/rules."""
    return {"README.md": index()} | {f"{rule.id}.md": page(rule) for rule in rulebook()}


def index() -> str:
    """All rules in a table for each part."""
    lines = [
        "# Billing prerequisites",
        "",
        f"{len(rulebook())} rules, made into pages from `policies/prerequisites/rules.toml`. How a firm switches them, "
        "sets thresholds and adds its own is in [settings.md](../settings.md); what the ERP does not know is in "
        "[facts.md](../facts.md).",
    ]
    for part, rules in groupby(rulebook(), key=lambda rule: rule.id.partition(".")[0]):
        lines += [
            "",
            f"## {part.replace('_', ' ').capitalize()}",
            "",
            "| rule | not met | severity | owner |",
            "|---|---|---|---|",
        ]
        lines += [f"| [{r.id}]({r.id}.md) | {r.problem} | {r.severity.value} | {r.owner} |" for r in rules]
    return "\n".join(lines) + "\n"


def page(rule: Rule) -> str:
    """One rule's page."""
    stops = "holds money back" if rule.severity is Severity.BLOCKS else "warns, and holds no money back"
    lines = [
        f"# {rule.title}",
        "",
        f"`{rule.id}` · {stops} · cleared by {rule.owner.lower()} · asked {ASKED[rule.switch]}",
        "",
        "## What it checks",
        "",
        *_checks(rule),
        "",
        "## Why",
        "",
        f"{rule.why} Source: {rule.source}.",
        "",
        "## Examples",
        "",
        f"- Not met (“{rule.problem}”): {rule.failing}",
        f"- Met: {rule.passing}",
        "",
        "## What clears it",
        "",
        rule.remedy + (f" The action `{rule.action}` is proposed for it." if rule.action else ""),
        *_unknown(rule),
        *_thresholds(rule),
    ]
    return "\n".join(lines) + "\n"


def _checks(rule: Rule) -> list[str]:
    check = checks().get(rule.id)
    if check is not None:
        return [" ".join((inspect.getdoc(check) or "").split())]
    lines = ["Where all of these hold:", "", *map(_told, rule.applies), ""] if rule.applies else []
    return [*lines, "All of these must hold:" if rule.applies else "It must hold that:", "", *map(_told, rule.require)]


def _told(condition: Condition) -> str:
    value = condition.value
    said = ", ".join(value) if isinstance(value, list) else "" if value is None else str(value).lower()
    return f"- `{condition.field}` {OPS[condition.op]}{f' {said}' if said else ''}"


def _unknown(rule: Rule) -> list[str]:
    if not rule.knows:
        return []
    needs = ", ".join(f"`{kind.value}`" for kind in rule.needs)
    asked = f" It needs reports of the kind {needs}." if needs else ""
    silent = " A project on which none reports is not concerned." if rule.silence == "none" and needs else ""
    return ["", "## When it cannot be determined", "", f"Would know: {rule.knows}.{asked}{silent}"]


def _thresholds(rule: Rule) -> list[str]:
    if not rule.thresholds:
        return []
    rows = [f"| `{name}` | {value} |" for name, value in rule.thresholds.items()]
    return ["", "## Thresholds", "", "| name | as shipped |", "|---|---|", *rows]


def write(folder: Path) -> None:
    """Write all pages into a folder, and take away what is no rule's."""
    folder.mkdir(parents=True, exist_ok=True)
    made = pages()
    for stale in {path.name for path in folder.glob("*.md")} - made.keys():
        (folder / stale).unlink()
    for name, text in made.items():
        (folder / name).write_text(text, "utf-8")


if __name__ == "__main__":
    write(Path("docs/rules"))
