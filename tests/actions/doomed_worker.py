"""A worker in a process of its own that is killed with SIGKILL, or stopped with SIGSTOP, at a given point."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from actions.execution import Hands, execute
from actions.rulebook import Rulebook
from store.database import Database
from tests.actions.ledger import Killed, LedgerErp


class Doomed(LedgerErp):
    stopped = ""

    async def write(self, *args: object, **named: object) -> object:
        if self.stopped:
            Path(self.stopped).touch()
            os.kill(os.getpid(), signal.SIGSTOP)
        try:
            return await super().write(*args, **named)
        except Killed:
            os.kill(os.getpid(), signal.SIGKILL)


async def main(database_url: str, erp_url: str, action_id: str, fault: str, stopped: str = "") -> None:
    database, erp = Database(database_url), Doomed(erp_url, [fault])
    erp.stopped = stopped
    await database.open()
    await execute(Hands(database, erp, erp, Rulebook(database)), "northlight", action_id)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
