"""What is signed has one spelling (RFC 8785)."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.canonical import canonical, digest
from domain.money import Money

scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text()
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=12)


@given(st.dictionaries(st.text(), values))
def test_the_order_of_keys_does_not_change_the_digest(value: dict[str, object]) -> None:
    assert digest(value) == digest(dict(reversed(value.items())))


@given(values)
def test_canonical_json_is_json_of_the_same_value(value: object) -> None:
    assert json.loads(canonical(value)) == value


def test_records_have_a_canonical_form() -> None:
    assert canonical(Money(Decimal("1200.00"), "EUR")) == b'{"amount":"1200.00","currency":"EUR"}'
    assert canonical({"due": date(2026, 3, 1)}) == b'{"due":"2026-03-01"}'


def test_nothing_is_signed_by_its_repr() -> None:
    with pytest.raises(TypeError, match="no canonical JSON"):
        canonical(object())
