"""Relations that cool down (F10, F11): each school hears of its own, on a Monday morning, of each of them once."""

from datetime import date, datetime, time, timedelta
from uuid import UUID

from services.intake.days import AMSTERDAM, today
from services.intake.domain.relation import Relation, cooled, to_remind_of
from services.intake.domain.rights import Viewer
from services.intake.domain.school import School
from services.intake.store import ClaimStore, RegionStore, RelationStore, ReminderStore
from services.intake.store.relations import Whose
from shared.timers import set_timer
from shared.unit_of_work import UnitOfWork

RELATIONS_COOL = "relations-cool"

AT = time(7)
"""Before lessons begin, and once a week: a week's calls are planned at its beginning."""


def next_reminder(after: date) -> datetime:
    """The morning of the first Monday after a day."""
    return datetime.combine(after + timedelta(days=7 - after.weekday()), AT, AMSTERDAM)


async def watch_relations(work: UnitOfWork, school_id: UUID) -> None:
    """Look at a school's relations on the next Monday."""
    await set_timer(work, RELATIONS_COOL, school_id, next_reminder(today()))


async def remind(work: UnitOfWork, school: School) -> None:
    """Tell a school of its cold relations, as far as it was not told yet, and look again next week.

    The school is locked; one that has left is told nothing any more.
    """
    if not school.takes_part_on(today()):
        return
    await watch_relations(work, school.id)
    months = (await RegionStore(work.session).of(school.situation.region)).settings.dormant_months
    if relations := await _to_remind_of(work, school.id, months):
        await ReminderStore(work.session).note(school.id, [one.employer.id for one in relations], today())
        await work.announce(cooled(school.id, relations, months))


async def _to_remind_of(work: UnitOfWork, school_id: UUID, months: int) -> list[Relation]:
    viewer = Viewer("register", frozenset({school_id}))
    cold = await RelationStore(work.session).dormant(Whose(viewer.schools), viewer, today(), months)
    claimed = await ClaimStore(work.session).standing_on({one.employer.id for one in cold})
    return to_remind_of(cold, await ReminderStore(work.session).of(school_id), claimed, today())
