"""Asking for help: whoever is next, when it is their turn."""

from services.notifications.calling import CALL_TURN, keep, lock_call
from services.notifications.domain.calls import ask
from services.notifications.jobs import timers
from services.notifications.store import CallStore
from services.notifications.store.clock import now_of
from services.notifications.telling import call_for_help, tell_coordinators
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
    await call_for_help(work, call, kinds, now)
