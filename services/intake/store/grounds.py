"""Grounds for sharing and facts of special care in the database: of students of the own school (row-level security)."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.ground import Ground, RecordGround
from services.intake.domain.rights import Viewer
from services.intake.domain.special_fact import RecordSpecialFact, SpecialFact, SpecialKind
from services.intake.store.ground_tables import grounds, special_facts
from services.intake.store.rows import document, page_of, read
from shared.api import PageRequest
from shared.errors import NotFound

_CHANGING = ("withdrawn_date", "objected_date", "kept_because")


class GroundStore:
    """Finds and keeps grounds for sharing."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, ground: Ground) -> None:
        """Keep a new one."""
        values = {
            "id": ground.id,
            "student_id": ground.student_id,
            "school_id": ground.school_id,
            "author": ground.author,
            "age_at_giving": ground.age_at_giving,
            "end_date": ground.facts.end_date,
            "facts": document(ground.facts),
        }
        await self._session.execute(insert(grounds).values(values))

    async def get(self, ground_id: UUID, viewer: Viewer, *, lock: bool = False) -> Ground:
        """One of a student of the caller's schools; raises `NotFound`."""
        query = select(grounds).where(grounds.c.id == ground_id, grounds.c.school_id.in_(viewer.schools))
        row = (await self._session.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            raise NotFound("ground")
        return _ground(row)

    async def find(self, ground_id: UUID) -> Ground | None:
        """One, whoever asks; None when it was forgotten."""
        row = (await self._session.execute(select(grounds).where(grounds.c.id == ground_id))).one_or_none()
        return None if row is None else _ground(row)

    async def save(self, ground: Ground) -> None:
        """Keep that it was withdrawn or objected to, and what was decided."""
        values = {name: getattr(ground, name) for name in _CHANGING}
        await self._session.execute(update(grounds).where(grounds.c.id == ground.id).values(values))

    async def of(self, student_id: UUID) -> list[Ground]:
        """All of a student, withdrawn and expired ones included: `domain.ground.ground_for` chooses."""
        found = await self._session.execute(select(grounds).where(grounds.c.student_id == student_id))
        return [_ground(row) for row in found]

    async def page(self, student_id: UUID, page: PageRequest) -> list[Ground]:
        """Those of a student, oldest first."""
        query = select(grounds).where(grounds.c.student_id == student_id)
        return [_ground(row) for row in await page_of(self._session, query, grounds, page)]


class SpecialFactStore:
    """Finds and keeps facts of special care."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, fact: SpecialFact) -> SpecialFact:
        """Keep a new one; answers it with the moment at which it was recorded."""
        added = insert(special_facts).values(
            id=fact.id,
            student_id=fact.student_id,
            school_id=fact.school_id,
            author=fact.author,
            expires_date=fact.fact.expires_date,
            fact=document(fact.fact),
        )
        return _special((await self._session.execute(added.returning(special_facts))).one())

    async def get(self, fact_id: UUID, viewer: Viewer, today: date) -> SpecialFact:
        """One of a student of the caller's schools that has not expired; raises `NotFound`."""
        which = special_facts.c.id == fact_id, special_facts.c.school_id.in_(viewer.schools), _standing(today)
        row = (await self._session.execute(select(special_facts).where(*which))).one_or_none()
        if row is None:
            raise NotFound("special fact")
        return _special(row)

    async def of(self, student_id: UUID, today: date) -> Sequence[SpecialFact]:
        """Those of a student that have not expired: they are shown no day longer, whenever the job deletes them."""
        which = special_facts.c.student_id == student_id, _standing(today)
        found = await self._session.execute(select(special_facts).where(*which).order_by(special_facts.c.id))
        return [_special(row) for row in found]

    async def remove(self, fact_id: UUID) -> None:
        """Delete one: nothing of it is kept."""
        await self._session.execute(delete(special_facts).where(special_facts.c.id == fact_id))

    async def remove_kind(self, student_id: UUID, kind: SpecialKind) -> None:
        """The same of those of a kind: what was said of it is no longer so."""
        which = special_facts.c.student_id == student_id, special_facts.c.fact["kind"].astext == kind
        await self._session.execute(delete(special_facts).where(*which))


def _standing(today: date) -> Any:
    return special_facts.c.expires_date >= today


def _ground(row: Row[Any]) -> Ground:
    facts = read(RecordGround, row.facts)
    changing = {name: getattr(row, name) for name in _CHANGING}
    return Ground(row.id, row.student_id, row.school_id, row.author, facts, row.age_at_giving, **changing)


def _special(row: Row[Any]) -> SpecialFact:
    fact = read(RecordSpecialFact, row.fact)
    return SpecialFact(row.id, row.student_id, row.school_id, row.author, fact, row.recorded_at)
