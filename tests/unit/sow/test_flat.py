"""The folded view: easier to match, and every character still knows where it came from."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sow.flat import flatten

NOISE = st.text(st.sampled_from("ab Z9 -\n\t*_`\\[]()$’“”–\u00ad\u200b\ufb01"), max_size=80)


def test_typography_emphasis_and_line_breaks_are_folded() -> None:
    assert flatten("**Net** “30” days’\u200b no\u00adtice – pay-\nment").text == 'Net "30" days\' notice - payment'


def test_placeholders_of_omitted_text_are_no_emphasis() -> None:
    assert flatten("a fee of [***] per month").text == "a fee of [***] per month"


def test_a_hyphen_before_a_capital_stays() -> None:
    assert flatten("Sub-\nSaharan").text == "Sub-\nSaharan"


def test_furniture_is_left_out_of_the_view() -> None:
    text = "shall pay within\nPage 3 of 9\nthirty days"
    start = text.index("Page")
    assert flatten(text, ((start, start + len("Page 3 of 9")),)).text == "shall pay within\n\nthirty days".replace(
        "\n\n", "\n\n"
    )


@given(NOISE)
def test_every_kept_character_is_found_again_in_the_original(text: str) -> None:
    flat = flatten(text)
    for offset, character in enumerate(flat.text):
        source = flat.source(offset)
        assert 0 <= source < len(text)
        if character.isalnum() and text[source] != "\ufb01":
            assert text[source] == character


@given(NOISE, st.data())
def test_spans_keep_their_order_and_extent(text: str, data: st.DataObject) -> None:
    flat = flatten(text)
    if not flat.text:
        return
    start = data.draw(st.integers(0, len(flat.text) - 1))
    end = data.draw(st.integers(start + 1, len(flat.text)))
    low, high = flat.span(start, end)
    assert 0 <= low < high <= len(text)
    assert flat.offset(low) <= start
