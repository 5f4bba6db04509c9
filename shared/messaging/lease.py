"""The relay's lease: one replica of a service leads, on the database's clock, under an epoch that only rises."""

import contextlib
import time
from typing import TypeAlias

import asyncpg

PgConnection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

LEASE_SECONDS = 10
"""A leader that is frozen leads no longer than this."""

RENEW_SECONDS = 3.0
"""Three renewals may fail before the lease ends."""

_TAKE = """
update relay_lease set
    epoch = epoch + 1, until = clock_timestamp() + make_interval(secs => $1), backend = pg_backend_pid(),
    backend_started = (select backend_start from pg_stat_activity where pid = pg_backend_pid())
where until < clock_timestamp() or not exists (
    select 1 from pg_stat_activity where pid = relay_lease.backend
      and coalesce(backend_start = relay_lease.backend_started, true))  -- ids of processes are used again
returning epoch
"""
_RENEW = """
update relay_lease set until = clock_timestamp() + make_interval(secs => $2) where epoch = $1
returning coalesce((select extract(epoch from clock_timestamp() - created_at) from outbox order by id limit 1), 0) age,
          exists (select from republications where state = 'running') republishing
"""
_RELEASE = "update relay_lease set until = '-infinity' where epoch = $1"


class LeaseLost(Exception):
    """Another replica leads: what this one does from now on counts for nothing."""


class Lease:
    """A term of leading; what is asked of the database with each renewal is known since then.

    Moving a batch prolongs it, too, but tells nothing: it is renewed in its own rhythm, however busy the relay is.
    """

    def __init__(self, connection: PgConnection, epoch: int) -> None:
        self.connection = connection
        self.epoch = epoch
        self.outbox_age = 0.0
        self.republishing = False
        self._renewed = float("-inf")

    @classmethod
    async def take(cls, connection: PgConnection) -> "Lease | None":
        """Lead, if nobody does."""
        epoch = await connection.fetchval(_TAKE, LEASE_SECONDS)
        return None if epoch is None else cls(connection, epoch)

    @property
    def seconds_to_renewal(self) -> float:
        """How long nothing need be done for the lease."""
        return max(0.0, self._renewed + RENEW_SECONDS - time.monotonic())

    async def renew(self) -> None:
        """Hold it for another while; raises `LeaseLost`."""
        now = time.monotonic()
        row = await self.connection.fetchrow(_RENEW, self.epoch, LEASE_SECONDS)
        if row is None:
            raise LeaseLost
        self._renewed, self.outbox_age, self.republishing = now, float(row["age"]), row["republishing"]

    async def release(self) -> None:
        """Let others lead at once; where that fails, the end of the session tells them."""
        with contextlib.suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await self.connection.execute(_RELEASE, self.epoch, timeout=2)
