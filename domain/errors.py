"""One tree of errors: the class's docstring is the message, `code` is stable, `status` is the HTTP class of it.

`detail` says what happened here and what to do next; it may be shown to the person who asked.
"""

from __future__ import annotations

from typing import ClassVar


class CountersignError(Exception):
    """Something went wrong in Countersign."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500

    def __init__(self, detail: str | None = None, **facts: object) -> None:
        super().__init__(detail or type(self).title())
        self.detail = detail or type(self).title()
        self.facts = facts
        self.recorded = False  # whether the audit log has it already

    @classmethod
    def title(cls) -> str:
        """The first line of the class's docstring."""
        return (cls.__doc__ or "").strip().splitlines()[0]


class InvalidInput(CountersignError):
    """The input cannot be used."""

    code = "invalid_input"
    status = 422


class CurrencyMismatch(InvalidInput):
    """Amounts in different currencies cannot be combined."""

    code = "currency_mismatch"


class NotSignedIn(CountersignError):
    """Sign in first."""

    code = "not_signed_in"
    status = 401


class NotPermitted(CountersignError):
    """You are not permitted to do this."""

    code = "not_permitted"
    status = 403


class NotFound(CountersignError):
    """There is no such thing here, or you may not see it."""

    code = "not_found"
    status = 404


class NotConnected(NotFound):
    """No ERP is connected for your firm yet."""

    code = "not_connected"


class Conflict(CountersignError):
    """Someone changed this in the meantime."""

    code = "conflict"
    status = 409


class DigestMismatch(Conflict):
    """The proposal is not the one that you saw; look at it again before deciding."""

    code = "digest_mismatch"


class WrongState(Conflict):
    """That is not possible in the present state."""

    code = "wrong_state"


class PolicyChanged(Conflict):
    """Policy asks for more than when this was proposed; a new version waits for decisions."""

    code = "policy_changed"


class ExecutionFrozen(Conflict):
    """Execution is frozen; approved actions wait until it is thawed."""

    code = "execution_frozen"


class SessionRequired(NotPermitted):
    """This needs a person in a session: sign in with your password. An access token cannot do it."""

    code = "session_required"


class ReauthenticationNeeded(NotPermitted):
    """Give your password again: it was asked for too long ago for a decision."""

    code = "reauthentication_needed"


class NoWayBack(Conflict):
    """What this action wrote cannot be undone by Countersign."""

    code = "no_way_back"


class SegregationOfDuties(NotPermitted):
    """Whoever proposed an action may not decide on it."""

    code = "segregation_of_duties"


class OverLimit(NotPermitted):
    """The amount is above your approval limit."""

    code = "over_limit"


class PolicyDenied(NotPermitted):
    """Policy does not allow this action."""

    code = "policy_denied"


class DocumentError(InvalidInput):
    """The document cannot be read."""

    code = "document_unreadable"


class DocumentTooLarge(DocumentError):
    """The document is larger than the limit."""

    code = "document_too_large"
    status = 413


class DocumentEmpty(DocumentError):
    """The document is empty; choose the file again, or ask for a new copy."""

    code = "document_empty"


class DocumentEncrypted(DocumentError):
    """The document is protected with a password; give the password or an unprotected copy."""

    code = "document_encrypted"
    WRONG = "The password is wrong. Try again, or upload an unprotected copy."


class DocumentTypeUnsupported(DocumentError):
    """Only PDF, DOCX, e-mail, Markdown and plain text can be read."""

    code = "document_type_unsupported"
    status = 415


class DocumentTimeout(DocumentError):
    """Reading the document took more time or memory than the limit allows."""

    code = "document_over_budget"


class ModelUnavailable(CountersignError):
    """The language model gave no usable answer."""

    code = "model_unavailable"
    status = 502


class ErpError(CountersignError):
    """The ERP did not answer as expected."""

    code = "erp_error"
    status = 502


class ErpUnavailable(ErpError):
    """The ERP cannot be reached; nothing was changed. Try again when it is back."""

    code = "erp_unavailable"
    status = 503


class ErpNotReached(ErpUnavailable):
    """The ERP cannot be reached, and nothing was sent to it; asking again is safe."""

    code = "erp_not_reached"


class ErpRefused(ErpError):
    """The ERP refused the request."""

    code = "erp_refused"


class ErpDoubtful(ErpError):
    """The ERP shows much less than before."""

    code = "erp_doubtful"


class ErpClosed(ErpError):
    """The ERP takes nothing more of this attempt: its time was up, or it was closed when its end was looked up."""

    code = "erp_closed"


class ErpStale(Conflict):
    """The ERP record changed since it was read."""

    code = "erp_stale"


class ConfigurationError(CountersignError):
    """A setting is missing or cannot be used."""

    code = "configuration"


class StoreUnavailable(CountersignError):
    """The database cannot be reached."""

    code = "store_unavailable"
    status = 503


class MailUnavailable(CountersignError):
    """The mail server took no message."""

    code = "mail_unavailable"
    status = 503


class IntegrityBroken(CountersignError):
    """The audit log does not verify."""

    code = "audit_broken"
