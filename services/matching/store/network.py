"""Schools and employers: who they are, who works with whom, who paused, who was spoken with or tipped."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Table, delete, not_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.model import Employer, Pause, Profile
from services.matching.domain.prospects import Claim, Contact, Lead, Tip
from services.matching.domain.regions import within_reach
from services.matching.domain.travel import reach_km
from services.matching.store.merges import standing
from services.matching.store.rows import KM_PER_DEGREE, among, upsert
from services.matching.store.tables import (
    claims,
    contacts,
    employers,
    pauses,
    placements,
    schools,
    tips,
    told_of_employers,
)
from shared.events.codes import IntermediaryKind
from shared.events.intake import (
    ContactLogged,
    EmployerClaimed,
    EmployerPaused,
    EmployerRegistered,
    EmployerSuggested,
    ExperienceShared,
    ExperienceWithdrawn,
    SchoolRegistered,
)


@dataclass(frozen=True)
class School:
    """A school as far as rights and names go."""

    id: UUID
    brin: str
    name: str
    region: str


class SchoolStore:
    """Schools, by id and by BRIN."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def save(self, event: SchoolRegistered) -> None:
        """Keep what is known of a school."""
        row = {"id": event.school_id, "brin": event.brin, "name": event.name, "region": event.region}
        await upsert(self.session, schools, row)

    async def names(self, ids: Collection[UUID]) -> Mapping[UUID, str]:
        """Names by id, of the schools that are known."""
        if not ids:
            return {}
        found = await self.session.execute(select(schools.c.id, schools.c.name).where(among(schools.c.id, ids)))
        return {row.id: row.name for row in found}


BEARING = (contacts, tips, pauses, placements, claims)
"""What bears on calling an employer."""


class EmployerStore:
    """Employers, with or without an offer."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def save(self, event: EmployerRegistered) -> bool:
        """Keep what is known of an employer; whether its network is another one than before.

        Of one that went up in another nothing is kept: it was told before that, and is heard late.
        """
        known = select(employers.c.facts).where(employers.c.id == event.employer_id).scalar_subquery()
        asked = select(standing(event.employer_id).label("id"), known.label("facts"))
        before = (await self.session.execute(asked)).one()
        if before.id != event.employer_id:
            return False
        employer = Employer.model_validate(event.model_dump())
        row = {
            "id": employer.employer_id,
            "region": employer.region,
            "latitude": employer.location.latitude,
            "longitude": employer.location.longitude,
            "facts": employer.model_dump(mode="json"),
        }
        await upsert(self.session, employers, row)
        return before.facts is None or Employer.model_validate(before.facts).network != employer.network

    async def pause(self, event: EmployerPaused) -> None:
        """Remember that an employer takes nobody for a while."""
        row = {"employer_id": event.employer_id, "from_date": event.from_date, "until_date": event.until_date}
        await upsert(self.session, pauses, row)

    async def resume(self, employer_id: UUID) -> None:
        """Forget the pause of an employer."""
        await self.session.execute(delete(pauses).where(pauses.c.employer_id == employer_id))

    async def log_contact(self, event: ContactLogged) -> None:
        """Remember that a school spoke with an employer."""
        row = {
            "id": event.contact_id,
            "employer_id": standing(event.employer_id),
            "school_id": event.school_id,
            "student_id": event.student_id,
            "outcome": event.outcome,
            "contact_date": event.contact_date,
        }
        await upsert(self.session, contacts, row)

    async def claim(self, event: EmployerClaimed) -> None:
        """Remember who approaches an employer, and until when."""
        row = {
            "id": event.claim_id,
            "employer_id": standing(event.employer_id),
            "school_id": event.school_id,
            "joined_by": list(event.joined_by),
            "until_date": event.until_date,
        }
        await upsert(self.session, claims, row)

    async def unclaim(self, claim_id: UUID) -> None:
        """Nobody approaches it under this claim any more."""
        await self.session.execute(delete(claims).where(claims.c.id == claim_id))

    async def remember_told(self, event: ExperienceShared) -> None:
        """Remember what a school told the others of an employer."""
        row = {
            "id": event.remark_id,
            "employer_id": standing(event.employer_id),
            "school_id": event.school_id,
            "codes": list(event.experiences),
            "told_date": event.shared_date,
        }
        await self.session.execute(insert(told_of_employers).values(**row).on_conflict_do_nothing())

    async def forget_told(self, event: ExperienceWithdrawn, on: date) -> None:
        """What was told is gone; a row without codes stays, for when that is heard of first."""
        row = {
            "id": event.remark_id,
            "employer_id": standing(event.employer_id),
            "school_id": event.school_id,
            "codes": [],
            "told_date": on,
        }
        await upsert(self.session, told_of_employers, row)

    async def log_tip(self, event: EmployerSuggested, on: date) -> None:
        """Remember that an intermediary named an employer."""
        employer_id = standing(event.employer_id)
        row = {"id": event.tip_id, "employer_id": employer_id, "source": event.source, "tip_date": on}
        await upsert(self.session, tips, row)

    async def leads_for(self, profile: Profile, without: Collection[UUID]) -> list[Lead]:
        """The employers within reach of a student, other than those in `without`, with what bears on calling them."""
        reach = reach_km(profile.travel.mode, profile.travel.max_minutes) / KM_PER_DEGREE
        latitude = profile.location.latitude
        found = await self.session.execute(
            select(employers.c.facts).where(
                among(employers.c.region, within_reach(profile.region)),
                employers.c.latitude.between(latitude - reach, latitude + reach),
                not_(among(employers.c.id, without)),
            )
        )
        known = [Employer.model_validate(facts) for facts in found.scalars()]
        ids = [employer.employer_id for employer in known]
        spoken, tipped, paused, ends, claimed = [await self._about(table, ids) for table in BEARING]
        return [
            Lead(
                employer,
                contacts=[Contact(r.school_id, r.student_id, r.outcome, r.contact_date) for r in spoken[employer_id]],
                tips=[Tip(IntermediaryKind(r.source), r.tip_date) for r in tipped[employer_id]],
                pauses=[Pause(r.from_date, r.until_date) for r in paused[employer_id]],
                seats_end=[r.end_date for r in ends[employer_id] if r.end_date and not r.ended_date],
                claims=[Claim(r.school_id, frozenset(r.joined_by), r.until_date) for r in claimed[employer_id]],
            )
            for employer_id, employer in zip(ids, known, strict=True)
        ]

    async def _about(self, table: Table, ids: Collection[UUID]) -> Mapping[UUID, list[Any]]:
        rows: defaultdict[UUID, list[Any]] = defaultdict(list)
        for row in await self.session.execute(select(table).where(among(table.c.employer_id, ids))):
            rows[row.employer_id].append(row)
        return rows
