"""Notices by mail: that something needs a person, until when, and where to look. No more, as mail is read in transit.

SMTP (RFC 5321) by the standard library. A notice carries the action's kind and a link; names of customers, amounts and
what anybody wrote stay behind the sign-in.
"""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate
from urllib.parse import urlsplit

from actions.catalogue import TYPES
from actions.notices import Notice, Why, notice
from actions.rulebook import Rulebook
from domain.actor import Actor
from domain.errors import ConfigurationError, MailUnavailable
from store import audit
from store.database import Database
from store.people import Person

SECONDS = 30  # for each word with the mail server
PORTS = {"starttls": 587, "tls": 465, "none": 25}

SUBJECTS: Mapping[Why, str] = {
    Why.REMINDED: "Waiting for a decision: {kind}",
    Why.ESCALATED: "Escalated to you: {kind}",
    Why.EXPIRED: "Expired without a decision: {kind}",
    Why.UNSETTLED: "Needs a person: {kind}",
}
TEXTS: Mapping[Why, str] = {
    Why.REMINDED: "A proposal waits for a decision that you may take. It was made on {made:%d %B %Y} and expires on "
    "{ends:%d %B %Y, %H:%M} UTC. Nothing is approved by silence.",
    Why.ESCALATED: "A proposal that nobody decided on may now be decided by you as well. It was made on "
    "{made:%d %B %Y} and expires on {ends:%d %B %Y, %H:%M} UTC. Nothing is approved by silence.",
    Why.EXPIRED: "Nobody decided in time on what you proposed on {made:%d %B %Y}, so it was closed and nothing was "
    "written. Propose it anew if it is still wanted.",
    Why.UNSETTLED: "What people approved was not carried out as approved, or nobody can tell whether it was. Someone "
    "who neither proposed nor changed it must look at the ERP and say what holds.",
}


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in. `security`: starttls, tls, or none (for a server on the same machine)."""

    host: str
    port: int
    user: str
    password: str
    sender: str
    security: str

    def __post_init__(self) -> None:
        if self.security not in PORTS:
            raise ConfigurationError("Set COUNTERSIGN_MAIL_SECURITY to starttls, tls or none.")
        if "@" not in self.sender:
            raise ConfigurationError("Set COUNTERSIGN_MAIL_FROM to the address that notices come from.")

    def send(self, message: EmailMessage) -> frozenset[str]:
        """Hand one message in; returns the addresses that the server refused.

        Raises MailUnavailable when it took none of it. A connection that should be encrypted and is not carries
        nothing.
        """
        try:
            server = self._connected()
            try:
                if self.user:
                    server.login(self.user, self.password)
                return frozenset(server.send_message(message))
            finally:
                with suppress(smtplib.SMTPException, OSError):  # it has the message, however it takes its leave
                    server.quit()
        except (smtplib.SMTPException, OSError) as error:
            raise MailUnavailable(f"The mail server took no message ({type(error).__name__}).") from error

    def _connected(self) -> smtplib.SMTP:
        port = self.port or PORTS[self.security]
        if self.security == "tls":
            return smtplib.SMTP_SSL(self.host, port, timeout=SECONDS, context=ssl.create_default_context())
        server = smtplib.SMTP(self.host, port, timeout=SECONDS)
        try:
            if self.security == "starttls":
                server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
        return server


@dataclass(frozen=True)
class Post:
    """What a notice is sent with. `address` is where people open Countersign, `who` the worker."""

    database: Database
    policies: Rulebook
    server: MailServer
    address: str
    who: Actor


async def deliver(post: Post, action_id: str, why: Why) -> int:
    """Tell those whom it concerns now; returns how many. The audit log keeps who, never an address.

    Raises NotFound, MailUnavailable.
    """
    in_force, database, who = await post.policies(post.who.tenant), post.database, post.who
    async with database.tenant(who.tenant) as connection:
        found = await notice(connection, in_force, action_id, why)
    if not found.people:
        return 0
    readers = {person.id: to for person in found.people if (to := _addressed(person))}
    refused: frozenset[str] = frozenset()
    if readers:
        message = written(found, readers.values(), post.server.sender, post.address)
        refused = await asyncio.to_thread(post.server.send, message)
    reached = [person for person in found.people if person.id in readers and person.email not in refused]
    facts = {
        "why": why.value,
        "people": [person.id for person in reached],
        "refused": [person.id for person in found.people if person not in reached],
    }
    async with database.tenant(who.tenant) as connection:
        await audit.append(connection, who, "action.mailed", f"action:{action_id}", facts)
    return len(reached)


def _addressed(person: Person) -> Address | None:
    """Where the person's mail goes; None where that is no address a header can hold, so that the others get theirs."""
    try:
        return Address(person.name, addr_spec=person.email) if person.email.isascii() else None
    except (ValueError, MessageError):
        return None


def written(found: Notice, readers: Iterable[Address], sender: str, address: str) -> EmailMessage:
    """The message. Its id is the same each time, so that one sent twice after a crash shows once (RFC 5322, 3.6.4)."""
    action = found.action
    kind = TYPES[action.type].title if action.type in TYPES else action.type
    message = EmailMessage()
    message["Subject"] = SUBJECTS[found.why].format(kind=kind)
    message["From"] = Address("Countersign", addr_spec=sender)
    message["To"] = tuple(readers)
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = f"<{action.id}.{found.why}@{urlsplit(address).hostname or 'countersign'}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's vacation answers it
    text = TEXTS[found.why].format(made=action.created_at, ends=action.expires_at)
    message.set_content(f"{kind}\n\n{text}\n\n{address}/actions/{action.id}\n")
    return message
