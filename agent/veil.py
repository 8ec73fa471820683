"""What an outside model is shown in the place of names, personal data and free text: handles; and back again.

A model that chooses tools needs codes, dates, amounts and states; who or what they belong to it can call by a handle
such as [customer 2]. No text of a document or of the ERP reaches it, so none can talk to it. The handles in its answer
are put back before anything is run, checked or shown.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from langchain_core.messages import AIMessage, AnyMessage, HumanMessage, SystemMessage, ToolMessage

from agent.register import Register
from agent.understanding import context_of, with_context
from policies.prerequisites.rulebook import ours
from policies.privacy import spans

HANDLE = re.compile(r"\[(?:person|customer|project|text|email|bank account|card number|phone number|tax number) \d+\]")
# One token: a code, a date, an amount, a state, a key. It says nothing to anyone.
TYPED = re.compile(r"[\w.:/+%#€$£()-]{0,64}")
SPOKEN = re.compile(r"[^\W\d_]{2,}")
MOST_SPOKEN = 6  # words within one token: more make it a sentence in disguise
SAID = ("asked", "words")  # the person's own words: shown, without the names of people


@dataclass
class Veil:
    """The handles of one question to a model, in the order in which it meets them."""

    register: Register
    handles: dict[str, str] = field(default_factory=dict[str, str])
    texts: dict[str, str] = field(default_factory=dict[str, str])
    counts: dict[str, int] = field(default_factory=dict[str, int])

    def covered(self, messages: Sequence[AnyMessage]) -> list[AnyMessage]:
        """The messages as an outside model may see them."""
        return [self._message(message) for message in messages]

    def lifted(self, answer: AIMessage) -> AIMessage:
        """The model's answer with names and texts in the place of the handles."""
        calls = [{**call, "args": self._lifted(call["args"])} for call in answer.tool_calls]
        return answer.model_copy(update={"content": self._lifted(str(answer.text)), "tool_calls": calls})

    def _message(self, message: AnyMessage) -> AnyMessage:
        match message:
            case SystemMessage():
                return with_context(message, self._context(context_of(message)))
            case HumanMessage():
                return HumanMessage(self.spoken(str(message.text)))
            case ToolMessage():
                facts = self._typed(json.loads(str(message.text)))
                return message.model_copy(update={"content": json.dumps(facts, ensure_ascii=False)})
            case AIMessage():
                calls = [{**call, "args": self._own(call["args"])} for call in message.tool_calls]
                return message.model_copy(update={"content": self.spoken(str(message.text)), "tool_calls": calls})
            case _:
                return message

    def _context(self, context: dict[str, Any]) -> dict[str, Any]:
        """Mentions keep the person's words and get handles for labels; of earlier answers the questions stay."""
        mentions = [
            {
                **one,
                "words": self.spoken(one["words"]),
                "candidates": [self._candidate(one["kind"], candidate) for candidate in one["candidates"]],
            }
            for one in context["mentions"]
        ]
        earlier = [
            {**{key: turn[key] for key in turn if key != "answered"}}
            | {
                "asked": self.spoken(turn["asked"]),
                "asked_back": self._own(turn["asked_back"]),
                "calls": [
                    {**call, "args": self._own(call["args"])}
                    | ({"facts": self._typed(call["facts"])} if "facts" in call else {})
                    for call in turn["calls"]
                ],
            }
            for turn in context["earlier"]
        ]
        return {**context, "person": self.spoken(context["person"]), "mentions": mentions, "earlier": earlier}

    def _candidate(self, kind: str, candidate: dict[str, str]) -> dict[str, str]:
        kind = {"employee": "person", "staff": "person"}.get(kind, kind)
        known = kind in {"person", "customer", "project"}
        return {key: self.token(value, kind if known else "text") for key, value in candidate.items()}

    def spoken(self, text: str) -> str:
        """A sentence that may be shown, with handles for the names and the personal data in it."""
        for start, end, kind in reversed(list(spans(text))):
            text = text[:start] + self._handle(kind, text[start:end]) + text[end:]
        for start, end, kind, name in reversed(list(self.register.found(text))):
            text = text[:start] + self._handle(kind, name) + text[end:]
        return text

    def token(self, value: str, kind: str = "text") -> str:
        """A value as it is where it is one, else a handle."""
        if value in ours() or HANDLE.fullmatch(value):
            return value
        known = next(((k, end - start) for start, end, k, _ in self.register.found(value)), None)
        if known and known[1] == len(value):
            return self._handle(known[0], value)
        personal = spans(value)
        if personal and personal[0][:2] == (0, len(value)):
            return self._handle(personal[0][2], value)
        if known or personal or not TYPED.fullmatch(value) or len(SPOKEN.findall(value)) > MOST_SPOKEN:
            return self._handle(kind, value)
        return value

    def _typed(self, value: Any) -> Any:
        """Facts of a tool: only what is one token stays."""
        match value:
            case str():
                return self.token(value)
            case dict():
                items = cast("dict[str, Any]", value).items()
                return {self.token(key): self._typed(one) for key, one in items}
            case list() | tuple():
                return [self._typed(one) for one in cast("list[Any]", value)]
            case _:
                return value

    def _own(self, value: Any) -> Any:
        """What the model said itself, or a question of ours: sentences stay, names get their handles."""
        match value:
            case str():
                return self.spoken(value)
            case dict():
                return {key: self._own(one) for key, one in cast("dict[str, Any]", value).items()}
            case list() | tuple():
                return [self._own(one) for one in cast("list[Any]", value)]
            case _:
                return value

    def _lifted(self, value: Any) -> Any:
        match value:
            case str():
                return HANDLE.sub(lambda match: self.texts.get(match.group(), match.group()), value)
            case dict():
                return {self._lifted(key): self._lifted(one) for key, one in cast("dict[str, Any]", value).items()}
            case list():
                return [self._lifted(one) for one in cast("list[Any]", value)]
            case _:
                return value

    def _handle(self, kind: str, text: str) -> str:
        known = self.handles.get(text)
        if known is None:
            self.counts[kind] = number = self.counts.get(kind, 0) + 1
            known = self.handles[text] = f"[{kind} {number}]"
            self.texts[known] = text
        return known
