"""Whoever a proposal needs is told by mail, over a real connection to a server that speaks SMTP; nobody else is."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage

import psycopg
import pytest

from actions.execution import Hands, reconcile, worker
from actions.proposals import propose
from api.mail import MailServer, Post
from api.settings import Settings
from api.worker import post_of, register_post
from domain.errors import ConfigurationError, MailUnavailable
from store import jobs
from store.database import Database
from tests.actions.conftest import People, po_number
from tests.actions.ledger import LedgerErp

pytestmark = pytest.mark.anyio
ADDRESS = "https://billing.example"


@dataclass
class Office:
    """A mail server without encryption. `refuses` is one address that it does not know."""

    refuses: str = ""
    port: int = 0
    taken: list[tuple[list[str], bytes]] = field(default_factory=list)

    @asynccontextmanager
    async def open(self) -> AsyncGenerator[Office]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield self

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        recipients: list[str] = []
        writer.write(b"220 office\r\n")
        while line := (await reader.readline()).decode().strip():
            verb = line.split(":")[0].split()[0].upper()
            answer = "250 ok"
            if verb == "RCPT":
                address = line.split("<")[1].split(">")[0]
                answer = "550 no such person" if address == self.refuses else "250 ok"
                recipients += [] if address == self.refuses else [address]
            elif verb == "DATA":
                writer.write(b"354 go on\r\n")
                self.taken.append((recipients, await reader.readuntil(b"\r\n.\r\n")))
            elif verb == "STARTTLS":
                answer = "502 not here"
            writer.write(f"{answer}\r\n".encode())
            if verb == "QUIT":
                break
        writer.close()

    def server(self, security: str = "none") -> MailServer:
        return MailServer("127.0.0.1", self.port, "", "", "countersign@northlight.example", security)


async def work(hands: Hands, post: Post | None) -> None:
    app = jobs.queue(hands.database.url)
    register_post(app, "northlight", post)

    @app.task(name=jobs.SETTLED)
    async def tell(tenant: str, action_id: str) -> None:
        del tenant, action_id

    async with app.open_async():
        await app.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)


async def aged(hands: Hands, people: People, ledger: LedgerErp, database: Database, days: float) -> str:
    """A proposal that was made so many days ago, once time has done its work on it."""
    policies = await hands.policies("northlight")
    made = datetime.now(UTC) - timedelta(days=days, minutes=1)
    action = await propose(database, ledger, policies, people.priya, po_number("PO-SECRET-1"), now=made)
    await reconcile(hands, "northlight")
    return action.id


def post(hands: Hands, server: MailServer) -> Post:
    return Post(hands.database, hands.policies, server, ADDRESS, worker("northlight"))


async def test_those_who_may_decide_are_told_and_the_log_says_whom(
    hands: Hands, database: Database, ledger: LedgerErp, people: People, owner: psycopg.Connection
) -> None:
    reminding = (await hands.policies("northlight")).deadlines(["contract.set_po_number"]).remind_after_days
    assert reminding
    action = await aged(hands, people, ledger, database, reminding)
    async with Office(refuses="marek@northlight.example").open() as office:
        await work(hands, post(hands, office.server()))
    ((recipients, content),) = office.taken
    assert sorted(recipients) == ["ada@northlight.example", "vera@northlight.example"]
    message = message_from_bytes(content, policy=policy.SMTP)
    assert message["Subject"] == "Waiting for a decision: Set a contract's purchase order number"
    assert message["Message-ID"] == f"<{action}.reminded@billing.example>"
    assert f"{ADDRESS}/actions/{action}" in content.decode()
    assert b"PO-SECRET" not in content
    row = owner.execute("select facts from audit_entry where event = 'action.mailed'").fetchone()
    assert row == (
        {"why": "reminded", "people": [people.ada.person, people.vera.person], "refused": [people.marek.person]},
    )


@pytest.mark.parametrize("email", ["vera @ north light", "vera@north@light", "véra@northlight.example"])
async def test_an_address_that_is_none_keeps_nobody_else_from_the_notice(
    hands: Hands, database: Database, ledger: LedgerErp, people: People, owner: psycopg.Connection, email: str
) -> None:
    owner.execute("update person set email = %s where id = %s", [email, people.vera.person])
    reminding = (await hands.policies("northlight")).deadlines(["contract.set_po_number"]).remind_after_days
    assert reminding
    await aged(hands, people, ledger, database, reminding)
    async with Office().open() as office:
        await work(hands, post(hands, office.server()))
    ((recipients, _),) = office.taken
    assert sorted(recipients) == ["ada@northlight.example", "marek@northlight.example"]
    row = owner.execute("select facts -> 'refused' from audit_entry where event = 'action.mailed'").fetchone()
    assert row == ([people.vera.person],)


async def test_of_an_end_the_proposer_is_told(
    hands: Hands, database: Database, ledger: LedgerErp, people: People
) -> None:
    policies = await hands.policies("northlight")
    await aged(hands, people, ledger, database, policies.deadlines(["contract.set_po_number"]).days_to_decide)
    async with Office().open() as office:
        await work(hands, post(hands, office.server()))
    assert [recipients for recipients, _ in office.taken] == [["priya@northlight.example"]]


async def test_without_a_mail_server_the_job_ends_quietly(
    hands: Hands, database: Database, ledger: LedgerErp, people: People, owner: psycopg.Connection
) -> None:
    await aged(hands, people, ledger, database, 400)
    await work(hands, None)
    assert owner.execute("select distinct status::text from procrastinate_jobs").fetchall() == [("succeeded",)]


async def test_a_server_that_does_not_encrypt_is_given_nothing(
    hands: Hands, database: Database, ledger: LedgerErp, people: People, owner: psycopg.Connection
) -> None:
    await aged(hands, people, ledger, database, 400)
    async with Office().open() as office:
        with pytest.raises(MailUnavailable):
            await asyncio.to_thread(office.server("starttls").send, EmailMessage())
        await work(hands, post(hands, office.server("starttls")))
    assert office.taken == []
    waiting = owner.execute("select status::text, attempts from procrastinate_jobs where task_name = %s", [jobs.NOTICE])
    assert waiting.fetchall() == [("todo", 1)]  # tried again later


def test_wrong_settings_say_what_to_set(hands: Hands) -> None:
    settings = Settings(mail_host="mail.example", mail_from="countersign@northlight.example")
    sender = post_of(settings, hands)
    assert sender is not None
    assert sender.server == replace(sender.server, security="starttls", port=0)
    assert post_of(Settings(), hands) is None
    for wrong in ({"mail_from": "nobody"}, {"mail_security": "ssl"}):
        with pytest.raises(ConfigurationError, match="COUNTERSIGN_MAIL_"):
            post_of(settings.model_copy(update=wrong), hands)
