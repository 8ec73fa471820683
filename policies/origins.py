"""Where the values of a proposal come from, and which origins policy accepts for which field.

A value that a language model named, or a document that nobody has confirmed, is worth what people say it is worth: the
firm's `approval.toml` says it field by field. What is not known to come from an accepted origin is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from domain.actions import Intent, Origin, Reading
from domain.facts import FactKind
from policies.rule import Strict, Word

Kind = Literal["person", "erp", "report", "term", "document", "policy", "action", "model"]
# How an origin is told to people; `term` is one that a person confirmed, `document` one that nobody has looked at yet.
IN_WORDS: Mapping[str, str] = {
    "person": "said by a person",
    "erp": "from the ERP",
    "report": "reported by another system",
    "term": "from a term that a person confirmed",
    "document": "read in a document, and not confirmed by anyone yet",
    "policy": "worked out by rule",
    "action": "from an earlier action",
    "model": "named by the agent",
}
REPORTED = frozenset(kind.value for kind in FactKind)  # the models of what other systems report


class Demand(Strict):
    """An `[[origin]]` of the file: the values of one field of an action type may come from these origins alone."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.-]{1,80}$")]
    action: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_.]{1,80}$")]
    field: Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,80}$")]
    allowed: Annotated[tuple[Kind, ...], Field(min_length=1)]
    reason: Word

    def refuses(self, intent: Intent, origins: Mapping[str, str]) -> bool:
        """Whether the intent sets the field with a value of another origin, or of none that is known."""
        concerns = intent.action_type == self.action and intent.arguments.get(self.field) is not None
        return concerns and origins.get(self.field) not in self.allowed

    def refusal(self, origins: Mapping[str, str]) -> str:
        """The reason, with where the value does come from."""
        there = IN_WORDS.get(origins.get(self.field, ""), "of unknown origin")
        return f"{self.reason} (This one is {there}.)"


def origins_of(intent: Intent, *, through_agent: bool, confirmed: Collection[Reading] = ()) -> dict[str, str]:
    """The kind of origin of each argument; `confirmed` are the terms that a person confirmed, as
    they now hold.

    What has no origin of its own was stated by whoever proposes: a person, or the agent, which has no word of its own.
    """
    stated = "model" if through_agent else "person"
    return {
        name: _kind(intent.origins[name], confirmed) if name in intent.origins else stated for name in intent.arguments
    }


def _kind(origin: Origin, confirmed: Collection[Reading]) -> str:
    if origin.kind == "document":
        return "term" if origin.terms and all(term in confirmed for term in origin.terms) else "document"
    if origin.kind == "system" or (origin.kind == "erp" and origin.source and origin.source.model in REPORTED):
        return "report"
    return origin.kind
