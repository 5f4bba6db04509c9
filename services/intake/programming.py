"""Running a programme: its sessions on school days, and who takes part."""

from collections.abc import Iterator

from services.intake.calendar_data import read_calendar
from services.intake.domain.enrolment import PlanSession, Session
from services.intake.domain.programme import Programme
from services.intake.enrolling import move_up
from services.intake.store import ProgrammeStore
from services.intake.store.acting import Capacity, acting_as
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork


async def begin(work: UnitOfWork, programme: Programme, municipality: str | None) -> None:
    """Keep a new programme and plan its weekly moments for as long as it lasts."""
    store = ProgrammeStore(work.session)
    await store.save(programme)
    planned = sorted(weekly(programme, municipality), key=lambda one: (one.on_date, one.begins, one.ends))
    await store.plan([Session(new_id(), programme.id, one) for one in planned])


def weekly(programme: Programme, municipality: str | None) -> Iterator[PlanSession]:
    """The weekly moments on each school day of theirs: none in holidays, as far as those are known."""
    calendar, facts = read_calendar(), programme.facts
    part = calendar.part_of(programme.region, municipality)
    if part is None:
        return
    for moment in facts.moments:
        for day in calendar.school_days(facts.begin_date, facts.end_date, part, (moment.weekday,)):
            yield PlanSession(kind=moment.kind, on_date=day, begins=moment.begins, ends=moment.ends)


async def change(work: UnitOfWork, programme: Programme) -> Programme:
    """Keep what changed of a locked programme; seats that there are more of go to those who wait.

    The register keeps it: a school that declines may know of it no more when it is kept.
    """
    store = ProgrammeStore(work.session)
    async with acting_as(work.session, Capacity.REGISTER):
        await store.save(programme)
        await move_up(work, programme)
        return await store.lock(programme.id) or programme
