"""Whose an action is does not depend on the way by which it was proposed, whatever the ERP's names look like."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from actions.comparing import normalised
from actions.placing import placed
from domain.actions import Intent
from domain.records import Customer, Firm
from domain.source import Source
from domain.visible import hidden, readable

NAMES = st.text(st.sampled_from(" \n\r\t\u200b\u2028\u00a0\u202e\x1c\x85aÄ{}"), min_size=1, max_size=12)


def firm(name: str) -> Firm:
    source = Source("erp", "party.party", "1", "1")
    customer = Customer("1", "C1", name, None, (), None, (), None, source)
    return Firm("erp", "Northlight", "EUR", datetime.now(UTC), customers=(customer,))


@given(NAMES)
def test_proposing_and_editing_name_the_customer_alike(name: str) -> None:
    arguments = {"customer_id": "1", "tax_identifier": {"type": "eu_vat", "code": "DE136695976"}}
    intent = Intent("customer.set_billing_identity", arguments, "Set the identifier")
    proposed = normalised(placed(intent, firm(name)))
    edited = placed(normalised(intent), firm(name))
    assert (proposed.customer or "") == (edited.customer or "")


@given(NAMES)
def test_what_is_readable_stays_as_it_is(name: str) -> None:
    once = readable(name)
    assert readable(once) == once
    assert not any(map(hidden, once))
