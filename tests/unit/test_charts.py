"""Charts hold no style and no script, say every figure, and their axis reaches above the highest."""

from __future__ import annotations

import re
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api import charts
from api.plots import plotted
from api.render import environment
from domain.blocks import Chart, Series
from domain.canonical import plain

FORMS = ("bars", "stack", "line")
figures = st.lists(st.none() | st.decimals(0, 10**9, places=2), min_size=1, max_size=8)


def parsed(text: str | bytes) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - our own


def chart(form: str, *values: list[Decimal | None], title: str = "T") -> Chart:
    labels = tuple(f"M{number}" for number in range(len(values[0])))
    return Chart(title, labels, tuple(Series(f"S{n}", tuple(v)) for n, v in enumerate(values)), "EUR", form)


@pytest.mark.parametrize("form", FORMS)
@given(values=figures)
def test_whatever_is_drawn_is_shapes_alone(form: str, values: list[Decimal | None]) -> None:
    text = str(charts.drawn(chart(form, values)))
    root = parsed(text)
    for node in root.iter():
        assert node.tag in {"svg", "g", "path", "text", "rect", "circle", "title"}
        assert not {name for name in node.attrib if name in ("style", "id", "href") or name.startswith("on")}
    shown = [node for node in root.iter() if node.tag in ("rect", "circle")]
    assert len([node for node in shown if node.find("title") is not None]) == len(shown)
    assert len(shown) == sum(value is not None or form == "stack" for value in values)


@given(values=figures)
def test_the_axis_reaches_above_the_highest_figure(values: list[Decimal | None]) -> None:
    root = parsed(str(charts.drawn(chart("bars", values))))
    tops = [float(node.attrib["y"]) for node in root.iter("rect")]
    assert all(top >= 0 for top in tops)


def test_texts_of_other_systems_stay_texts() -> None:
    nasty = '</svg><script>alert("x")</script>'
    text = str(charts.drawn(chart("bars", [Decimal(1)], title=nasty)))
    assert "<script" not in text
    assert parsed(text).attrib["aria-label"].startswith(nasty)


def test_json_of_a_block_draws_the_same_and_its_table_says_all_figures() -> None:
    block = chart("stack", [Decimal(12000), None], [Decimal("7.25"), Decimal(3)])
    assert charts.drawn(plain(block)) == charts.drawn(block)
    assert charts.rows(plain(block)) == [("M0", ["12,000", "7.2"]), ("M1", ["–", "3"])]


def test_a_picture_may_load_nothing_but_its_own_style() -> None:
    answer = charts.picture(chart("line", [Decimal(1), Decimal(2)]))
    policy = answer.headers["content-security-policy"]
    assert re.fullmatch(r"default-src 'none'; style-src 'sha256-[A-Za-z0-9+/=]{44}'; frame-ancestors 'none'", policy)
    root = parsed(bytes(answer.body))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert b"url(" not in answer.body


def test_a_spark_needs_two_days() -> None:
    assert charts.spark((Decimal(1),), "one") == ""
    assert 'aria-label="EUR 5 to EUR 2"' in charts.spark((Decimal(5), Decimal(2)), "EUR 5 to EUR 2")


def test_a_conversation_shows_a_chart_with_its_table() -> None:
    block = plain(chart("bars", [Decimal(5), Decimal(9)], [Decimal(1), None]))
    template = environment().get_template("block.html")
    html = template.render(found=block, position=1, cards={}, thread="t", csrf="c")
    assert '<svg viewBox="0 0 640 220" class="chart" role="img"' in html
    assert html.count("<tr>") == 3
    assert "The figures, in EUR" in html


def test_what_is_counted_is_not_counted_in_halves() -> None:
    texts = [node.text for node in parsed(str(charts.drawn(chart("bars", [Decimal(1)])))).iter("text")]
    assert texts == ["0", "1", "M0"]


def table(*rows: tuple[object, ...], numeric: tuple[int, ...] = (1, 2)) -> dict[str, object]:
    return {
        "title": "Unbilled",
        "columns": ["Practice", "Hours", "Amount"],
        "rows": [[{"value": value} for value in row] for row in rows],
        "numeric": list(numeric),
    }


def euros(amount: str, currency: str = "EUR") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


def test_a_tables_amounts_are_drawn_without_their_sum() -> None:
    found = plotted(table(("CLD", "7", euros("30.5")), ("DAT", 4, euros("2")), ("Total", 11, euros("32.5"))))
    assert found is not None
    assert (found.labels, found.unit) == (("CLD", "DAT"), "EUR")
    assert [(one.name, one.values) for one in found.series] == [("Amount", (Decimal("30.5"), Decimal(2)))]


def test_currencies_are_never_drawn_on_one_scale() -> None:
    found = plotted(table(("CLD", "7", euros("30")), ("DAT", 4, euros("2", "GBP"))))
    assert found is not None
    assert [(one.name, one.values) for one in found.series] == [("Hours", (Decimal(7), Decimal(4)))]
    assert plotted(table(("CLD", "7", euros("30")), ("DAT", 4, euros("2", "GBP")), numeric=(2,))) is None


@pytest.mark.parametrize(
    "rows",
    [
        [("CLD", "7", euros("30"))],
        [(f"P{n}", n, euros("1")) for n in range(9)],
        [("A name too long for its bar", 1, euros("1")), ("B", 2, euros("2"))],
        [("CLD", 0, euros("0")), ("DAT", 0, euros("0"))],
    ],
)
def test_what_would_say_little_is_no_chart(rows: list[tuple[object, ...]]) -> None:
    assert plotted(table(*rows)) is None
