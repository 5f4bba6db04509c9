"""Drafts of a region's plan: figures without names, and a line for each student that only the own school reads."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.advice import Advice
from services.matching.domain.figures import Figures
from services.matching.store.rows import among
from services.matching.store.tables import plan_lines, plans, searches
from shared.events.codes import Weekday

KEPT = timedelta(days=14)
"""A draft is for deciding upon soon: in two weeks most of what it was made of has changed."""


@dataclass(frozen=True)
class PlanLine:
    """What a plan has for a student; without an offer nothing."""

    student_id: UUID
    offer_id: UUID | None
    stands: bool
    """Whether the student is proposed there already."""
    choice: int | None = None
    score: int | None = None
    begin_date: date | None = None
    end_date: date | None = None
    weekdays: tuple[Weekday, ...] = ()
    rule: str | None = None
    """Why it could not be adopted, when it was tried."""
    obstacle: str | None = None


@dataclass(frozen=True)
class Draft:
    """A plan without its lines."""

    id: UUID
    region: str
    kind: str
    made_at: datetime
    made_by: str
    weights_version: str
    figures: Figures
    advice: Advice
    adopted_at: datetime | None = None
    at_most: int | None = None
    """No plan could place more, where that was worked out."""


class PlanStore:
    """Drafts, by region."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def add(self, draft: Draft, lines: Sequence[PlanLine]) -> None:
        """Keep a new draft."""
        row = {name: value for name, value in vars(draft).items() if name not in {"figures", "advice"}}
        row |= {"figures": draft.figures.model_dump(mode="json"), "advice": draft.advice.model_dump(mode="json")}
        await self.session.execute(insert(plans).values(**row))
        if lines:
            rows = [{**asdict(one), "weekdays": list(one.weekdays), "plan_id": draft.id} for one in lines]
            await self.session.execute(insert(plan_lines), rows)

    async def get(self, plan_id: UUID, *, lock: bool = False) -> Draft | None:
        """A draft; with `lock` nobody else adopts it meanwhile."""
        query = select(plans).where(plans.c.id == plan_id)
        row = (await self.session.execute(query.with_for_update() if lock else query)).one_or_none()
        return None if row is None else _draft(row)

    async def page(
        self, region: str, schools: Collection[UUID] | None, *, after: UUID | None, limit: int
    ) -> list[Draft]:
        """Up to `limit` drafts of a region, the newest first; `schools` keeps to those with students of theirs."""
        which = plans.c.region == region
        if after is not None:
            which &= plans.c.id < after
        if schools is not None:
            which &= exists().where(plan_lines.c.plan_id == plans.c.id, _of(schools))
        found = await self.session.execute(select(plans).where(which).order_by(plans.c.id.desc()).limit(limit))
        return [_draft(row) for row in found]

    async def lines(self, plan_id: UUID, schools: Collection[UUID] | None = None) -> list[PlanLine]:
        """The lines of a plan, by student; `schools` keeps to students that are theirs now."""
        which = plan_lines.c.plan_id == plan_id
        if schools is not None:
            which &= _of(schools)
        columns = [column for column in plan_lines.c if column.name != "plan_id"]
        found = await self.session.execute(select(*columns).where(which).order_by(plan_lines.c.student_id))
        return [_line(row) for row in found]

    async def adopted(self, plan_id: UUID, at: datetime, left: Mapping[UUID, tuple[str, str]]) -> None:
        """Remember that a plan was adopted, and of whom it could not be: rule and sentence, by student."""
        await self.session.execute(update(plans).where(plans.c.id == plan_id).values(adopted_at=at))
        for student, (rule, obstacle) in left.items():
            line = (plan_lines.c.plan_id == plan_id) & (plan_lines.c.student_id == student)
            await self.session.execute(update(plan_lines).where(line).values(rule=rule, obstacle=obstacle))

    async def forget_old(self) -> None:
        """Drop the drafts that are older than they are good for."""
        await self.session.execute(delete(plans).where(plans.c.made_at < func.clock_timestamp() - KEPT))


def _of(schools: Collection[UUID]) -> ColumnElement[bool]:
    return exists().where(searches.c.id == plan_lines.c.student_id, among(searches.c.school_id, schools))


def _line(row: Row[Any]) -> PlanLine:
    values = dict(row._mapping)  # noqa: SLF001 — SQLAlchemy's public name for it
    return PlanLine(**{**values, "weekdays": tuple(Weekday(day) for day in row.weekdays)})


def _draft(row: Row[Any]) -> Draft:
    values = {name: value for name, value in row._mapping.items() if name != "version"}  # noqa: SLF001 — as above
    return Draft(
        **{
            **values,
            "figures": Figures.model_validate(row.figures),
            "advice": Advice.model_validate(row.advice),
        }
    )
