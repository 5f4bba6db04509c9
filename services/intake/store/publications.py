"""What everybody may see, read in the capacity of publication: of students nothing but what a card can say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.ground import Purpose, age_on
from services.intake.domain.offer import OfferState
from services.intake.domain.placement_states import UNREAL
from services.intake.domain.profile_card import Ability, Searching, band_of
from services.intake.domain.student import StudentState
from services.intake.store.acting import Capacity, acting_as
from services.intake.store.ground_tables import grounds
from services.intake.store.offers import region_of_offer
from services.intake.store.tables import employers, offers, placements, students

ABILITIES = {"possibilities": "limits", "certificates": "certificates"}
"""Of which facts a card can tell, and in which list their codes stand."""


@dataclass(frozen=True)
class Numbers:
    """How a region stands."""

    searching: int
    open_offers: int
    placements: int


class PublicationStore:
    """Finds what can be shown to everybody."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def searching(self, region: str, day: date) -> list[Searching]:
        """Who searches in a region, without a name, an id or a school."""
        facts = students.c.facts
        query: Select[Any] = select(
            facts["birth_date"].astext.label("born"),
            facts["wishes"].label("wishes"),
            *(facts[name].label(name) for name in ABILITIES),
            published(students.c.id, day).label("may_be_shown"),
        ).where(*_searching_in(region))
        async with acting_as(self._session, Capacity.PUBLICATION):
            rows = (await self._session.execute(query)).all()
        return [_searching(row, day) for row in rows if row.wishes]

    async def numbers(self, region: str, since: date, day: date) -> Numbers:
        """How many search, how many offers stand, and how many placements have begun since a day."""
        begun = placements.c.stay["begin_date"].astext
        until = offers.c.facts["valid_until_date"].astext
        async with acting_as(self._session, Capacity.PUBLICATION):
            searching = await self._count(
                students, students.c.region == region, students.c.state == StudentState.SEARCHING
            )
            placed = await self._count(
                placements,
                placements.c.region == region,
                placements.c.state.not_in(UNREAL),
                begun >= since.isoformat(),
                begun <= day.isoformat(),
            )
            standing = await self._count(
                offers.join(employers),
                region_of_offer == region,
                employers.c.private_to.is_(None),
                offers.c.state == OfferState.OPEN,
                or_(until.is_(None), until >= day.isoformat()),
            )
        return Numbers(searching, standing, placed)

    async def _count(self, rows: Any, *conditions: ColumnElement[bool]) -> int:
        query = select(func.count()).select_from(rows).where(*conditions)
        return int((await self._session.execute(query)).scalar_one())


def _searching_in(region: str) -> tuple[ColumnElement[bool], ...]:
    return students.c.region == region, students.c.state == StudentState.SEARCHING


def published(student_id: ColumnElement[UUID], day: date) -> ColumnElement[bool]:
    """Whether a ground for publication of a student holds on a day: withdrawn, it does not from that moment on."""
    given, purpose = grounds.c.facts["given_date"].astext, grounds.c.facts["purpose"].astext
    return (
        select(grounds.c.id)
        .where(
            grounds.c.student_id == student_id,
            purpose == Purpose.PUBLICATION,
            given <= day.isoformat(),
            grounds.c.end_date >= day,
            grounds.c.withdrawn_date.is_(None),
        )
        .exists()
    )


def _searching(row: Row[Any], day: date) -> Searching:
    found = row._mapping  # noqa: SLF001 — SQLAlchemy's public way to a column
    abilities = {Ability(ABILITIES[name], code) for name in ABILITIES for code in found[name] or ()}
    band = band_of(age_on(date.fromisoformat(row.born), day))
    return Searching(band, _first_choice(row.wishes), frozenset(abilities), row.may_be_shown)


def _first_choice(wishes: Sequence[Any]) -> str:
    return str(min(wishes, key=lambda wish: wish["rank"])["sector"])
