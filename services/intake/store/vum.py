"""What is shown through VUM: open offers of employers that allow it, and what a party opened of an answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.employer import EmployerFacts
from services.intake.domain.offer import OfferState, PlaceFacts
from services.intake.store.rows import read, situation_of
from services.intake.store.tables import employers, offers
from services.intake.store.vum_tables import vum_employers, vum_questions
from shared.events.codes import Point
from shared.ids import new_id

KEPT = timedelta(days=1)
"""How long the vacancies of an answer can be opened."""

MOST_LOOKED_AT = 5_000
"""Open offers that one question goes through: more than a region has."""


@dataclass(frozen=True)
class ShownOffer:
    """An offer that may be shown outside, with its employer."""

    id: UUID
    facts: PlaceFacts
    employer: EmployerFacts
    postcode: str
    location: Point


@dataclass(frozen=True)
class Opened:
    """Which offer stands behind a vacancy's id, if it may still be opened."""

    offer_id: UUID | None
    too_many: bool = False


class VumStore:
    """Finds what may be shown, and keeps who asked."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def allow(self, employer_id: UUID, by: str) -> None:
        """An employer wants its places shown to other parties."""
        row = {"employer_id": employer_id, "allowed_by": by}
        await self._session.execute(insert(vum_employers).values(row).on_conflict_do_nothing())

    async def forbid(self, employer_id: UUID) -> None:
        """It does not, or not any more."""
        await self._session.execute(delete(vum_employers).where(vum_employers.c.employer_id == employer_id))

    async def allows(self, employer_id: UUID) -> bool:
        """Whether it does."""
        query = select(vum_employers.c.employer_id).where(vum_employers.c.employer_id == employer_id)
        return (await self._session.execute(query)).one_or_none() is not None

    async def shown(self, day: date, only: UUID | None = None) -> list[ShownOffer]:
        """Open offers on a day of employers that allow it, take people, and are kept by no school to itself."""
        until = offers.c.facts["valid_until_date"].astext
        query = (
            select(
                offers.c.id,
                offers.c.facts,
                offers.c.situation,
                employers.c.facts.label("employer"),
                employers.c.postcode,
                employers.c.location,
            )
            .join(employers, employers.c.id == offers.c.employer_id)
            .join(vum_employers, vum_employers.c.employer_id == employers.c.id)
            .where(
                offers.c.state == OfferState.OPEN,
                or_(until.is_(None), until >= day.isoformat()),
                employers.c.private_to.is_(None),
                employers.c.merged_into.is_(None),
                employers.c.suggested.is_(False),
                employers.c.postcode.is_not(None),
                or_(employers.c.pause.is_(None), employers.c.pause["until_date"].astext < day.isoformat()),
                employers.c.stopped.is_(None),
                *([offers.c.id == only] if only else []),
            )
            .order_by(offers.c.id)
            .limit(MOST_LOOKED_AT)
        )
        return [_shown(row) for row in await self._session.execute(query)]

    async def middle_of(self, postcode: str) -> tuple[float, float] | None:
        """Roughly where a postcode's four digits lie, by the employers that are there."""
        there = employers.c.postcode.like(f"{postcode[:4]}%")
        query = select(func.avg(employers.c.latitude), func.avg(employers.c.longitude)).where(there)
        latitude, longitude = (await self._session.execute(query)).one()
        return (latitude, longitude) if latitude is not None else None

    async def asked(self, party: str, found: Sequence[UUID]) -> UUID:
        """Keep what a party was answered, so that it can open some of it; what is older than a day goes."""
        question = new_id()
        old = vum_questions.c.asked_at < func.clock_timestamp() - KEPT
        await self._session.execute(delete(vum_questions).where(old))
        await self._session.execute(insert(vum_questions).values(id=question, party=party, offers=list(found)))
        return question

    async def open(self, question: UUID, place: int, party: str, most: int) -> Opened:
        """Open a vacancy of an answer; another one than `most` is too many, the same one again is not."""
        mine = (vum_questions.c.id == question) & (vum_questions.c.party == party)
        fresh = vum_questions.c.asked_at >= func.clock_timestamp() - KEPT
        row = (await self._session.execute(select(vum_questions).where(mine, fresh).with_for_update())).one_or_none()
        if row is None or place >= len(row.offers):
            return Opened(None)
        if place not in row.opened:
            if len(row.opened) >= most:
                return Opened(None, too_many=True)
            opened = func.array_append(vum_questions.c.opened, literal(place))
            await self._session.execute(update(vum_questions).where(mine).values(opened=opened))
        return Opened(row.offers[place])


def _shown(row: Any) -> ShownOffer:
    there = situation_of(row.situation)
    location = there.location if there else read(Point, row.location)
    return ShownOffer(row.id, read(PlaceFacts, row.facts), read(EmployerFacts, row.employer), row.postcode, location)
