"""Charts drawn on the server: pygal's geometry without its style, script and ids, so that our style sheet colours it.

Inside a page a chart is plain SVG elements with classes, which the strict policy lets through and both themes colour.
On its own (`picture`) it carries its style sheet, which its answer's policy permits by digest and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any, cast

import pygal  # pyright: ignore[reportMissingTypeStubs]
from fastapi.responses import Response
from markupsafe import Markup, escape
from pydantic import TypeAdapter
from pygal.style import Style  # pyright: ignore[reportMissingTypeStubs]

from domain.blocks import Chart

WIDTH, HEIGHT = 640, 220
SPARK_WIDTH, SPARK_HEIGHT = 120, 28
LABEL_SIZE = 15  # of the labels for which room is left; the style sheet may show them smaller
FORMS = {"bars": pygal.Bar, "stack": pygal.StackedBar, "line": pygal.Line}
STEPS = (1, 2, 5, 10)
KEPT = re.compile(r"axis|x|y|series|color-\d+|line|rect|circle")  # classes that the style sheet knows
DROPPED = frozenset({"style", "script", "defs", "desc", "title"})
DECIMALS = re.compile(r"(\d+\.\d)\d+")
EMPTY_GROUP = re.compile(r'<g(?: class="[^"]*")?(?: transform="[^"]*")?(?: class="[^"]*")?\s*/>')
CODEC = TypeAdapter(Chart)
Figure = Decimal | None


def drawn(found: Chart | Mapping[str, Any]) -> Markup:
    """A chart as SVG for a page, from its block or the block's JSON."""
    chart = found if isinstance(found, Chart) else CODEC.validate_python(dict(found))
    return Markup(_svg(chart))  # noqa: S704 - made by the library from numbers and escaped texts


def picture(chart: Chart) -> Response:
    """The same as an image of its own, in the colours that the reader's system prefers."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    svg = _svg(chart).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    body = svg.replace(">", f"><style>{style}</style>", 1)
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'"
    return Response(body, media_type="image/svg+xml", headers={"content-security-policy": policy})


@lru_cache(maxsize=4096)
def spark(values: tuple[Decimal, ...], said: str) -> Markup:
    """A line the size of a word; `said` is what it shows, for those who read. Most stay the same from view to view."""
    if len(values) < 2:  # noqa: PLR2004 - one point is no line
        return Markup("")
    line = _made(pygal.Line, SPARK_WIDTH, SPARK_HEIGHT, show_x_labels=False, show_y_labels=False, show_dots=False)
    line.margin = 2
    line.range = (0, float(max(values)) or 1)
    line.add("", [float(value) for value in values])
    return Markup(_finished(line, said, "spark"))  # noqa: S704 - the same


def rows(found: Chart | Mapping[str, Any]) -> list[tuple[str, list[str]]]:
    """The table behind a chart: a row a label, with each series' value as it is read."""
    chart = found if isinstance(found, Chart) else CODEC.validate_python(dict(found))
    return [
        (label, [_read(one.values[at], chart.unit) for one in chart.series]) for at, label in enumerate(chart.labels)
    ]


@lru_cache(maxsize=512)
def _svg(chart: Chart) -> str:
    made = _made(FORMS[chart.form], WIDTH, HEIGHT)
    made.x_labels = list(chart.labels)
    ticks = _ticks(_top(chart))
    made.y_labels, made.range = ticks, (0, ticks[-1])
    made.value_formatter = _short
    missing = 0.0 if chart.form == "stack" else None  # in a stack even nothing is drawn, without height
    for one in chart.series:
        made.add(one.name, [missing if value is None else float(value) for value in one.values])
    titles = [
        f"{one.name}, {label}: {_read(value, chart.unit)}"
        for one in chart.series
        for label, value in zip(chart.labels, one.values, strict=True)
        if value is not None or chart.form == "stack"
    ]
    unit = f", in {chart.unit}" if chart.unit else ""
    return _finished(made, f"{chart.title}{unit}. The figures are in the table below.", "chart", titles)


def _made(form: Any, width: int, height: int, **options: Any) -> Any:
    style = Style(label_font_size=LABEL_SIZE, major_label_font_size=LABEL_SIZE)
    given = {
        "show_legend": False,
        "js": (),
        "css": (),
        "margin": 6,
        "margin_right": 28,
        "include_x_axis": True,
        **options,
    }
    return form(width=width, height=height, style=style, disable_xml_declaration=True, **given)


def _finished(made: Any, said: str, name: str, titles: Sequence[str] = ()) -> str:
    made.add_xml_filter(partial(_cleaned, said=said, name=name, titles=titles))
    text = DECIMALS.sub(r"\1", cast("str", made.render(is_unicode=True))).replace(".0 ", " ").replace('.0"', '"')
    text = EMPTY_GROUP.sub("", text)
    return text.replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "").replace(
        ' xmlns="http://www.w3.org/2000/svg"', ""
    )


def _cleaned(root: Any, said: str, name: str, titles: Sequence[str]) -> Any:
    """Take out all that is no shape: what a strict policy refuses, and what our style sheet says instead."""
    marks = iter(titles)
    _prune(root, marks if titles else None)
    for attribute in list(root.attrib):
        if attribute != "viewBox":
            del root.attrib[attribute]
    for attribute, value in (("class", name), ("role", "img"), ("aria-label", said)):
        root.set(attribute, value)
    return root


def _prune(node: Any, titles: Any) -> None:
    for child in list(node):
        kind = child.tag.rsplit("}", 1)[-1] if isinstance(child.tag, str) else ""
        names = (child.get("class") or "").split()
        if not kind or kind in DROPPED or {"tooltip-overlay", "text-overlay", "background"} & {*names}:
            node.remove(child)
            continue
        for attribute in ("style", "id", "rx", "ry", "class"):
            child.attrib.pop(attribute, None)
        if kept := " ".join(name for name in names if KEPT.fullmatch(name)):
            child.set("class", kept)
        _prune(child, titles)
        if titles is not None and "reactive" in names and kind in {"rect", "circle"}:
            said = next(titles, "")
            if said:
                child.append(child.makeelement("title", {}))
                child[-1].text = said


def _top(chart: Chart) -> Decimal:
    columns: Iterable[tuple[Figure, ...]] = zip(*(one.values for one in chart.series), strict=True)
    heights = [[value or Decimal(0) for value in column] for column in columns]
    if chart.form == "stack":
        return max((sum(column, Decimal(0)) for column in heights), default=Decimal(0))
    return max((value for column in heights for value in column), default=Decimal(0))


def _ticks(top: Decimal) -> list[float]:
    """From zero in equal, round steps to just above the highest value, four at most."""
    if top <= 0:
        return [0, 1]
    magnitude = Decimal(10) ** ((top / 3).adjusted())
    step = next(magnitude * one for one in STEPS if magnitude * one * 3 >= top)
    if top == top.to_integral_value():
        step = max(step, Decimal(1))  # nobody counts in halves
    count = math.ceil(top / step)
    return [float(step * number) for number in range(count + 1)]


def _short(value: float | None) -> str:
    """A number as an axis says it: 1200000 is "1.2m", 12000 "12k"."""
    if value is None:
        return ""
    for size, letter in ((1e6, "m"), (1e3, "k")):
        if abs(value) >= size:
            return f"{value / size:.1f}".removesuffix(".0") + letter
    return f"{value:.1f}".removesuffix(".0")


def _read(value: Figure, unit: str) -> str:
    if value is None:
        return "–"
    said = f"{value:,.0f}" if value == value.to_integral_value() or abs(value) >= 1000 else f"{value:,.1f}"  # noqa: PLR2004
    return f"{said}%" if unit == "%" else said


@cache
def _style() -> str:
    folder = Path(__file__).parent / "static" / "css"
    text = (folder / "tokens.css").read_text("utf-8") + (folder / "charts.css").read_text("utf-8")
    return str(escape(re.sub(r"\s+", " ", text))).replace("&#34;", '"').replace("&#39;", "'").replace("&gt;", ">")
