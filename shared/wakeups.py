"""Wake what waits, in every process, when a transaction has left it work: PostgreSQL's LISTEN and NOTIFY."""

import asyncio
import contextlib
from collections import defaultdict

import asyncpg
import structlog

log = structlog.get_logger()

CHANNEL = "stagebrug"

ASK_SECONDS = 8.0
ANSWERS_WITHIN = 5.0
"""Together less than the 15 seconds within which health must be red."""


class Wakeups:
    """One listening connection per process; a wake-up that is lost costs a poll interval, never an event."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._events: dict[str, set[asyncio.Event]] = defaultdict(set)
        self.connected = False

    def subscribe(self, topic: str) -> asyncio.Event:
        """An event that is set whenever somebody notifies `topic`; the waiter clears it."""
        event = asyncio.Event()
        self._events[topic].add(event)
        return event

    def unsubscribe(self, topic: str, event: asyncio.Event) -> None:
        """Forget an event of `subscribe`."""
        self._events[topic].discard(event)

    def wake(self, topic: str) -> None:
        """Wake the waiters of this process."""
        for event in self._events.get(topic, ()):
            event.set()

    async def run(self) -> None:
        """Listen until cancelled; connect again whenever the connection dies."""
        while True:
            try:
                await self._listen()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
                log.warning("listen_lost", error=repr(error))
            except Exception:  # whatever it was, listening goes on
                log.exception("listen_failed")
            self.connected = False
            await asyncio.sleep(1)

    async def _listen(self) -> None:
        connection = await asyncpg.connect(self._url, timeout=10)
        closed = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: closed.set())
            await connection.add_listener(CHANNEL, lambda *arguments: self.wake(str(arguments[3])))
            self.connected = True
            for topic in list(self._events):  # what was notified while nobody listened
                self.wake(topic)
            while True:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(ASK_SECONDS):
                        await closed.wait()
                        return
                # a link that swallows everything tells nobody that it is gone
                await connection.execute("select 1", timeout=ANSWERS_WITHIN)
        finally:
            with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                await connection.close(timeout=2)


async def wait(event: asyncio.Event, seconds: float) -> None:
    """Wait for a wake-up, at most so long, and clear it."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    event.clear()
