"""What the inbox writes beside a handler's transaction: verdicts without an effect, and what is due again."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from shared.errors import is_infrastructure, is_transient
from shared.fail_points import reached
from shared.messaging import statements
from shared.messaging.lanes import Message

log = structlog.get_logger()

PAUSES = (5, 30, 120, 600, 3_600, 14_400, 64_800)
"""Seconds between the eight attempts: about a day, so that a neighbour may be away overnight."""

DUE_AT_ONCE = 20
LONGEST_ERROR = 2_000
ANSWERS_WITHIN = 5.0


class DatabaseAway(Exception):
    """The database does not answer: the message goes back to where it came from, without a mark."""


class Records:
    """One consumer's rows of the inbox; every method raises `DatabaseAway`, or its change is committed."""

    def __init__(self, engine: AsyncEngine, consumer: str) -> None:
        self._engine = engine
        self._consumer = consumer
        self._lived: set[UUID] = set()

    async def database_answers(self) -> bool:
        """Whether the database can be reached now."""
        try:
            async with asyncio.timeout(ANSWERS_WITHIN), AsyncSession(self._engine) as session:
                await session.execute(statements.PROBE)
        except Exception as error:
            if not (is_infrastructure(error) or is_transient(error)):
                raise
            return False
        return True

    def lived_through(self, messages: Iterable[Message]) -> None:
        """What was begun has no verdict, and yet the process lives: that is not to count against it."""
        self._lived.update(each.envelope.event_id for each in messages if each.counted)

    async def _take_back_starts(self) -> None:
        if lived := list(self._lived):
            await self._write(statements.LIVED, {"consumer": self._consumer, "event_ids": lived})
            self._lived.difference_update(lived)

    async def watch(self, messages: Sequence[Message]) -> dict[UUID, int]:
        """Note that messages are begun; by event, how often that is so without a verdict."""
        await self._take_back_starts()
        ids = [message.envelope.event_id for message in messages]
        found = await self._read(statements.WATCH, {"consumer": self._consumer, "event_ids": ids})
        for message in messages:
            message.counted = True
        reached("inbox.watched")
        return {row.event_id: row.starts for row in found}

    async def take_back(self, types: Sequence[str]) -> None:
        """Have tried again what was parked for want of a handler that there is now: during an upgrade both run."""
        values = {"consumer": self._consumer, "types": types, "no_handler": statements.NO_HANDLER}
        await self._write(statements.TAKE_BACK, values)

    async def due(self) -> Sequence[Any]:
        """Messages to try again now (`message`, `starts`), which other replicas leave alone for a while."""
        await self._take_back_starts()
        values = {"consumer": self._consumer, "limit": DUE_AT_ONCE, "hands_off": statements.HANDS_OFF}
        return await self._read(statements.DUE, values)

    async def record(self, message: Message, status: str, error: str) -> str:
        """Keep a message as `retry` or `parked`; the status that it has now, or `known` when it has an end already."""
        envelope = message.envelope
        values = {
            "consumer": self._consumer,
            "event_id": envelope.event_id,
            "source": envelope.source,
            "type": envelope.type,
            "subject": envelope.subject,
            "version": envelope.version,
            "status": status,
            "pauses": list(map(float, PAUSES)),
            "message": message.body,
            "error": error.replace("\x00", "")[:LONGEST_ERROR],
        }
        reached("inbox.before-record")
        recorded = await self._write(statements.RECORD, values)
        reached("inbox.recorded")
        return str(recorded or "known")

    async def keep_unreadable(self, body: bytes, headers: Mapping[str, Any], error: str) -> None:
        """Keep bytes that are no event."""
        known = str(dict(headers)).replace("\x00", "")[:LONGEST_ERROR]
        values = {"consumer": self._consumer, "body": body, "headers": known, "error": error[:LONGEST_ERROR]}
        await self._write(statements.UNREADABLE, values)
        log.warning("message_unreadable", error=error)

    async def _read(self, statement: Any, values: dict[str, Any]) -> Sequence[Any]:
        result: Sequence[Any] = await self._durably(statement, values, lambda found: found.all())
        return result

    async def _write(self, statement: Any, values: dict[str, Any]) -> object:
        return await self._durably(statement, values, lambda done: done.scalar() if done.returns_rows else None)

    async def _durably(self, statement: Any, values: dict[str, Any], answer: Callable[[Any], Any]) -> Any:
        for last in (False, False, True):
            try:
                async with AsyncSession(self._engine) as session, session.begin():
                    return answer(await session.execute(statement, values))
            except Exception as error:
                passes = is_infrastructure(error) or is_transient(error)
                if not passes:
                    raise
                if last or not await self.database_answers():
                    raise DatabaseAway from error
        raise AssertionError("the last try returns or raises")
