"""Whether an answer is right: the tool, its arguments, and every fact of the truth in what the person is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from evals.agent.truth import Expected, Money

REFUSALS = ("not permitted", "cannot be determined", "cannot tell", "not available", "may not")
UNKNOWN_ROWS = ("cannot determine", ": unknown")


@dataclass(frozen=True)
class Answer:
    """What came of one question: the calls of the turn and the blocks that were shown."""

    calls: tuple[Mapping[str, Any], ...]
    blocks: tuple[Mapping[str, Any], ...]

    @property
    def text(self) -> str:
        """Everything that is shown, as words."""
        return " \n ".join(part for block in self.blocks for part in _texts(block))

    @property
    def money(self) -> set[Money]:
        """Every amount that is shown in a table's cell, or stated in prose."""
        cells = {money for block in self.blocks for money in _amounts(block)}
        said = re.findall(r"\b([A-Z]{3}) (\d[\d,]*(?:\.\d+)?)", self.text)
        return cells | {(Decimal(amount.replace(",", "")), currency) for currency, amount in said}

    @property
    def asks(self) -> bool:
        """Whether it ends with a question back."""
        return any(block["kind"] == "choices" for block in self.blocks)


@dataclass(frozen=True)
class Score:
    """`wrong_figure`: an amount or number was expected, and another one stands in the answer."""

    right: bool
    why: str = ""
    wrong_figure: bool = False


def score(answer: Answer, tool: str, arguments: Mapping[str, Any], expected: Expected) -> Score:
    """Judge one answer."""
    if tool in ("ask", "refuse", "help"):
        return _refusal(answer, tool, expected)
    called = [call for call in answer.calls if call["name"] == tool and not call.get("refused")]
    if not called:
        names = [call["name"] for call in answer.calls]
        return Score(False, f"called {names or 'nothing'} instead of {tool}")
    differing = _differing(called, arguments)
    if differing:
        return Score(False, f"arguments {differing}", wrong_figure=bool(expected.money))
    return _facts(answer, expected)


def _refusal(answer: Answer, tool: str, expected: Expected) -> Score:
    if missing := [word for word in expected.words if word.lower() not in answer.text.lower()]:
        return Score(False, f"does not say {missing}")
    if tool == "ask":
        return Score(answer.asks, "" if answer.asks else "did not ask back")
    if tool == "help":
        return Score(not answer.calls, f"called {[call['name'] for call in answer.calls]}" if answer.calls else "")
    refused = any(word in answer.text.lower() for word in REFUSALS)
    return Score(refused, "" if refused else "did not refuse", wrong_figure=bool(answer.money) and not refused)


def _differing(called: Sequence[Mapping[str, Any]], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """What the nearest call has otherwise; an argument that should be absent is given as ""."""
    nearest: dict[str, Any] | None = None
    for call in called:
        found = {
            key: call["args"].get(key) for key, value in arguments.items() if not _same(call["args"].get(key), value)
        }
        if nearest is None or len(found) < len(nearest):
            nearest = found
    return nearest or {}


def _same(got: Any, wanted: Any) -> bool:
    if wanted == "":
        return got in (None, "", False)
    if isinstance(wanted, str) and isinstance(got, str):
        return got.lower() == wanted.lower()
    return got == wanted


def _facts(answer: Answer, expected: Expected) -> Score:
    if missing := [money for money in expected.money if money not in answer.money]:
        return Score(False, f"amounts {missing} are not shown", wrong_figure=bool(answer.money))
    shown = answer.text
    if lacking := [word for word in expected.words if not _stands(word, shown)]:
        numeric = any(word[:1].isdigit() for word in lacking)
        return Score(False, f"{lacking} are not shown", wrong_figure=numeric)
    if present := [word for word in expected.absent if _stands(word, shown)]:
        return Score(False, f"{present} are shown")
    if expected.keys is None:
        return Score(True)
    keys = _keys(answer)
    more, fewer = sorted(keys - expected.keys), sorted(expected.keys - keys)
    if more or fewer:
        return Score(False, f"rows: too many {more[:4]}, missing {fewer[:4]}", wrong_figure=bool(answer.money))
    return Score(True)


def _stands(word: str, shown: str) -> bool:
    """Whether a word stands there by itself; a date counts in either way of writing, an amount with its commas."""
    forms = {word}
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", word):
        year, month, day = word.split("-")
        names = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        forms.add(f"{int(day)} {names[int(month) - 1]} {year}")
    if re.fullmatch(r"\d+\.\d{2}", word):
        forms |= {f"{Decimal(word):,}", f"{Decimal(word):,.0f}"}
    if word and "_" in word:
        forms.add(word.replace("_", " "))
    return any(re.search(rf"(?<![\w.]){re.escape(form)}(?![\w])", shown, re.IGNORECASE) for form in forms)


def _keys(answer: Answer) -> set[str]:
    """The first cell of each row of the first table, a code without its name; totals and unknown rows left out."""
    table = next((block for block in answer.blocks if block["kind"] == "table"), None)
    if table is None:
        return set()
    rows = [row for row in table["rows"] if row and row[0]["value"] not in ("Total", None)]
    kept = [row for row in rows if not any(mark in str(cell["value"]) for cell in row for mark in UNKNOWN_ROWS[:1])]
    return {_key(str(row[0]["value"])) for row in kept}


def _key(label: str) -> str:
    code = re.match(r"[A-Z]{3}-[A-Z]{2,4}-\d{4}\b", label)
    return code.group() if code else label


def _texts(block: Mapping[str, Any]) -> Iterable[str]:
    if block["kind"] == "table":
        yield block["title"]
        for row in block["rows"]:
            for cell in row:
                if isinstance(cell["value"], str | int | float):
                    yield str(cell["value"])
        yield block["note"]
    elif block["kind"] == "findings":
        yield f"{block['title']} {block['status']}"
        for finding in block["findings"]:
            yield f"{finding['title']} {finding['reason']}"
    elif block["kind"] == "choices":
        yield block["question"]
        yield from block["options"]
    elif block["kind"] == "quotes":
        for evidence, _ in block["quotes"]:
            yield evidence["quote"]
    else:
        yield str(block.get("text") or block.get("summary") or "")


def _amounts(value: Any) -> Iterable[Money]:
    if isinstance(value, Mapping):
        if set(value) == {"amount", "currency"}:
            yield Decimal(str(value["amount"])), str(value["currency"])
        for item in value.values():
            yield from _amounts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _amounts(item)
