"""Calls for help and their turns: a call that has somebody to ask has a timer, and no other has one."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.notifications.domain.calls import Call, CallKey
from services.notifications.store import CallStore
from shared.events.matching import StudentUnmatched
from shared.timers import Timer, cancel_timer, set_timer
from shared.unit_of_work import UnitOfWork

CALL_TURN = "call-turn"


async def lock_call(timer: Timer, work: UnitOfWork) -> None:
    """Joining, answering and closing a call hold its row too."""
    await CallStore(work.session).find(timer.subject_id, lock=True)


async def keep(work: UnitOfWork, call: Call) -> None:
    """Keep a call as it stands, and its next turn; its row is locked."""
    await CallStore(work.session).save(call)
    await arrange(work, call)


async def arrange(work: UnitOfWork, call: Call) -> None:
    """Have the next asked on time, or nobody."""
    if call.next_ask_at is None:
        await cancel_timer(work, CALL_TURN, call.id)
    else:
        await set_timer(work, CALL_TURN, call.id, call.next_ask_at)


async def answered(work: UnitOfWork, call: Call) -> None:
    """Somebody named an employer: nobody else is asked."""
    await keep(work, replace(call, answered=True, next_ask_at=None))


async def join(work: UnitOfWork, event: StudentUnmatched, now: datetime) -> None:
    """Put a student under the call that describes it; a call that it leaves behind empty asks nobody."""
    calls = CallStore(work.session)
    key = CallKey.of(event)
    call, closed = await calls.join(key, event.student_id, event.school_id, event.searching_alike, now)
    await arrange(work, call)
    if closed:
        await cancel_timer(work, CALL_TURN, closed)


async def leave(work: UnitOfWork, student_id: UUID) -> None:
    """A student needs no help any more; a call without students closes and asks nobody."""
    if closed := await CallStore(work.session).leave(student_id):
        await cancel_timer(work, CALL_TURN, closed)
