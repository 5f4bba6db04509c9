"""The inbox: every event has its effect once, and what cannot be handled is retried, waits or is parked, never lost.

A message's verdict is committed with its effect; only then is it acknowledged. A message that fails for its own reason
is recorded here and acknowledged: these tables count failures, not the broker. When the database is away no message
is at fault: `DatabaseAway` says so, and nothing is recorded.
"""

import asyncio
import dataclasses
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import structlog
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from shared.errors import described, is_infrastructure, is_transient
from shared.events import Event
from shared.events.envelope import Envelope, Unreadable
from shared.events.versions import heard_as
from shared.fail_points import reached
from shared.jobs import stop_if_cancelled
from shared.messaging import statements
from shared.messaging.handlers import Handler, Handlers
from shared.messaging.lanes import Lanes, Message
from shared.messaging.records import DUE_AT_ONCE, DatabaseAway, Records
from shared.telemetry import END_TO_END_SECONDS, HANDLED, handling
from shared.unit_of_work import MessageWork, Publisher
from shared.wakeups import wait

log = structlog.get_logger()

IMMEDIATE_TRIES = 3
"""A collision of transactions or a dropped connection is most often over at once."""

SUSPECT_AFTER = 3
"""Deliveries without a verdict after which a message is handled alone: it, or one beside it, may end the process."""

DIES_ALONE = 3
"""Starts alone without a verdict after which it is parked: once may be a coincidence, as processes are killed, too."""

FORGOTTEN = "older than the inbox remembers: whether it was handled is not known any more; replay or discard it"

DUE_EVERY_SECONDS = 1.0
TAKE_BACK_SECONDS = 15.0
"""How often it is looked for what a replica of another version parked, as it had no handler for it."""


@dataclasses.dataclass(frozen=True)
class Ready:
    """A message that can be handled: by whom, and as which event."""

    message: Message
    handler: Handler
    event: Event


class Inbox:
    """Gives every message that reaches a service its verdict."""

    def __init__(
        self,
        engine: AsyncEngine,
        publisher: Publisher,
        handlers: Handlers,
        resources: Any,
        acting: str | None = None,
    ) -> None:
        """`acting`: the role in which handlers work, where row-level security asks for one."""
        self._engine = engine
        self._acting = acting
        self._publisher = publisher
        self._handlers = handlers
        self._resources = resources
        self.records = Records(engine, handlers.service)
        self.lanes = Lanes(self._work)

    async def receive(
        self, body: bytes, headers: Mapping[str, Any], deliveries: int = 0, *, replayed: bool = False
    ) -> str:
        """Handle one message; returns its verdict when that is committed. Raises `DatabaseAway`.

        `deliveries`: how often it was delivered before, without a verdict. `replayed`: by an operator, who knows that
        it may be older than what the inbox remembers.
        """
        reached("inbox.received")
        try:
            envelope = Envelope.parse(body)
        except Unreadable as error:
            await self.records.keep_unreadable(body, headers, str(error))
            HANDLED.labels("unreadable", "parked").inc()
            return "parked"
        message = Message(body, envelope, alone=self._alone(envelope), replayed=replayed)
        message.suspect = deliveries >= SUSPECT_AFTER
        return await self.lanes.handle(message)

    async def run(self, wake: asyncio.Event) -> None:
        """Try again what becomes due, until cancelled."""
        taken_back_at = float("-inf")
        while True:
            more = False
            try:
                if time.monotonic() - taken_back_at > TAKE_BACK_SECONDS:
                    await self.records.take_back(sorted(self._handlers.by_type))
                    taken_back_at = time.monotonic()
                more = await self.handle_due()
            except DatabaseAway:
                stop_if_cancelled()
                log.warning("retries_wait_for_database")
            except Exception:
                stop_if_cancelled()
                log.exception("retries_failed")
            if not more:
                await wait(wake, DUE_EVERY_SECONDS)

    async def handle_due(self) -> bool:
        """Try again what is due; True when there may be more. Raises `DatabaseAway`."""
        rows = await self.records.due()
        results = await asyncio.gather(
            *(self._handle_again(bytes(row.message), row.starts) for row in rows), return_exceptions=True
        )
        for result in results:
            if isinstance(result, BaseException):
                raise result
        return len(rows) == DUE_AT_ONCE

    def _alone(self, envelope: Envelope) -> bool:
        heard = heard_as(envelope.type, self._handlers.by_type)
        return heard is not None and self._handlers.by_type[heard.event_type()].alone

    async def _handle_again(self, body: bytes, starts: int) -> str:
        envelope = Envelope.parse(body)
        message = Message(body, envelope, alone=self._alone(envelope), again=True, suspect=starts > 0)
        return await self.lanes.handle(message)

    async def _work(self, group: Sequence[Message]) -> None:
        """Give a group its verdicts: in one transaction, or one by one when that fails; never raises."""
        try:
            ready = [found for message in await self._begun(group) if (found := await self._readied(message))]
            if len(ready) > 1 and await self._together(ready):
                return
            for each in ready:
                self._settle(each.message, await self._one(each))
        except BaseException as error:  # else whoever waits for the verdict would wait for ever
            left = [message for message in group if not message.verdict.done()]
            self.records.lived_through(left)
            for message in left:
                message.verdict.set_exception(error)
            if not isinstance(error, DatabaseAway):
                raise

    async def _begun(self, group: Sequence[Message]) -> list[Message]:
        """The group without what ended the process too often; counted only now, as those in the queue end nothing."""
        watched = [message for message in group if message.suspect or message.again]
        starts = await self.records.watch(watched) if watched else {}
        killers = {event_id for event_id, number in starts.items() if number > DIES_ALONE}
        for message in watched:
            if (event_id := message.envelope.event_id) in killers:
                self._settle(message, await self.records.record(message, "parked", _kills(starts[event_id] - 1)))
        return [message for message in group if message.envelope.event_id not in killers]

    async def _readied(self, message: Message) -> Ready | None:
        """The message with its handler and its event; without one it is parked."""
        envelope = message.envelope
        why = statements.NO_HANDLER + envelope.type
        if (heard := heard_as(envelope.type, self._handlers.by_type)) is not None:
            try:
                return Ready(message, self._handlers.by_type[heard.event_type()], envelope.event(heard))
            except ValidationError as error:
                why = f"the data does not fit its type: {error}"
        self._settle(message, await self.records.record(message, "parked", why))
        return None

    async def _together(self, ready: Sequence[Ready]) -> bool:
        try:
            verdicts = await self._apply(ready)
        except Exception as error:
            if is_infrastructure(error) and not await self.records.database_answers():
                raise DatabaseAway from error
            log.info("group_failed", size=len(ready), error=described(error))
            return False
        for each, verdict in zip(ready, verdicts, strict=True):
            self._settle(each.message, await self._final(each.message, verdict))
        return True

    async def _one(self, ready: Ready) -> str:
        tried = 0
        while True:
            try:
                return await self._final(ready.message, (await self._apply([ready]))[0])
            except Exception as error:
                if is_infrastructure(error) and not await self.records.database_answers():
                    raise DatabaseAway from error
                tried += 1
                if not (is_transient(error) or is_infrastructure(error)):
                    log.exception("event_parked", event_id=ready.message.envelope.id)
                    return await self.records.record(ready.message, "parked", described(error))
                if tried >= IMMEDIATE_TRIES:
                    log.warning("event_to_be_retried", event_id=ready.message.envelope.id, error=described(error))
                    return await self.records.record(ready.message, "retry", described(error))

    async def _final(self, message: Message, verdict: str) -> str:
        return await self.records.record(message, "parked", FORGOTTEN) if verdict == "forgotten" else verdict

    async def _apply(self, group: Sequence[Ready]) -> list[str]:
        """Claim and handle a group in one transaction; the verdicts, in its order."""
        # two groups lock in the same order; the lock is the subject's, whatever the source
        by_subject = sorted(group, key=lambda each: each.message.envelope.subject)
        verdicts: dict[int, str] = {}
        async with AsyncSession(self._engine, expire_on_commit=False) as session, session.begin():
            work = MessageWork(session, self._publisher, self._resources, envelope=by_subject[0].message.envelope)
            if self._acting is not None:  # instead of the statement that begins the transaction otherwise
                await work.act_as(self._acting)
            connection = await work.kernel()
            found = await connection.fetch(statements.CLAIM, self._handlers.service, *_claims(by_subject))
            reached("inbox.claimed")
            new = [each.event for each, (verdict,) in zip(by_subject, found, strict=True) if verdict == "new"]
            if len(new) > 1 and self._handlers.prepare is not None:
                await self._handlers.prepare(new, work)
            for each, (verdict,) in zip(by_subject, found, strict=True):
                verdicts[id(each)] = await self._take_up(each, verdict, work)
            await work.flush()
            reached("inbox.handled")
        reached("inbox.committed")
        return [verdicts[id(each)] for each in group]

    async def _take_up(self, each: Ready, claimed: str, work: MessageWork) -> str:
        message, envelope = each.message, each.message.envelope
        key = {"consumer": self._handlers.service, "event_id": envelope.event_id}
        if message.counted:
            await work.session.execute(statements.UNWATCH, key)
        if claimed == "waiting":
            await work.session.execute(
                statements.WAIT, {**key, "message": message.body, "patience": statements.PATIENCE}
            )
        if claimed != "new":
            return claimed
        own = dataclasses.replace(  # the same transaction and outbox rows, another cause
            work, correlation_id=envelope.correlationid, causation_id=envelope.id, envelope=envelope
        )
        with handling(envelope):
            await each.handler.call(each.event, own)
        if not message.replayed:
            END_TO_END_SECONDS.labels(envelope.type).observe(_age(envelope))
        return "done"

    def _settle(self, message: Message, verdict: str) -> None:
        known = message.envelope.type in self._handlers.by_type
        HANDLED.labels(message.envelope.type if known else "unknown", verdict).inc()
        if not message.verdict.done():
            message.verdict.set_result(verdict)


def _claims(group: Sequence[Ready]) -> tuple[list[Any], ...]:
    """The columns of `statements.CLAIM`."""
    envelopes = [each.message.envelope for each in group]
    return (
        [envelope.event_id for envelope in envelopes],
        [envelope.source for envelope in envelopes],
        [envelope.type for envelope in envelopes],
        [envelope.subject for envelope in envelopes],
        [envelope.version for envelope in envelopes],
        [each.handler.state_group for each in group],
        [each.handler.in_order for each in group],
        [each.message.again for each in group],
        [each.message.replayed for each in group],
    )


def _kills(starts: int) -> str:
    return f"ended the process {starts} times while it was handled alone: mend the handler or edit the message"


def _age(envelope: Envelope) -> float:
    return max(0.0, (datetime.now(UTC) - envelope.time).total_seconds())
