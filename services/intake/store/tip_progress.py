"""What became of tips: the first day of each thing at their employer since, and nothing of whom it concerned."""

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.tip import TipProgress
from services.intake.store.acting import Capacity, acting_as

_PROGRESS = text("""
select tips.id, claimed.day as claimed, called.day as called, offered.day as offered, placed.day as placed
from tips
join employers on employers.id = tips.employer_id and employers.private_to is null
cross join lateral (select (tips.recorded_at at time zone 'Europe/Amsterdam')::date as day) given
left join lateral (
    select min(since_date) as day from claims
    where employer_id = tips.employer_id and since_date >= given.day) claimed on true
left join lateral (
    select min(contact_date) as day from contacts
    where employer_id = tips.employer_id and contact_date >= given.day and recorded_at >= tips.recorded_at
) called on true
left join lateral (
    select min((recorded_at at time zone 'Europe/Amsterdam')::date) as day from offers
    where employer_id = tips.employer_id and recorded_at >= tips.recorded_at) offered on true
left join lateral (
    select min((stay ->> 'begin_date')::date) as day from placements
    where employer_id = tips.employer_id and recorded_at >= tips.recorded_at and state in ('running', 'ended')
        and (stay ->> 'begin_date')::date <= (clock_timestamp() at time zone 'Europe/Amsterdam')::date) placed on true
where tips.id = any (cast(:tips as uuid[]))
""")


async def progress_of(session: AsyncSession, tips: Collection[UUID]) -> Mapping[UUID, TipProgress]:
    """What became of some tips; of one whose employer a school keeps to itself, nothing is told."""
    async with acting_as(session, Capacity.SEATS):
        rows = (await session.execute(_PROGRESS, {"tips": list(tips)})).all()
    return {row.id: _progress(row.claimed, row.called, row.offered, row.placed) for row in rows}


def _progress(claimed: date | None, called: date | None, offered: date | None, placed: date | None) -> TipProgress:
    taken = min((day for day in (claimed, called, offered) if day), default=None)
    return TipProgress(taken, called, offered, placed)
