"""The ERP's facts out of PostgreSQL, kept up to date by reading what changed; and what to say when that fails.

Whichever process needs fresher facts reads them, under a lock that lets one read at a time; the worker does so each
minute and after each write, so that people rarely wait for the ERP.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from domain.errors import ErpDoubtful, ErpError, ErpRefused, ErpUnavailable, NotFound
from domain.records import Firm, Invoice, TimeEntry
from erp.doubt import believe, missing, suspicious
from erp.heard import hear
from erp.held import masters, warnings, with_time
from erp.patience import on_demand
from erp.reader import Changes, ErpReader, Head, Page
from store import due, mirror, mirror_rows
from store.database import Connection, Database
from store.due import Tally
from store.mirror import Change, State
from store.mirror_rows import Rows, Seen
from store.sought import Sought, invoices
from store.uncollected import uncollected
from store.worked import Asked, Worked, worked

WHOLE_EVERY = timedelta(hours=24)
PATIENCE = 10.0  # seconds that a person waits for fresher facts before the last ones are shown
PAUSE = timedelta(seconds=30)  # after a failure nobody waits for the ERP again before this has passed
FAILURES = (ErpUnavailable, ErpRefused, ErpError)
Clock = Callable[[], datetime]


async def _never() -> datetime | None:
    return None


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Synced:
    """What a reading found. `whole` says that everything was read, not only what had changed."""

    read_at: datetime
    whole: bool
    changed: int


@dataclass
class _Kept:
    """What this process holds of the mirror, to be used again while nothing changes."""

    generation: int = 0
    firm: Firm | None = None
    masters: Firm | None = None
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Mirror:
    """One firm's facts. `Firm.fetched_at` tells every answer how fresh they are, `Firm.warnings` what is wrong.

    A reading older than `seconds`, or than `last_write` (when Countersign last wrote to this ERP, from whichever
    process), is brought up to date before it is used.
    """

    def __init__(
        self,
        database: Database,
        tenant: str,
        reader: ErpReader,
        *,
        seconds: float = 60.0,
        last_write: Callable[[], Awaitable[datetime | None]] = _never,
        clock: Clock = _now,
    ) -> None:
        self.database, self.tenant, self.reader = database, tenant, reader
        self._seconds, self._last_write, self._clock = seconds, last_write, clock
        self._kept = _Kept()
        self.told: tuple[str, ...] = ()  # what was wrong with these facts when somebody last asked for them here

    async def get(self, *, fresh: bool = False) -> Firm:
        """The whole firm with all its time. Raises ErpUnavailable when `fresh`, or when nothing was ever read."""
        return await self._firm(fresh=fresh, time=True)

    async def masters(self, *, fresh: bool = False) -> Firm:
        """The firm without time and invoices: all that names, codes and set-ups need, small at any scale."""
        return await self._firm(fresh=fresh, time=False)

    async def worked(self, asked: Asked) -> list[Worked]:
        """Recorded time in sums. Raises like `get`."""
        await self.current()
        async with self.database.tenant(self.tenant) as connection:
            return await worked(connection, asked)

    async def invoices(self, sought: Sought) -> tuple[Invoice, ...]:
        """The invoices that are sought. Raises like `get`."""
        await self.current()
        async with self.database.tenant(self.tenant) as connection:
            return await invoices(connection, sought)

    async def current(self, *, fresh: bool = False) -> State:
        """Bring the mirror up to date if it is not, and say how far it is. Raises like `get`.

        Where an older reading is there, it is used when the ERP fails, is slow, or failed a moment ago.
        """
        state = await self._current(fresh=fresh)
        self.told = warnings(state)
        hear(state.read_at, self.told)
        return state

    async def _current(self, *, fresh: bool) -> State:
        async with self.database.tenant(self.tenant) as connection:
            state = await mirror.state(connection)
        if state is not None and not fresh and not await self._outdated(state):
            return state
        if state is None:
            await self.sync()
        elif fresh:
            await on_demand(self.sync())
        elif state.failed_since is None or state.tried_at is None or self._clock() - state.tried_at > PAUSE:
            await self._try()
        async with self.database.tenant(self.tenant) as connection:
            state = await mirror.state(connection)
        if state is None:
            raise ErpUnavailable("The ERP has not been read yet. Try again in a minute.")
        return state

    async def sync(self, *, whole: bool = False) -> Synced:
        """Read what changed, or everything. A failure is remembered, told by every answer, and raised."""
        asked = self._clock()
        try:
            async with self.database.tenant(self.tenant) as connection:
                await mirror.lock(connection, self.tenant)
                state = await mirror.state(connection)
                if state is not None and state.read_at >= asked and not whole:
                    return Synced(state.read_at, False, 0)
                return await self._read(connection, state, whole=whole)
        except FAILURES as error:
            async with self.database.tenant(self.tenant) as connection:
                doubted = asked if isinstance(error, ErpDoubtful) else None
                await mirror.set_failed(connection, self.tenant, error.code, error.detail, doubted=doubted)
            raise

    async def reread(self, project_id: str) -> None:
        """Read one project anew, now, with all that its bill depends on. Raises NotFound, ErpUnavailable."""
        page = await on_demand(self.reader.around(project_id))
        if page is None:
            await self.sync(whole=True)
            return
        read_at = self._clock()
        async with self.database.tenant(self.tenant) as connection:
            await mirror.lock(connection, self.tenant)
            state = await mirror.state(connection)
            if state is not None and state.doubted_since is not None:
                raise ErpDoubtful(state.failure)  # what is read of one project would lack the same
            known = await mirror.time_ids(connection, [project_id])
            there = sum(isinstance(record, TimeEntry) and record.project_id == project_id for record in page.records)
            if told := missing({"time": len(known)}, {"time": there}):
                raise ErpDoubtful(f"{told} Ask whoever looks after the ERP; the project is shown as it was.")
            changes = await self._keep(connection, page, read_at)
            seen = {record.id for record in page.records}
            gone = [("time", id_) for id_ in known if id_ not in seen]
            gone += [] if project_id in seen else [("project", project_id)]
            changes += await mirror.forget(connection, self.tenant, gone, read_at)
            if changes:
                await mirror.changed(connection)
                await due.follow(connection, self.tenant, changes)
        if project_id not in seen:
            raise NotFound("The project is no longer in the ERP.")

    async def _try(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                await self.sync()
        except TimeoutError:
            detail = f"The ERP did not answer within {PATIENCE:.0f} seconds."
            async with self.database.tenant(self.tenant) as connection:
                await mirror.set_failed(connection, self.tenant, ErpUnavailable.code, detail)
        except FAILURES:
            return  # remembered by sync; the older reading says so

    async def _outdated(self, state: State) -> bool:
        if (self._clock() - state.read_at).total_seconds() > self._seconds:
            return True
        written = await self._last_write()
        return written is not None and written >= state.read_at

    async def _read(self, connection: Connection, state: State | None, *, whole: bool) -> Synced:
        read_at = self._clock()
        old = state is None or whole or read_at - state.whole_at > WHOLE_EVERY
        found = None if old or state is None else await self.reader.changes(state.mark, Rows(connection))
        counting = state is not None and (found is None or suspicious(found.gone))
        before = await mirror.counts(connection) if counting else {}
        if found is None:
            with uncollected():
                head, changed = await self._everything(connection, state, read_at)
        else:
            head, changed = found.head, await self._apply(connection, found, read_at)
        if counting and state is not None:
            believe(before, await mirror.counts(connection), state, read_at)
        await self._complete(connection, head, changed, read_at, before=state, whole=found is None)
        return Synced(read_at, found is None, changed.count)

    async def _complete(
        self,
        connection: Connection,
        head: Head,
        changed: Tally,
        read_at: datetime,
        *,
        before: State | None,
        whole: bool,
    ) -> None:
        about = {
            "system": self.reader.system,
            "company": head.company,
            "base_currency": head.base_currency,
            "closed_periods": head.closed_periods,
            "rates": head.rates,
        }
        other = before is None or any(getattr(before, name) != value for name, value in about.items())
        given = {**about, "mark": head.mark, "warnings": head.warnings, "read_at": read_at}
        await mirror.set_state(connection, self.tenant, given, whole=whole, changed=changed.count + other)
        if other:
            await due.add(connection, self.tenant, [due.ALL])
        else:
            await due.follow(connection, self.tenant, changed.changes)

    async def _everything(self, connection: Connection, state: State | None, read_at: datetime) -> tuple[Head, Tally]:
        changed = Tally()
        seen = Seen(connection, self.tenant)
        await seen.begin()

        async def take(page: Page) -> None:
            changed.add(await self._keep(connection, page, read_at))
            if state is not None:
                await seen.note(page.records, page.rows)

        head = await self.reader.whole(take)
        if state is not None:
            changed.add(await mirror.forget(connection, self.tenant, await seen.gone(), read_at))
        return head, changed

    async def _apply(self, connection: Connection, found: Changes, read_at: datetime) -> Tally:
        changed = Tally()
        changed.add(await self._keep(connection, found.page, read_at))
        changed.add(await mirror.forget(connection, self.tenant, found.gone, read_at))
        await mirror_rows.forget(connection, found.gone_rows)
        return changed

    async def _keep(self, connection: Connection, page: Page, read_at: datetime) -> list[Change]:
        changes = await mirror.put(connection, self.tenant, page.records, read_at)
        await mirror_rows.put(connection, self.tenant, page.rows)
        return changes

    async def _firm(self, *, fresh: bool, time: bool) -> Firm:
        async with self._kept.lock:
            state = await self.current(fresh=fresh)
            if self._kept.generation != state.generation:
                self._kept.firm = self._kept.masters = None
            self._kept.generation = state.generation
            if self._kept.masters is None or (time and self._kept.firm is None):
                await self._load(state, time=time)
            firm = self._kept.firm if time else self._kept.masters
            if firm is None:
                raise AssertionError("unreachable: it was loaded above")
            return replace(firm, fetched_at=state.read_at, warnings=warnings(state))

    async def _load(self, state: State, *, time: bool) -> None:
        async with self.database.tenant(self.tenant) as connection:
            with uncollected():
                if self._kept.masters is None:
                    self._kept.masters = await masters(connection, state)
                if time and self._kept.firm is None:
                    self._kept.firm = await with_time(connection, self._kept.masters)
