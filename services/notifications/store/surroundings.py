"""Where schools, employers, offers and students belong: opaque ids and areas, kept to route events by."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notifications.domain.surroundings import Surroundings, Whereabouts, named
from services.notifications.store.tables import schools, whereabouts
from shared.events import Event


class SurroundingsStore:
    """Schools and whereabouts."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def note_school(self, school_id: UUID, brin: str, region: str) -> None:
        """Remember a school's code and region."""
        row = {"id": school_id, "brin": brin, "region": region}
        await self._session.execute(insert(schools).values(row).on_conflict_do_update(index_elements=["id"], set_=row))

    async def note(self, thing: Whereabouts) -> None:
        """Remember where something belongs; when a student settled stays remembered."""
        row = asdict(thing)
        await self._session.execute(
            insert(whereabouts).values(row).on_conflict_do_update(index_elements=["id"], set_=row)
        )

    async def settle(self, student_id: UUID, at: datetime) -> None:
        """A student does not search any more since that moment."""
        settled = func.greatest(whereabouts.c.settled_at, at)
        row = {"id": student_id, "kind": "student", "settled_at": at}
        await self._session.execute(
            insert(whereabouts).values(row).on_conflict_do_update(index_elements=["id"], set_={"settled_at": settled})
        )

    async def search_again(self, student_id: UUID, at: datetime) -> None:
        """A student searches since that moment, if nothing later is known."""
        earlier = (whereabouts.c.id == student_id) & (whereabouts.c.settled_at < at)
        await self._session.execute(update(whereabouts).where(earlier).values(settled_at=None))

    async def settled_at(self, student_id: UUID) -> datetime | None:
        """Since when a student does not search any more, if that is known."""
        query = select(whereabouts.c.settled_at).where(whereabouts.c.id == student_id)
        return (await self._session.execute(query)).scalar_one_or_none()

    async def is_searching(self, student_id: UUID) -> bool:
        """Whether a student looks for a place, as far as is known."""
        query = select(whereabouts.c.id).where(
            whereabouts.c.id == student_id, whereabouts.c.region.is_not(None), whereabouts.c.settled_at.is_(None)
        )
        return (await self._session.execute(query)).one_or_none() is not None

    async def forget_settled(self, older_than: timedelta) -> None:
        """Forget students who have not searched for so long."""
        old = whereabouts.c.settled_at < func.clock_timestamp() - older_than
        await self._session.execute(delete(whereabouts).where(old))

    async def forget_person(self, person_id: UUID) -> int:
        """Forget where a student belongs; how many rows that were."""
        gone = delete(whereabouts).where(whereabouts.c.id == person_id).returning(whereabouts.c.id)
        return len((await self._session.execute(gone)).all())

    async def around(self, event: Event, more_schools: Iterable[UUID] = ()) -> Surroundings:
        """What is known of the things that an event names, and the codes of all schools concerned."""
        things = {}
        if ids := named(event):
            columns = [c for c in whereabouts.c if c.name != "settled_at"]
            rows = await self._session.execute(select(*columns).where(whereabouts.c.id.in_(ids)))
            things = {row["id"]: Whereabouts(**row) for row in rows.mappings()}
        concerned = {*more_schools, *_schools_of(event)}
        concerned |= {school for thing in things.values() for school in (thing.school_id, thing.private_to) if school}
        return Surroundings(things, await self._brins(concerned))

    async def regions_of(self, brins: Iterable[str]) -> frozenset[str]:
        """The regions in which schools lie."""
        query = select(schools.c.region).where(schools.c.brin.in_(list(brins)))
        return frozenset((await self._session.execute(query)).scalars())

    async def brins_of(self, ids: Iterable[UUID]) -> frozenset[str]:
        """The codes of schools; one that is not registered here has none."""
        return frozenset((await self._brins(ids)).values())

    async def _brins(self, ids: Iterable[UUID]) -> dict[UUID, str]:
        rows = await self._session.execute(select(schools.c.id, schools.c.brin).where(schools.c.id.in_(list(ids))))
        return {row.id: row.brin for row in rows}


def _schools_of(event: Event) -> Iterable[UUID]:
    values = (getattr(event, name, None) for name in ("school_id", "brought_in_by", "private_to"))
    return (*(value for value in values if isinstance(value, UUID)), *getattr(event, "asked_of", ()))
