"""The guardrails-ai validators. Import this module only through `policies.guardrails`, which silences telemetry first.

Error messages hold kinds, never the client's text: guardrails keeps them in its call history.
"""

from __future__ import annotations

from typing import Any

from guardrails import Guard, OnFailAction
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


def guards() -> tuple[Guard[str], Guard[str]]:
    """(for what comes in, for prose that goes out). NOOP: they report, and the caller decides what follows."""
    report = OnFailAction.NOOP
    incoming = Guard(history_max_length=1).use(
        Length(on_fail=report), Injection(on_fail=report), Privacy(on_fail=report)
    )
    return incoming, Guard(history_max_length=1).use(Grounded(on_fail=report))


def failures(guard: Guard[str], text: str, metadata: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    """What failed, by validator name, as the kinds it reported."""
    outcome = guard.validate(text, metadata=metadata)
    return {
        str(summary.validator_name): tuple(str(summary.failure_reason).split(SEPARATOR))
        for summary in outcome.validation_summaries or []
        if summary.failure_reason
    }


def _verdict(found: tuple[str, ...]) -> ValidationResult:
    return FailResult(error_message=SEPARATOR.join(found)) if found else PassResult()
