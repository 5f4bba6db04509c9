"""Counting everything again from the other services' logs: after a mistake in a projection, or with a new one.

The result is what counting live gives, since rows neither depend on the order of events nor on how often they come.
It is counted beside what is shown, page by page; whoever is interrupted goes on where it was. At the end live events
wait while the last ones are read and the two change places; readers see the old figures or the new ones.
"""

import argparse
import asyncio
import hashlib
import sys
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import httpx
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from services.analytics.domain import projections as facts
from services.analytics.domain.projections import COUNTED, rows_of
from services.analytics.settings import Settings
from services.analytics.store import ProjectionStore, schema
from services.analytics.store import projections as kept
from shared.errors import Refused, Transient, described
from shared.events.envelope import Envelope
from shared.pools import by_asyncpg
from shared.replays import Log, log_client, log_url

RECENT_MINUTES = 10
"""How far back it is checked that the logs show what was counted live: a relay logs an event right after publishing."""

REMEMBERED = 200_000
"""Events at the end of each log that are known by their ids: many more than are counted live in that time."""

LONGEST_WAIT_SECONDS = 10.0
"""How long the logs may lag behind before the rebuild gives up, and everything stays as it was."""

ASKED_AGAIN_SECONDS = 0.2

PUBLISHERS = ("intake", "matching", "notifications")

_COUNTING = (facts.__file__, kept.__file__, schema.__file__)
"""What turns an event into rows."""

Progress = Callable[[int], None]
"""Told how many events are counted so far."""

_HANDLED_LATELY = text("""
select event_id from inbox where consumer = 'analytics' and status = 'done'
  and type = any(:types) and received_at > clock_timestamp() - make_interval(mins => :minutes)
""")
_ALONE = text("select pg_try_advisory_lock(hashtext('stagebrug analytics rebuild'))")
_BEGUN = text("select publisher, position, counted from rebuilding where counts = :counts")
_NOT_BEGUN = text("delete from rebuilding")
_REACHED = text("""
insert into rebuilding (publisher, counts, position, counted) values (:publisher, :counts, :position, :counted)
on conflict (publisher) do update set position = excluded.position, counted = excluded.counted, at = clock_timestamp()
""")


class LogsLagBehind(Transient):
    """Events were counted live that no log shows yet: nothing was changed, try again later."""


class AlreadyRebuilding(Refused):
    """Somebody counts again at this moment: wait for that."""

    slug = "already-rebuilding"


class LogsBeginLater(Refused):
    """The beginning of {log} is no longer kept, so that counting again would lose it: nothing was changed.

    A replay (`stagebrug replay analytics --all --again`) counts again what the logs hold, and keeps the rest.
    """

    slug = "logs-begin-later"


@dataclass(frozen=True)
class Rebuilt:
    """What came of it: events counted, and rows that differ from what is shown by table (asked for with a check)."""

    counted: int
    differences: Mapping[str, int] = field(default_factory=dict)


def types_of(publisher: str) -> list[str]:
    """The types that are counted of what `publisher` announces."""
    return [event.event_type() for event in COUNTED if event.publisher == publisher]


def _what_counts() -> str:
    """Another one when other events are counted, or otherwise: what was begun before is of no use then."""
    types = " ".join(sorted(event.event_type() for event in COUNTED)).encode()
    return hashlib.sha256(types + b"".join(Path(of).read_bytes() for of in _COUNTING)).hexdigest()


async def rebuild(settings: Settings, progress: Progress = lambda _: None, *, check: bool = False) -> Rebuilt:
    """Count all logs again and show the result, or with `check` say how it differs from what is shown.

    Raises `LogsLagBehind`, `LogsBeginLater`, `AlreadyRebuilding`, or httpx's errors when a log cannot be read; what is
    shown is not changed then.
    """
    engine = create_async_engine(by_asyncpg(settings.direct_url))
    try:
        async with AsyncExitStack() as stack:
            logs = {
                publisher: Log(
                    await stack.enter_async_context(log_client(settings, publisher)),
                    log_url(settings, "analytics", publisher),
                    types_of(publisher),
                )
                for publisher in PUBLISHERS
            }
            return await Rebuild(engine, logs, progress).run(check=check)
    finally:
        await engine.dispose()


@dataclass
class Rebuild:
    """The work of `rebuild`, on logs that are given."""

    engine: AsyncEngine
    logs: Mapping[str, Log]
    progress: Progress = lambda _: None
    counted: dict[str, int] = field(default_factory=dict)
    _seen: dict[str, deque[UUID]] = field(default_factory=lambda: defaultdict(lambda: deque(maxlen=REMEMBERED)))
    """By log: the end of one is not pushed out by the whole of another."""

    async def run(self, *, check: bool = False) -> Rebuilt:
        """All of it; one at a time."""
        async with self.engine.connect() as alone:
            if not (await alone.execute(_ALONE)).scalar_one():
                raise AlreadyRebuilding
            await self._resume()
            for publisher, log in self.logs.items():
                while page := await log.page():
                    async with AsyncSession(self.engine) as session, session.begin():
                        await self._keep(session, publisher, [logged.envelope for logged in page])
                if log.begins_after:
                    raise LogsBeginLater(log=log.client.base_url.join(log.url))
            async with AsyncSession(self.engine) as session, session.begin():
                return await self._finish(session, check=check)

    async def _resume(self) -> None:
        """Go on where an earlier one was interrupted, but for the ids that only it knew; or begin."""
        async with AsyncSession(self.engine) as session, session.begin():
            begun = {row.publisher: row for row in await session.execute(_BEGUN, {"counts": _what_counts()})}
            if not begun:
                await session.execute(_NOT_BEGUN)
                await ProjectionStore(session).forget_anew()
        for publisher, row in begun.items():
            self.logs[publisher].after = max(0, row.position - REMEMBERED)
            self.counted[publisher] = row.counted

    async def _keep(self, session: AsyncSession, publisher: str, page: Sequence[Envelope]) -> None:
        rows = (row for envelope in page for row in rows_of(envelope.event(), envelope.time))
        await ProjectionStore(session, anew=True).keep(rows)
        self._seen[publisher].extend(envelope.event_id for envelope in page)
        counted = self.counted[publisher] = self.counted.get(publisher, 0) + len(page)
        reached = {"publisher": publisher, "position": self.logs[publisher].after, "counted": counted}
        await session.execute(_REACHED, {**reached, "counts": _what_counts()})
        self.progress(sum(self.counted.values()))

    async def _finish(self, session: AsyncSession, *, check: bool) -> Rebuilt:
        """Read what came meanwhile while nothing more is counted, and change places or compare."""
        projections = ProjectionStore(session)
        await projections.hold()
        asked = {"minutes": RECENT_MINUTES, "types": [event.event_type() for event in COUNTED]}
        lately = set((await session.execute(_HANDLED_LATELY, asked)).scalars())
        until = time.monotonic() + LONGEST_WAIT_SECONDS
        await self._read_the_rest(session)
        while missing := lately.difference(*self._seen.values()):
            if time.monotonic() > until:
                raise LogsLagBehind(f"{len(missing)} events were counted that no log shows yet; nothing was changed")
            await asyncio.sleep(ASKED_AGAIN_SECONDS)
            await self._read_the_rest(session)
        differences = await projections.differences() if check else {}
        if not check:
            await projections.switch()
        await projections.forget_anew()
        await session.execute(_NOT_BEGUN)
        return Rebuilt(sum(self.counted.values()), differences)

    async def _read_the_rest(self, session: AsyncSession) -> None:
        for publisher, log in self.logs.items():
            while page := await log.page():
                await self._keep(session, publisher, [logged.envelope for logged in page])


def main() -> None:
    """Count again where analytics runs, with its settings: `python -m services.analytics.rebuild [--check]`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--check", action="store_true", help="Only say how it differs from what is shown.")
    asked = parser.parse_args()

    def say(line: str) -> None:
        print(line, flush=True)  # noqa: T201 — a command

    try:
        done = asyncio.run(rebuild(Settings(), lambda counted: say(f"{counted} events counted"), check=asked.check))
    except (Transient, Refused, httpx.HTTPError, OSError, SQLAlchemyError) as error:
        sys.exit(f"The figures are as they were: {described(error)}")
    if done.differences:
        sys.exit("Differs: " + ", ".join(f"{count} rows of {table}" for table, count in done.differences.items()))
    if asked.check:
        say(f"{done.counted} events counted: the figures that are shown are what they give.")
    else:
        say(f"Done: {done.counted} events counted; the new figures are there.")


if __name__ == "__main__":
    main()
