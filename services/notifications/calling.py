"""Calls for help: whom they go to and when, and what is said to them, by the API or a link in a mail.

A call that has somebody to ask or to remind has a timer for that, and no other has one.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from services.notifications import mailing
from services.notifications.domain import matters
from services.notifications.domain.calls import Call, CallKey
from services.notifications.store import CallStore, DeskStore
from services.notifications.store.calls import GivenAnswer
from services.notifications.store.clock import now_of
from services.notifications.telling import call_for_help, tell_coordinators
from shared.events.codes import IntermediaryKind
from shared.events.matching import StudentUnmatched
from shared.events.notifications import HelpAnswered, HelpDeclined, HelpTaken, SuggestedEmployer, answerer
from shared.timers import Timer, cancel_timer, set_timer
from shared.unit_of_work import UnitOfWork

CALL_TURN = "call-turn"
CALL_REMINDER = "call-reminder"


async def lock_call(timer: Timer, work: UnitOfWork) -> None:
    """Joining, answering and closing a call hold its row too."""
    await CallStore(work.session).find(timer.subject_id, lock=True)


async def keep(work: UnitOfWork, call: Call) -> None:
    """Keep a call as it stands, and its next turn; its row is locked."""
    await CallStore(work.session).save(call)
    await arrange(work, call)


async def arrange(work: UnitOfWork, call: Call) -> None:
    """Have the next asked, and the silent ones reminded, on time; or nobody."""
    await _on_time(work, CALL_TURN, call.id, call.next_ask_at)
    await arrange_reminder(work, call)


async def arrange_reminder(work: UnitOfWork, call: Call) -> None:
    """Have the silent ones reminded on time, or nobody."""
    await _on_time(work, CALL_REMINDER, call.id, call.remind_at)


async def _on_time(work: UnitOfWork, kind: str, call_id: UUID, at: datetime | None) -> None:
    if at is None:
        await cancel_timer(work, kind, call_id)
    else:
        await set_timer(work, kind, call_id, at)


async def send(work: UnitOfWork, call: Call, kinds: Sequence[IntermediaryKind], now: datetime) -> bool:
    """Give a call, or its reminder, to who has a system and by mail to who has none; whether there was anybody.

    A reminder goes to none who said anything.
    """
    said = await CallStore(work.session).subscriptions_that_said(call)
    reached = await call_for_help(work, call, kinds, now, except_for=said)
    written = await DeskStore(work.session).write_to(call, kinds)
    if written:
        work.notify("desk-letters")
    return bool(reached or written)


async def name_employer(
    work: UnitOfWork, call: Call, owner: str, kind: IntermediaryKind, employer: SuggestedEmployer
) -> GivenAnswer:
    """Take an employer that somebody knows, in answer to a locked call; nobody else is asked or reminded then.

    Naming the same one twice counts once.
    """
    said = employer.model_dump(mode="json", by_alias=True)
    given, is_new = await CallStore(work.session).answer(call.id, owner, kind, said)
    if is_new or not call.answered:  # named in an earlier round, it is an answer to this one too
        await keep(work, replace(call, answered=True, next_ask_at=None))
    if is_new:
        event = HelpAnswered(
            call_id=call.id,
            answer_id=given.id,
            intermediary=kind,
            region=call.key.region,
            employer=employer,
            answerer=answerer(owner),
        )
        await _tell(work, await work.announce(event), given)
    return given


async def take(work: UnitOfWork, call: Call, owner: str, kind: IntermediaryKind) -> GivenAnswer:
    """Somebody looks for an employer: the schools hear it, and who said so is not reminded."""
    given, is_new = await CallStore(work.session).answer(call.id, owner, kind, None, is_taken=True)
    if is_new:
        await work.announce(HelpTaken(call_id=call.id, intermediary=kind, region=call.key.region))
    return given


async def decline(work: UnitOfWork, call: Call, owner: str, kind: IntermediaryKind, reason: str) -> GivenAnswer:
    """Somebody knows nobody this time; who said so is not reminded, and can still answer."""
    given, is_new = await CallStore(work.session).answer(call.id, owner, kind, None, reason)
    if is_new:
        event = HelpDeclined(call_id=call.id, intermediary=kind, region=call.key.region, reason=reason)
        await _tell(work, await work.announce(event), given)
    return given


async def _tell(work: UnitOfWork, event: HelpAnswered | HelpDeclined, given: GivenAnswer) -> None:
    students = await CallStore(work.session).students_of(event.call_id)
    schools = frozenset(school for _, school in students)
    await tell_coordinators(work, event, f"answer:{given.id}", await now_of(work.session), own_schools=schools)


async def join(work: UnitOfWork, event: StudentUnmatched, now: datetime) -> None:
    """Put a student under the call that describes it; a call that it leaves behind empty asks nobody."""
    calls = CallStore(work.session)
    key = CallKey.of(event)
    call, closed = await calls.join(key, event.student_id, event.school_id, event.searching_alike, now)
    await arrange(work, call)
    if closed:
        await _ask_nobody(work, closed)


async def leave(work: UnitOfWork, student_id: UUID) -> None:
    """A student needs no help any more; a call without students closes and asks nobody."""
    if closed := await CallStore(work.session).leave(student_id):
        await _ask_nobody(work, closed)
        await mailing.settle(work, {matters.call(closed)}, await now_of(work.session))


async def _ask_nobody(work: UnitOfWork, call_id: UUID) -> None:
    for kind in (CALL_TURN, CALL_REMINDER):
        await cancel_timer(work, kind, call_id)
