"""Drafts the message to whoever has to act where no write to a system would do: what is wrong, and what next."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from domain.findings import Finding, Readiness, Verdict
from domain.visible import readable


@dataclass(frozen=True)
class Message:
    """A message to a role, not sent: `mailto` opens it in the person's own mail program, without an address."""

    to: str
    subject: str
    body: str

    @property
    def mailto(self) -> str:
        """A link for it (RFC 6068)."""
        return f"mailto:?subject={quote(self.subject)}&body={quote(self.body)}"


def message(answer: Readiness, finding: Finding) -> Message:
    """The message about one finding: every figure in it is the finding's own."""
    project = readable(f"{answer.project_code or ''} {answer.project_name}".strip())
    lines = [
        f"{project}{f', {answer.customer}' if answer.customer else ''}: {finding.title.lower()}.",
        "",
        finding.reason,
    ]
    if finding.amount is not None and finding.amount.amount:
        held = "cannot be billed before this is known" if finding.verdict is Verdict.UNKNOWN else "is held back by it"
        lines.append(f"{finding.amount} {held}.")
    if finding.remedy is not None:
        lines += ["", f"What is needed: {finding.remedy.text}"]
    if finding.sources:
        lines += ["", "As recorded in:", *(f"- {s.system}, {s.label or s.id}" for s in finding.sources[:8])]
    lines += ["", f"As of {answer.as_of[:16].replace('T', ' ')} UTC."]
    return Message(finding.owner, readable(f"{project}: {finding.title}"), "\n".join(map(readable, lines)))
