"""Lays out what a chat model is told in a turn: prompt, resolved mentions, what was said before, the message."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from langchain_core.messages import AnyMessage, HumanMessage, SystemMessage

from agent.mentions import Mention, Vocabulary, mentions
from agent.papers import Paper, papers
from agent.ports import TurnContext
from agent.state import TurnState
from domain.errors import ErpError
from domain.records import Firm
from erp.mirror import Mirror
from policies.signals import injection_signals
from prompts.library import prompt

HEADING = "## Context of this turn"
FACTS_LIMIT = 20_000
LONGEST_NAME = 120
CODED = re.compile(r"[A-Za-z]+[-/]?\d[\w/-]{3,}\W*")  # "INV-2026-0067", "RE20260067,"
REGION_NAMES = {
    "UKI": ("UK", "UK & Ireland", "United Kingdom", "Britain", "Ireland", "British", "Irish"),
    "DACH": ("German-speaking", "Germany", "Austria", "Switzerland", "German", "Swiss", "Austrian"),
}
PRACTICE_NAMES = {
    "CLD": ("Cloud Engineering", "Cloud"),
    "DAT": (
        "Data & Analytics",
        "Data and Analytics",
        "Data Analytics",
        "Analytics",
        "Data practice",
        "Data projects",
        "Data team",
    ),
    "ADV": ("Advisory",),
}
SHORT_NAMES = {"data": "DAT"}


async def opening_messages(context: TurnContext, state: TurnState) -> tuple[AnyMessage, ...]:
    """The system message and the person's. Where the ERP cannot be read, nothing is resolved and tools will say so."""
    found: tuple[Mention, ...] = ()
    if context.tool_context is not None:
        try:
            firm = await _firm(context.tool_context.firm, state["text"])
            staff = context.known.staff
            context.known.register = context.ports.registers.of(context.actor.tenant, firm, staff)
            found = mentions(state["text"], firm, vocabulary(firm), context.today, staff, _papers(context))
        except ErpError:
            found = ()
    return system_message(context, state["history"], found), HumanMessage(state["text"])


async def _firm(known: Mirror, text: str) -> Firm:
    """The firm that names are looked up in: with invoices only where a word may be the number of one."""
    return await known.get() if any(CODED.fullmatch(word) for word in text.split()) else await known.masters()


def _papers(context: TurnContext) -> tuple[Paper, ...]:
    """The documents that may be named, for whoever may read them."""
    if all(tool.name != "sow_terms" for tool in context.tools):
        return ()
    return papers(context.known.titles, context.known.register.customers)


def system_message(
    context: TurnContext, history: list[dict[str, Any]], found: Iterable[Mention], *, prompt_text: str | None = None
) -> SystemMessage:
    """The prompt with this turn's context as JSON: typed values and the person's own words, no text of documents."""
    facts = {
        "today": context.today.isoformat(),
        "person": context.actor.name if context.actor else "",
        "mentions": [_mention(mention) for mention in found],
        "earlier": history,
    }
    return SystemMessage(f"{prompt_text or prompt('agent').text}{_section(facts)}")


def with_context(message: SystemMessage, facts: dict[str, Any]) -> SystemMessage:
    """The same prompt with another context."""
    head, _, _ = str(message.text).rpartition(f"\n\n{HEADING}")
    return SystemMessage(f"{head}{_section(facts)}")


def _section(facts: dict[str, Any]) -> str:
    body = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
    return f"\n\n{HEADING}\n```json\n{body}\n```"


def context_of(message: SystemMessage) -> dict[str, Any]:
    """The JSON that `system_message` wrote, for a model that reads it exactly."""
    _, _, tail = str(message.text).rpartition(f"{HEADING}\n```json\n")
    return json.loads(tail.removesuffix("\n```"))


def vocabulary(firm: Firm) -> Vocabulary:
    """Names of the practices and regions that the firm's project codes use."""
    practices = {p.practice for p in firm.projects if isinstance(p.practice, str)}
    regions = {p.region for p in firm.projects if isinstance(p.region, str)}
    return Vocabulary(
        {code: PRACTICE_NAMES.get(code, ()) for code in sorted(practices)},
        {code: REGION_NAMES.get(code, ()) for code in sorted(regions)},
        {word: code for word, code in SHORT_NAMES.items() if code in practices},
    )


def _mention(mention: Mention) -> dict[str, Any]:
    candidates = [{"value": value, "label": _label(value, label)} for value, label in mention.candidates]
    facts: dict[str, Any] = {
        "handle": mention.handle,
        "kind": mention.kind,
        "words": mention.words,
        "candidates": candidates,
    }
    return facts | ({"projects": list(mention.related)} if mention.related else {})


def _label(value: str, label: str) -> str:
    """A record's name where it can be one. Whoever may write names into the ERP does not talk to a model."""
    named = len(label) <= LONGEST_NAME and "\n" not in label and not injection_signals(label)
    return label if named else value
