"""What a bureau of several schools looks at first: how many of each school stand where."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.placement_states import PlacementState
from services.intake.store.tables import placements, students


@dataclass
class SchoolCounts:
    """The counts of one school."""

    students: Counter[str] = field(default_factory=Counter)
    """By state."""
    running: int = 0
    ending_soon: int = 0
    first_choice: int = 0
    """Of the running placements of which it is known, those that honour the first choice (C18)."""
    choice_known: int = 0


class BureauStore:
    """Counts by school."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def counts(self, schools: Collection[UUID], soon: date) -> dict[UUID, SchoolCounts]:
        """Of each school its students, and its running placements, of which those that end by a day."""
        found = {school_id: SchoolCounts() for school_id in schools}
        by_state = select(students.c.school_id, students.c.state, func.count().label("many"))
        grouped = by_state.where(students.c.school_id.in_(schools)).group_by(students.c.school_id, students.c.state)
        for row in await self._session.execute(grouped):
            found[row.school_id].students[row.state] = row.many
        rank, ends = placements.c.wish_rank, placements.c.stay["end_date"].astext
        running = (
            select(
                placements.c.school_id,
                func.count().label("running"),
                func.count().filter(ends <= soon.isoformat()).label("ending_soon"),
                func.count().filter(rank == 1).label("first_choice"),
                func.count(rank).label("choice_known"),
            )
            .where(placements.c.school_id.in_(schools), placements.c.state == PlacementState.RUNNING)
            .group_by(placements.c.school_id)
        )
        for row in await self._session.execute(running):
            counts = found[row.school_id]
            counts.running, counts.ending_soon = row.running, row.ending_soon
            counts.first_choice, counts.choice_known = row.first_choice, row.choice_known
        return found
