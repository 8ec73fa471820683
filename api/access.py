"""Who may come in: every route names exactly one operation, and policy decides before the route runs."""

from __future__ import annotations

import hmac
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request

from api import freshness, sessions
from api.forms import form_field
from api.services import Services, Wired
from api.sessions import SignedIn
from domain.actor import Actor, Operation
from domain.errors import NotPermitted, NotSignedIn
from policies.engine import Policies

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class ForgedRequest(NotPermitted):
    """The request did not come from one of our own pages; load the page again and repeat it."""

    code = "forged_request"


class Permitted:
    """A route's dependency: the signed-in person, once policy permits the route's operation.

    With `asked_later` the route's room asks policy itself, with the facts of the case, and records refusals. `fresh`:
    only a person in a session who gave their password not long ago comes through (see api/freshness.py).
    """

    def __init__(self, operation: Operation, *, asked_later: bool = False, fresh: bool = False) -> None:
        self.operation = operation
        self.asked_later = asked_later
        self.fresh = fresh

    async def __call__(self, request: Request, wired: Wired) -> Actor:
        """Raises NotSignedIn, ForgedRequest, NotPermitted, SessionRequired or ReauthenticationNeeded."""
        signed_in = await present(request, wired)
        if signed_in is None:
            raise NotSignedIn
        await refuse_forgery(request, wired, signed_in)
        if not self.asked_later:
            in_force: Policies = request.state.policies
            in_force.require(signed_in.actor, self.operation)
        if self.fresh:
            signed_in = await freshness.require(request, wired, signed_in)
        return signed_in.actor


async def present(request: Request, services: Services) -> SignedIn | None:
    """The person behind the request, looked up once a request, with their firm's policy of that moment."""
    if not hasattr(request.state, "signed_in"):
        found = await sessions.find(request, services)
        request.state.policies = await services.policies(found.actor.tenant) if found else None
        request.state.signed_in = found
    return request.state.signed_in


async def refuse_forgery(request: Request, services: Services, signed_in: SignedIn) -> None:
    """A browser sends cookies along with any site's form; only our own pages know the session's CSRF token."""
    if request.method in SAFE_METHODS or not signed_in.csrf:
        return
    refuse_other_origins(request, services)
    given = request.headers.get("x-csrf-token") or await form_field(request, "csrf")
    if not hmac.compare_digest(given.encode(), signed_in.csrf.encode()):
        raise ForgedRequest


def refuse_other_origins(request: Request, services: Services) -> None:
    """Refuse what the browser itself says another site has sent (Fetch Metadata, Origin)."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    ours = urlsplit(services.web.origin).netloc or request.headers.get("host", "")
    if site not in (None, "same-origin", "none") or (origin is not None and urlsplit(origin).netloc != ours):
        raise ForgedRequest


async def signed_in(request: Request, wired: Wired) -> SignedIn:
    """The signed-in person with their credential, for a route that has already been permitted."""
    found = await present(request, wired)
    if found is None:
        raise NotSignedIn
    return found


Session = Annotated[SignedIn, Depends(signed_in)]
DocumentReader = Annotated[Actor, Depends(Permitted(Operation.DOCUMENT_READ))]
DocumentUploader = Annotated[Actor, Depends(Permitted(Operation.DOCUMENT_UPLOAD))]
TermConfirmer = Annotated[Actor, Depends(Permitted(Operation.TERM_CONFIRM))]
CodeProposer = Annotated[Actor, Depends(Permitted(Operation.CODE_PROPOSE))]
ReadinessReader = Annotated[Actor, Depends(Permitted(Operation.READINESS_READ))]
FactRecorder = Annotated[Actor, Depends(Permitted(Operation.FACT_RECORD))]
ThreadUser = Annotated[Actor, Depends(Permitted(Operation.THREAD_USE))]
ActionReader = Annotated[Actor, Depends(Permitted(Operation.ACTION_READ))]
ActionProposer = Annotated[Actor, Depends(Permitted(Operation.ACTION_PROPOSE))]
Compensator = Annotated[Actor, Depends(Permitted(Operation.ACTION_PROPOSE, asked_later=True))]
ActionEditor = Annotated[Actor, Depends(Permitted(Operation.ACTION_EDIT, fresh=True))]
ActionCommenter = Annotated[Actor, Depends(Permitted(Operation.ACTION_COMMENT))]
ActionDecider = Annotated[Actor, Depends(Permitted(Operation.ACTION_DECIDE, asked_later=True, fresh=True))]
DelegationReader = Annotated[Actor, Depends(Permitted(Operation.ACTION_READ))]
DelegationEnder = Annotated[Actor, Depends(Permitted(Operation.DELEGATION_MANAGE, asked_later=True, fresh=True))]
Delegator = Annotated[Actor, Depends(Permitted(Operation.DELEGATION_MANAGE, fresh=True))]
Freezer = Annotated[Actor, Depends(Permitted(Operation.EXECUTION_FREEZE, fresh=True))]
ActionResolver = Annotated[Actor, Depends(Permitted(Operation.ACTION_RESOLVE, fresh=True))]
AuditReader = Annotated[Actor, Depends(Permitted(Operation.AUDIT_READ))]
AuditExporter = Annotated[Actor, Depends(Permitted(Operation.AUDIT_EXPORT))]
PolicyReader = Annotated[Actor, Depends(Permitted(Operation.POLICY_READ))]
PolicyProposer = Annotated[Actor, Depends(Permitted(Operation.POLICY_PROPOSE, fresh=True))]
TokenOwner = Annotated[Actor, Depends(Permitted(Operation.TOKEN_MANAGE))]
PersonBlocker = Annotated[Actor, Depends(Permitted(Operation.PEOPLE_ADMINISTER, fresh=True))]
PeopleAdministrator = Annotated[Actor, Depends(Permitted(Operation.PEOPLE_ADMINISTER))]
