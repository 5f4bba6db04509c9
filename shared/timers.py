"""Durable timers: set and cancelled in the caller's transaction, fired once, by whichever replica is there.

A timer is a row. It is taken away in the transaction of its effect, so that it fires once however processes die; one
that was due while nobody ran fires when somebody does. It carries no version of what it is about: whoever ends the
wait cancels it in the same transaction, and it is looked at again under the same lock (`lock=`), so that none that was
set for an earlier state can fire late.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from prometheus_client import Counter, Gauge, Histogram
from sqlalchemy import Row, text

from shared.errors import described, is_infrastructure
from shared.fail_points import reached
from shared.jobs import Begin, stop_if_cancelled
from shared.unit_of_work import UnitOfWork
from shared.wakeups import Wakeups, wait

log = structlog.get_logger()

TIMERS = "timers"
"""The topic that wakes those who fire timers, when one is set that is due soon."""

PAUSES = (0, 5, 30, 120, 600, 3_600, 14_400, 64_800)
"""Seconds before each further try, the first at once: about a day altogether, as for messages. Between a failure and
its being written down another process may try once more, which is not counted."""

AT_ONCE = 4
"""Timers that one process fires side by side: a slow one holds up no other."""

LONGEST_SLEEP = 5.0
"""Seconds until a process looks again unasked; what is set for later needs to wake nobody."""

SOON = 12 * LONGEST_SLEEP
"""Seconds from now within which a new timer wakes the others: also if its transaction takes a minute to commit."""

BUSY_SECONDS = 0.25
"""Before looking again at what is due and in other hands: those may be dying."""

LONGEST_ERROR = 2_000
ANSWERS_WITHIN = 5.0

LAG_SECONDS = Histogram("stagebrug_timer_lag_seconds", "Seconds from when a timer was due to its firing.", ["kind"])
FIRED = Counter("stagebrug_timers_fired", "Timers that were due, by what became of them.", ["kind", "verdict"])
PARKED = Gauge("stagebrug_timers_parked", "Timers that failed too often and wait for an operator.")
OVERDUE_SECONDS = Gauge("stagebrug_timers_overdue_seconds", "How long the first timer that is due has been so.")

_SET = text("""
insert into timers as standing (kind, subject, due_at, next_at, payload, correlation_id)
select cast(:kind as text), cast(:subject as text), due, due, cast(:payload as jsonb), cast(:correlation_id as text)
from (select coalesce(cast(:moment as timestamptz), clock_timestamp() + cast(:after as interval))) as given (due)
on conflict (kind, subject) do update set
    due_at = excluded.due_at, next_at = excluded.next_at, payload = excluded.payload,
    correlation_id = excluded.correlation_id, attempts = 0, error = null, set_at = excluded.set_at
where not :only_earlier or standing.next_at is null or excluded.next_at < standing.next_at
returning next_at < clock_timestamp() + make_interval(secs => :soon)
""")
_CANCEL = text("delete from timers where kind = :kind and subject = :subject")
_CLAIM = text("select * from timer_claim(cast(:kinds as text[]))")
_TAKE = text("""
delete from timers where kind = :kind and subject = :subject and next_at <= clock_timestamp()
returning kind, subject, payload, correlation_id,
          extract(epoch from clock_timestamp() - due_at)::float as lag
""")
_FAILED = text("""
update timers set attempts = attempts + 1, error = :error,
    next_at = clock_timestamp() + make_interval(
        secs => (0.8 + 0.4 * random()) * (cast(:pauses as float[]))[attempts + 1])
where kind = :kind and subject = :subject and next_at <= clock_timestamp()
returning next_at is null
""")
_PROBE = text("select 1")
_STATE = text("""
select count(*) filter (where next_at is null) as parked,
       coalesce(greatest(0, extract(epoch from clock_timestamp() - min(next_at))), 0)::float as overdue
from timers where next_at is null or next_at <= clock_timestamp()
""")


async def set_timer(
    work: UnitOfWork,
    kind: str,
    subject: UUID | str,
    due: datetime | timedelta,
    payload: Mapping[str, Any] | None = None,
    *,
    only_earlier: bool = False,
) -> None:
    """Let a timer fire at a moment, or so long from now on the database's clock; one of that name is moved.

    With `only_earlier` one that is due before that is left alone.
    """
    values = {
        "kind": kind,
        "subject": str(subject),
        "moment": due if isinstance(due, datetime) else None,
        "after": due if isinstance(due, timedelta) else None,
        "payload": json.dumps(payload or {}),
        "correlation_id": work.correlation_id,
        "only_earlier": only_earlier,
        "soon": SOON,
    }
    if (await work.session.execute(_SET, values)).scalar_one_or_none():
        work.notify(TIMERS)


async def cancel_timer(work: UnitOfWork, kind: str, subject: UUID | str) -> None:
    """What the timer waited for has happened, or never will."""
    await work.session.execute(_CANCEL, {"kind": kind, "subject": str(subject)})


@dataclass(frozen=True)
class Timer:
    """A timer that fires."""

    kind: str
    subject: str
    payload: Mapping[str, Any]

    @property
    def subject_id(self) -> UUID:
        """The subject of a timer that was set for an id."""
        return UUID(self.subject)


TimerFunction = Callable[[Timer, UnitOfWork], Awaitable[None]]


async def _no_lock(_: Timer, __: UnitOfWork) -> None:
    """Nothing to lock but the timer."""


@dataclass(frozen=True)
class OnTime:
    """What to do when a kind of timer fires, and which locks to take before its row is touched."""

    call: TimerFunction
    lock: TimerFunction = _no_lock


@dataclass
class Timers:
    """What a service does when which timer fires."""

    by_kind: dict[str, OnTime] = field(default_factory=dict)

    def on(self, kind: str, *, lock: TimerFunction = _no_lock) -> Callable[[TimerFunction], TimerFunction]:
        """Call the function when a timer of this kind fires, in the transaction that takes the timer away.

        Whoever sets or cancels the timer holds certain locks by then: `lock` takes the same ones. Without it the two
        would wait for each other, each with half of the locks.
        """

        def register(call: TimerFunction) -> TimerFunction:
            if kind in self.by_kind:
                raise ValueError(f"two functions for timers of the kind {kind}")
            self.by_kind[kind] = OnTime(call, lock)
            return call

        return register

    async def run(self, begin: Begin, wakeups: Wakeups) -> None:
        """Fire what is due, beside any number of other processes, until cancelled: `Jobs(timers)`."""
        firing = _Firing(self.by_kind, begin)
        async with asyncio.TaskGroup() as hands:
            hands.create_task(firing.measure())
            for _ in range(AT_ONCE):
                hands.create_task(firing.fire_on_time(wakeups.subscribe(TIMERS)))


class _Firing:
    def __init__(self, by_kind: Mapping[str, OnTime], begin: Begin) -> None:
        self._by_kind = by_kind
        self._begin = begin

    async def fire_on_time(self, wake: asyncio.Event) -> None:
        """Fire one after the other; sleep until the next is due or one is set for soon."""
        while True:
            try:
                pause = await self._fire_next()
            except Exception as error:
                stop_if_cancelled()
                pause = 1.0
                if is_infrastructure(error):
                    log.warning("timers_wait_for_database", error=described(error))
                else:
                    log.exception("timers_failed")
            await wait(wake, pause)

    async def _fire_next(self) -> float:
        """Fire what has been due for longest; the seconds until there is something to do."""
        claimed: Timer | None = None
        try:
            async with self._begin() as work:
                found = (await work.session.execute(_CLAIM, {"kinds": list(self._by_kind)})).one()
                if found.kind is None:
                    return _until(found.seconds)
                claimed = Timer(found.kind, found.subject, found.payload)
                fired = await self._fire(claimed, work)
        except Exception as error:
            stop_if_cancelled()
            if claimed is None or await self._is_away(error):
                raise
            await self._failed(claimed.kind, claimed.subject, error)
            return 0.0
        reached("timer.fired")
        if fired is not None:
            LAG_SECONDS.labels(fired.kind).observe(fired.lag)
            FIRED.labels(fired.kind, "fired").inc()
        return 0.0

    async def _fire(self, claimed: Timer, work: UnitOfWork) -> Row[Any] | None:
        do = self._by_kind[claimed.kind]
        await do.lock(claimed, work)
        # cancelled or moved while the locks were waited for: then it is not this one's to fire
        taken = await work.session.execute(_TAKE, {"kind": claimed.kind, "subject": claimed.subject})
        if (row := taken.one_or_none()) is not None:
            reached("timer.claimed")
            work.correlation_id = row.correlation_id
            await do.call(Timer(row.kind, row.subject, row.payload), work)
        return row

    async def _is_away(self, error: Exception) -> bool:
        """Whether the database is; one that kept only this timer waiting for too long is not."""
        if not (is_infrastructure(error) and isinstance(error, TimeoutError)):
            return is_infrastructure(error)
        try:
            async with asyncio.timeout(ANSWERS_WITHIN), self._begin() as work:
                await work.session.execute(_PROBE)
        except Exception as probed:
            stop_if_cancelled()
            if not is_infrastructure(probed):
                raise
            return True
        return False

    async def _failed(self, kind: str, subject: str, error: Exception) -> None:
        """Count a failure of the timer's own: the next try is later each time, and in the end an operator's."""
        values = {"kind": kind, "subject": subject, "pauses": list(PAUSES)}
        async with self._begin() as work:
            kept = described(error)[:LONGEST_ERROR].replace("\x00", "")
            parked = (await work.session.execute(_FAILED, {**values, "error": kept})).scalar_one_or_none()
        verdict = "parked" if parked else "retry"
        FIRED.labels(kind, verdict).inc()
        log.warning("timer_failed", kind=kind, subject=subject, verdict=verdict, exc_info=error)

    async def measure(self) -> None:
        """Tell the monitoring what is parked and how late the service is, whether or not it knows the kinds."""
        while True:
            try:
                async with self._begin() as work:
                    state = (await work.session.execute(_STATE)).one()
                PARKED.set(state.parked)
                OVERDUE_SECONDS.set(state.overdue)
            except Exception as error:
                stop_if_cancelled()
                if not is_infrastructure(error):
                    log.exception("timers_not_measured")
            await asyncio.sleep(LONGEST_SLEEP)


def _until(seconds: float | None) -> float:
    if seconds is None:
        return LONGEST_SLEEP
    return min(seconds, LONGEST_SLEEP) if seconds > 0 else BUSY_SECONDS
