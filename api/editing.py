"""The arguments of an action as form fields, and back: typed by the action's own model, without a script."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from actions.catalogue import ActionType
from api.formats import words
from domain.actions import Action

PREFIX = "arg."
BLANK_ROWS = 2
CHOICES = re.compile(r"^\^\(([a-z_|]+)\)\$$")


@dataclass(frozen=True)
class Entry:
    """One field: `kind` is text, lines (several lines of one value), list (one value a line) or choice."""

    name: str
    label: str
    value: str
    kind: str = "text"
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """Fields that belong together: one argument, or one row of a list."""

    label: str
    entries: tuple[Entry, ...]


def groups_of(kind: ActionType, arguments: Mapping[str, Any]) -> list[Group]:
    """What a person may change. Which record it acts on is another proposal, so those arguments are not among them."""
    return [
        group
        for name, info in kind.arguments.model_fields.items()
        if kind.editable(name)
        for group in _groups(kind, name, info, arguments.get(name))
    ]


def arguments_from(kind: ActionType, form: Iterable[tuple[str, str]], old: Mapping[str, Any]) -> dict[str, Any]:
    """The old arguments with what the form says of them; an empty field is None, an empty row no row."""
    sent = {name.removeprefix(PREFIX): text.strip() for name, text in form if name.startswith(PREFIX)}
    new = dict(old)
    for name, info in kind.arguments.model_fields.items():
        given = {path: text for path, text in sent.items() if path.split(".")[0] == name}
        if given and kind.editable(name):
            new[name] = _argument(info, name, given)
    return new


def between(older: Action, newer: Action, kind: ActionType) -> list[tuple[str, Any, Any]]:
    """What an edit changed: label, before, after."""
    was, now = older.intent.arguments, newer.intent.arguments
    return [
        (kind.labels.get(name, words(name)), was.get(name), now.get(name))
        for name in now
        if was.get(name) != now.get(name)
    ]


def _groups(kind: ActionType, name: str, info: FieldInfo, value: Any) -> list[Group]:
    label = kind.labels.get(name, words(name))
    row = _model(info)
    if row is None:
        return [Group(label, (_entry(name, label, info, value),))]
    if _many(info):
        rows: list[Mapping[str, Any]] = [*(value or ()), *({} for _ in range(BLANK_ROWS))]
        return [Group(f"{label} {n + 1}", _fields(row, f"{name}.{n}", one)) for n, one in enumerate(rows)]
    return [Group(label, _fields(row, name, value or {}))]


def _fields(model: type[BaseModel], path: str, values: Mapping[str, Any]) -> tuple[Entry, ...]:
    return tuple(
        _entry(f"{path}.{name}", words(name), info, values.get(name)) for name, info in model.model_fields.items()
    )


def _entry(path: str, label: str, info: FieldInfo, value: Any) -> Entry:
    patterns = [str(found) for found in (getattr(meta, "pattern", None) for meta in info.metadata) if found]
    choices = next((found[1].split("|") for one in patterns if (found := CHOICES.match(one))), None)
    if choices:
        return Entry(PREFIX + path, label, str(value or ""), "choice", tuple(choices))
    if _many(info):
        listed: Sequence[Any] = value or ()
        return Entry(PREFIX + path, label, "\n".join(map(str, listed)), "list")
    text = "" if value is None else str(value)
    return Entry(PREFIX + path, label, text, "lines" if "\n" in text or path.endswith("street") else "text")


def _argument(info: FieldInfo, name: str, given: Mapping[str, str]) -> Any:
    if _model(info) is None:
        text = given.get(name, "")
        return [line.strip() for line in text.splitlines() if line.strip()] if _many(info) else text or None
    if not _many(info):
        fields = {path.split(".")[1]: text or None for path, text in given.items() if path.count(".") == 1}
        return fields if any(fields.values()) else None
    rows: dict[int, dict[str, str | None]] = {}
    for path, text in given.items():
        _, number, field = [*path.split("."), "", ""][:3]
        if number.isdecimal() and field:
            rows.setdefault(int(number), {})[field] = text or None
    return [row for _, row in sorted(rows.items()) if row.get("name")]


def _many(info: FieldInfo) -> bool:
    return str(info.annotation).startswith("tuple[")


def _model(info: FieldInfo) -> type[BaseModel] | None:
    candidates = [info.annotation, *get_args(info.annotation)]
    return next((one for one in candidates if isinstance(one, type) and issubclass(one, BaseModel)), None)
