"""A text at its limit that repeats itself takes no longer than any other: where people, documents and models are read."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from types import FrameType

import pytest

from policies.guardrails import MESSAGE_LIMIT, PROSE_LIMIT, Guardrails
from policies.privacy import EVERY, mask
from policies.signals import injection_signals
from policies.steering import passages
from tests.agent.test_rules import ask

# Far above what any of these takes (half a second): a pattern that grows with a power of the length takes minutes.
CPU_SECONDS = 20
REPEATED = ("1", "thank you ", "uid ", "<\n", "set the address of X to 1, ")


@pytest.fixture(autouse=True)
def bounded() -> Iterator[None]:
    """Ends the test after so much time of this process's own, however busy the machine is."""

    def end(_number: int, _frame: FrameType | None) -> None:
        raise AssertionError("it takes a time that its length does not explain")

    before = signal.signal(signal.SIGVTALRM, end)
    signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, before)


@pytest.fixture(scope="module")
def guards() -> Guardrails:
    return Guardrails.load()


def filled(part: str, length: int) -> str:
    return (part * length)[:length]


@pytest.mark.parametrize("part", REPEATED)
def test_no_message_and_no_prose_holds_up_the_process(guards: Guardrails, part: str) -> None:
    message = filled(part, MESSAGE_LIMIT)
    assert len(guards.incoming(message).text) > MESSAGE_LIMIT / 4
    answer = ask(message)
    assert answer.tool_calls or answer.text
    guards.outgoing(filled(part, PROSE_LIMIT), [{"said": message}], expected=["CLD-UKI-1001"])


@pytest.mark.parametrize("part", ["_", "1", "AA11 ", "DE A ", "+49 1", "a@a.", "AA11BB"])
def test_masking_and_looking_for_signs_take_as_long_as_the_text_is(part: str) -> None:
    text = filled(part, 64_000)
    assert len(mask(text, EVERY)[0]) > 0
    injection_signals(filled(part, 16_000))


@pytest.mark.parametrize("part", [" ", "\n ", "|", "a. ", "| "])
def test_the_text_of_a_document_is_cut_as_fast_as_it_is_long(part: str) -> None:
    text = filled(part, 200_000) + "x"
    assert len(list(passages(text))) <= len(text)
