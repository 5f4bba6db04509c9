"""Following former students over time: each follow-up is asked for four weeks ahead, until nothing is kept any more."""

from dataclasses import replace
from datetime import date, datetime, time
from uuid import UUID

from services.intake.days import AMSTERDAM, today
from services.intake.domain.follow_up import MONTHS, FollowUp, RecordFollowUp, due_after
from services.intake.domain.student import Student
from services.intake.store import FollowUpStore
from shared.ids import new_id
from shared.timers import cancel_timer, set_timer
from shared.unit_of_work import UnitOfWork

FOLLOW_UP_DUE = "follow-up-due"

AT = time(7)
"""Before lessons begin, as other reminders."""


async def follow(work: UnitOfWork, student: Student, left: date) -> list[FollowUp]:
    """Ask after a student who left, so many months on; said again with another day, those to come move along.

    What lies behind by then is not asked for any more, and what was heard stays.
    """
    store = FollowUpStore(work.session)
    heard = {one.months: one for one in await store.of(student.id) if one.said is not None}
    await unfollow(work, student.id)
    due = {months: due_after(left, months) for months in MONTHS if months not in heard}
    coming = [
        FollowUp(new_id(), student.id, student.school_id, student.region, months, left, day)
        for months, day in due.items()
        if day >= today()
    ]
    for one in coming:
        await store.save(one)
        await set_timer(work, FOLLOW_UP_DUE, one.id, datetime.combine(one.ask_date, AT, AMSTERDAM))
    return sorted([*heard.values(), *coming], key=lambda one: one.months)


async def unfollow(work: UnitOfWork, student_id: UUID) -> None:
    """Who looks for a place again, or got one, has not left: nobody need ask."""
    for gone in await FollowUpStore(work.session).drop(student_id):
        await cancel_timer(work, FOLLOW_UP_DUE, gone)


async def record_follow_up(work: UnitOfWork, follow_up: FollowUp, said: RecordFollowUp, author: str) -> FollowUp:
    """Keep what became of a former student; it is asked for no more. Raises `Invalid`."""
    recorded, event = follow_up.recorded(said, author, today())
    await FollowUpStore(work.session).save(recorded)
    await cancel_timer(work, FOLLOW_UP_DUE, recorded.id)
    return replace(recorded, version=(await work.announce(event)).version)


async def tell_due(work: UnitOfWork, follow_up_id: UUID) -> None:
    """Ask the school to find out how a former student fares, unless it has, or the student was erased."""
    follow_up = await FollowUpStore(work.session).lock(follow_up_id)
    if follow_up is not None and follow_up.said is None:
        await work.announce(follow_up.due())
