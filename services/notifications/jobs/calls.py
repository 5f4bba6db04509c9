"""Asking for help: whoever is next, when it is their turn, and again who is silent."""

from services.notifications.calling import CALL_REMINDER, CALL_TURN, arrange_reminder, keep, lock_call, send
from services.notifications.domain.calls import ask
from services.notifications.jobs import timers
from services.notifications.store import CallStore
from services.notifications.store.clock import now_of
from services.notifications.telling import tell_coordinators
from shared.events.notifications import IntermediaryAsked
from shared.timers import Timer
from shared.unit_of_work import UnitOfWork


@timers.on(CALL_TURN, lock=lock_call)
async def ask_for_help(timer: Timer, work: UnitOfWork) -> None:
    """Ask the next of the region's choice."""
    calls = CallStore(work.session)
    due = await calls.find(timer.subject_id)
    if due is None:
        return
    now = await now_of(work.session)
    call, kinds = ask(due, await calls.settings_of(due.key.region), now)
    await keep(work, call)
    students = await calls.students_of(call.id)
    schools = frozenset(school for _, school in students)
    for kind in kinds:
        asked = await work.announce(
            IntermediaryAsked(
                call_id=call.id,
                intermediary=kind,
                region=call.key.region,
                sector=call.key.sector,
                students=tuple(student for student, _ in students),
            )
        )
        await tell_coordinators(work, asked, f"asked:{call.id}:{call.round}:{kind}", now, own_schools=schools)
    await send(work, call, kinds, now)


@timers.on(CALL_REMINDER, lock=lock_call)
async def remind(timer: Timer, work: UnitOfWork) -> None:
    """Remind who was asked and said nothing; noted of a kind when there was anybody."""
    due = await CallStore(work.session).find(timer.subject_id)
    if due is None:
        return
    now = await now_of(work.session)
    call, kinds = due.remind(now)
    for kind in kinds:
        if await send(work, call, (kind,), now):
            call = call.reminded(kind, now)
    await CallStore(work.session).save(call)
    await arrange_reminder(work, call)
