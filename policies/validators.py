"""The guardrails-ai validators. Import this module only through `policies.guardrails`, which silences telemetry first.

Error messages hold kinds, never the client's text.
"""

from __future__ import annotations

from typing import Any

from guardrails import OnFailAction
from guardrails.validator_base import FailResult, PassResult, ValidationResult, Validator, register_validator

from policies.grounding import ungrounded
from policies.privacy import mask
from policies.signals import injection_signals
from policies.testimony import doubts

SEPARATOR = "\x1f"


@register_validator(name="countersign/length", data_type="string")
class Length(Validator):
    """Text is not empty and not longer than `metadata["limit"]` characters."""

    def _validate(self, value: Any, metadata: dict[str, Any]) -> ValidationResult:
        if not value.strip():
            return FailResult(error_message="empty")
        return FailResult(error_message="too long") if len(value) > metadata["limit"] else PassResult()


@register_validator(name="countersign/injection", data_type="string")
class Injection(Validator):
    """Text shows no sign of an attempt to steer a model."""

    def _validate(self, value: Any, metadata: dict[str, Any]) -> ValidationResult:  # noqa: ARG002 - the library's shape
        return _verdict(injection_signals(value))


@register_validator(name="countersign/privacy", data_type="string")
class Privacy(Validator):
    """Text holds no personal or bank data that a model need not see."""

    def _validate(self, value: Any, metadata: dict[str, Any]) -> ValidationResult:  # noqa: ARG002 - the library's shape
        return _verdict(mask(value)[1])


@register_validator(name="countersign/grounded", data_type="string")
class Grounded(Validator):
    """Prose states only what the results in `metadata["facts"]` say; an outside model's is held to more."""

    def _validate(self, value: Any, metadata: dict[str, Any]) -> ValidationResult:
        found = ungrounded(value, metadata["facts"])
        if metadata["expected"] is not None:
            found += doubts(value, metadata["facts"], metadata["expected"])
        return _verdict(found)


def incoming() -> tuple[Validator, ...]:
    """For what comes in."""
    return Length(on_fail=OnFailAction.NOOP), Injection(on_fail=OnFailAction.NOOP), Privacy(on_fail=OnFailAction.NOOP)


def outgoing() -> tuple[Validator, ...]:
    """For prose that goes out."""
    return (Grounded(on_fail=OnFailAction.NOOP),)


def failures(validators: tuple[Validator, ...], text: str, metadata: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """What failed, by validator name, as the kinds it reported; the caller decides what follows.

    The validators are asked themselves. A `Guard` around them would copy the facts of a turn into its call history,
    which takes ten times as long as looking at them and keeps what nobody should.
    """
    answers = {type(one).__name__: one.validate(text, metadata) for one in validators}
    return {
        name: tuple(answer.error_message.split(SEPARATOR))
        for name, answer in answers.items()
        if isinstance(answer, FailResult)
    }


def _verdict(found: tuple[str, ...]) -> ValidationResult:
    return FailResult(error_message=SEPARATOR.join(found)) if found else PassResult()
