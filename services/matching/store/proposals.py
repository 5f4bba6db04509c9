"""Proposals and what became of them."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, case, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain import movable
from services.matching.domain.proposals import HOLDING, Proposal, ProposalState
from services.matching.domain.score import Factor
from services.matching.domain.widening import RegionSettings
from services.matching.store.rows import among, as_asked, asked_for, fetch, upsert
from services.matching.store.tables import offers, proposals
from shared.events.codes import PlacementKind, Step, Weekday
from shared.unit_of_work import FIRST_VERSION

_PLANNED = proposals.c.state == ProposalState.PLANNED
_MADE = proposals.c.state != ProposalState.PLANNED


class ProposalStore:
    """Proposals, by student, offer and school."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def save(self, *some: Proposal) -> None:
        """Keep proposals as they stand now; their versions rise when they are announced."""
        if some:
            await upsert(self.session, proposals, *map(row_of, some))

    async def add(self, proposal: Proposal) -> None:
        """Keep a proposal that has no row yet; to be told of with `announce_new`."""
        await upsert(self.session, proposals, row_of(proposal) | {"version": FIRST_VERSION})

    async def raise_version(self, proposal_id: UUID) -> None:
        """Count a step that is not announced, since another service's event told of it."""
        raised = update(proposals).where(proposals.c.id == proposal_id)
        await self.session.execute(raised.values(version=proposals.c.version + 1))

    async def hand_over(self, student_id: UUID, to: UUID) -> None:
        """Make a student's proposals, earlier ones included, those of the school that the student is at by now."""
        theirs = update(proposals).where(proposals.c.student_id == student_id, proposals.c.school_id != to)
        await self.session.execute(theirs.values(school_id=to))

    async def get(self, proposal_id: UUID, *, lock: bool = False) -> Proposal | None:
        """A proposal that was made; with `lock` nobody else answers it meanwhile."""
        found = await fetch(self.session, _LOCKED if lock else _ONE, proposal_id)
        return proposal_of(vars(found[0])) if found else None

    async def holding(
        self, *, students: Collection[UUID] = (), offers: Collection[UUID] = (), employer: UUID | None = None
    ) -> list[Proposal]:
        """The proposals that hold a seat, of these students, these offers or this employer: those that were made before
        those that are planned, the oldest first.
        """
        asked = {"student_id": students, "offer_id": offers, "employer_id": [employer] if employer else ()}
        given = {name: list(ids) for name, ids in asked.items() if ids}
        if not given:
            return []
        whose = " or ".join(f"{name} {asked_for(number, ids)}" for number, (name, ids) in enumerate(given.items(), 1))
        rows = await fetch(self.session, _HOLDING.format(whose=whose), *map(as_asked, given.values()))
        return [proposal_of(vars(row)) for row in rows]

    async def expired_in(self, region: str) -> list[Proposal]:
        """The proposals of a region that nobody answered in time."""
        which = (proposals.c.state == ProposalState.OPEN) & (proposals.c.expires_at <= func.clock_timestamp())
        return await self._load(which & (proposals.c.region == region))

    async def planned_in(self, regions: Collection[str]) -> list[Proposal]:
        """The planned proposals for students of these regions."""
        return await self._load(_PLANNED & among(proposals.c.region, regions))

    async def to_show_in(self, region: str) -> list[Proposal]:
        """The planned proposals of a region whose time is over."""
        over = proposals.c.movable_until <= func.clock_timestamp()
        return await self._load(_PLANNED & (proposals.c.region == region) & over)

    async def next_to_show_in(self, region: str) -> datetime | None:
        """When the next planned proposal of a region is shown."""
        query = select(func.min(proposals.c.movable_until)).where(_PLANNED & (proposals.c.region == region))
        moment: datetime | None = (await self.session.execute(query)).scalar()
        return moment

    async def move_no_longer_than(self, region: str, settings: RegionSettings) -> None:
        """Shorten the time of the planned proposals of a region to what it decided, from when they were planned on.

        What may be held back by now keeps the longer time, also for a student for whom it would not be: what is given
        too early cannot be had back.
        """
        usual = timedelta(seconds=settings.movable_seconds)
        held_back = max(usual, timedelta(seconds=settings.held_back_seconds))
        has_much_guidance = exists().where(
            offers.c.id == proposals.c.offer_id, offers.c.facts["guidance"].astext.in_(movable.MUCH_GUIDANCE)
        )
        latest = proposals.c.proposed_at + case((has_much_guidance, held_back), else_=usual)
        shorter = update(proposals).where(
            _PLANNED & (proposals.c.region == region) & (proposals.c.movable_until > latest)
        )
        await self.session.execute(shorter.values(movable_until=latest, expires_at=latest))

    async def drop(self, ids: Collection[UUID]) -> None:
        """Forget planned proposals: nobody was told of them."""
        await self.session.execute(delete(proposals).where(_PLANNED & among(proposals.c.id, ids)))

    async def page(
        self,
        *,
        schools: Collection[UUID] | None = None,
        students: Collection[UUID] = (),
        student_id: UUID | None = None,
        offer_id: UUID | None = None,
        state: ProposalState | None = None,
        after: UUID | None = None,
        limit: int = 50,
    ) -> list[Proposal]:
        """Up to `limit` proposals that were made, behind `after`, by id.

        `schools` keeps to those of their students and of `students`.
        """
        conditions = [
            _of(schools, students) if schools is not None else None,
            proposals.c.student_id == student_id if student_id else None,
            proposals.c.offer_id == offer_id if offer_id else None,
            proposals.c.state == state if state else None,
            proposals.c.id > after if after else None,
        ]
        query = select(proposals).where(_MADE, *(one for one in conditions if one is not None))
        found = await self.session.execute(query.order_by(proposals.c.id).limit(limit))
        return [_proposal(row) for row in found]

    async def _load(self, which: ColumnElement[bool]) -> list[Proposal]:
        query = select(proposals).where(which).order_by(_PLANNED, proposals.c.proposed_at, proposals.c.id)
        return [_proposal(row) for row in await self.session.execute(query)]


COLUMNS = tuple(one.name for one in fields(Proposal) if one.name != "version")
READ = (*COLUMNS, "version")
"""Never `*`: a release adds a column while the code of before still runs, which is to read what it knows."""

_ONE = f"select {', '.join(READ)} from proposals where id = $1::uuid and state <> 'planned'"  # noqa: S608 — our own names
_LOCKED = f"{_ONE} for update"
_HOLDING = f"""
select {", ".join(READ)} from proposals where ({{whose}}) and state in ({", ".join(map(repr, map(str, HOLDING)))})
order by state = 'planned', proposed_at, id
"""  # noqa: S608 — our own names


def row_of(proposal: Proposal) -> dict[str, Any]:
    """What is kept of a proposal, its version apart."""
    row = {name: getattr(proposal, name) for name in COLUMNS}
    row["weekdays"], row["left_out"] = list(proposal.weekdays), list(proposal.left_out)
    row["reasons"] = [asdict(reason) for reason in proposal.reasons]
    return row


def _proposal(row: Row[Any]) -> Proposal:
    return proposal_of(dict(row._mapping))  # noqa: SLF001 — SQLAlchemy's public name for it


def proposal_of(values: Mapping[str, Any]) -> Proposal:
    """The proposal of a row."""
    return Proposal(
        **{
            **values,
            "state": ProposalState(values["state"]),
            "step": Step(values["step"]),
            "kind": PlacementKind(values["kind"]),
            "weekdays": tuple(Weekday(day) for day in values["weekdays"]),
            "left_out": tuple(values["left_out"]),
            "reasons": tuple(Factor(**reason) for reason in values["reasons"]),
        }
    )


def _of(schools: Collection[UUID], students: Collection[UUID]) -> ColumnElement[bool]:
    of_schools = among(proposals.c.school_id, schools)
    return or_(of_schools, among(proposals.c.student_id, students)) if students else of_schools
