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


GOOD = [Outcome.COMPLETED, Outcome.JOB]
"""Ends of a placement that speak for an employer."""


async def about(session: AsyncSession, ids: Collection[UUID]) -> Mapping[UUID, dict[str, Any]]:
    """What is known of employers, as the arguments of `Opening`."""
    parameters = {"ids": list(ids), "good": GOOD, "days": LATELY_DAYS}
    return {row.id: about_of(row) for row in await session.execute(_ABOUT_EMPLOYERS, parameters)}


def about_of(row: Any) -> dict[str, Any]:
    """What a row with the columns `ABOUT` says of an employer, as the arguments of `Opening`."""
    return {
        "employer": Employer.model_validate(row.employer_facts) if row.employer_facts else None,
        "pauses": (Pause(row.from_date, row.until_date),) if row.from_date else (),
        "experience": Experience(row.good, row.stopped),
        "recent_contacts": row.contacts,
        "told": tuple(Told(UUID(one["school"]), tuple(one["codes"])) for one in row.told),
    }


ABOUT_WHOM = """left join employers on employers.id = {id}
left join pauses on pauses.employer_id = {id}
cross join lateral (
  select count(*) filter (where outcome = any(cast({good} as text[]))) as good,
    count(*) filter (where outcome = 'stopped-early') as stopped
  from placements where employer_id = {id}
) as ended
cross join lateral (
  select count(*) as contacts from contacts where employer_id = {id}
    and contact_date >= (clock_timestamp() at time zone 'Europe/Amsterdam')::date - cast({days} as int)
) as called
cross join lateral (
  select coalesce(
      jsonb_agg(jsonb_build_object('school', school_id, 'codes', codes) order by told_date, id), '[]') as told
  from told_of_employers where employer_id = {id}
    and told_date > (clock_timestamp() at time zone 'Europe/Amsterdam')::date - interval '24 months'
) as heard"""
"""What is known of each employer, beside rows that say `id`. What schools told lives as long as in the register."""

ABOUT = "employers.facts as employer_facts, from_date, until_date, good, stopped, contacts, told"

_ABOUT_EMPLOYERS = text(
    f"select wanted.id, {ABOUT} from unnest(cast(:ids as uuid[])) as wanted (id) "  # noqa: S608 — our own names
    + ABOUT_WHOM.format(id="wanted.id", good=":good", days=":days")
)
