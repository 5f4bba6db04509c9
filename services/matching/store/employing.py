"""What is known of those who offer, read for all of their offers at once."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.matching.domain.model import Employer, Experience, Pause, Told
from shared.events.codes import Outcome

LATELY_DAYS = 90
"""Contacts of the last quarter count as a burden on an employer."""


async def about(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, dict[str, Any]]:
    """What is known of employers, as the arguments of `Opening`."""
    parameters = {"ids": list(ids), "good": [Outcome.COMPLETED, Outcome.JOB], "days": LATELY_DAYS}
    return {
        row.id: {
            "employer": Employer.model_validate(row.facts) if row.facts else None,
            "pauses": (Pause(row.from_date, row.until_date),) if row.from_date else (),
            "experience": Experience(row.good, row.stopped),
            "recent_contacts": row.contacts,
            "told": tuple(Told(UUID(one["school"]), tuple(one["codes"])) for one in row.told),
        }
        for row in await session.execute(_ABOUT_EMPLOYERS, parameters)
    }


# What schools told lives as long here as in the register: 24 months.
_ABOUT_EMPLOYERS = text("""
select wanted.id, employers.facts, pauses.from_date, pauses.until_date,
  (select count(*) from placements where employer_id = wanted.id and outcome = any(cast(:good as text[]))) as good,
  (select count(*) from placements where employer_id = wanted.id and outcome = 'stopped-early') as stopped,
  (select count(*) from contacts where employer_id = wanted.id
     and contact_date >= (clock_timestamp() at time zone 'Europe/Amsterdam')::date - cast(:days as int)) as contacts,
  coalesce((select jsonb_agg(jsonb_build_object('school', school_id, 'codes', codes) order by told_date, id)
     from told_of_employers where employer_id = wanted.id
       and told_date > (clock_timestamp() at time zone 'Europe/Amsterdam')::date - interval '24 months'), '[]') as told
from unnest(cast(:ids as uuid[])) as wanted (id)
left join employers on employers.id = wanted.id
left join pauses on pauses.employer_id = wanted.id
""")
