"""Which employers a round writes to: those that a school works with, and that can be written to."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.questionnaire_round import Invitation, Round

_TO_INVITE = text("""
with asked as (
    select id, facts, brought_in_by, private_to from employers
    where region = any(cast(:regions as text[])) and merged_into is null and stopped is null
        and facts ->> 'email' is not null
        and (pause is null or pause ->> 'until_date' is not null)
        and not exists (
            select from links
            where round_id = :round and links.employer_id = employers.id and invitation = :invitation)
        and not exists (
            select from questionnaire_responses given
            where round_id = :round and given.employer_id = employers.id and finished)
)
select distinct on (asked.id) asked.id as employer_id, schools.id as school_id, asked.facts ->> 'email' as email
from asked join schools on (
        schools.id = brought_in_by
        or asked.facts -> 'cooperations' @> jsonb_build_array(jsonb_build_object('school_id', schools.id)))
    and (private_to is null or private_to = schools.id)
    and (departure ->> 'left_date' is null or departure ->> 'left_date' > cast(:today as text))
order by asked.id, schools.id is distinct from brought_in_by, schools.id
limit :most
""")
"""In the name of the school that brought it in, else of the first that works with it. ISO dates compare as text."""


@dataclass(frozen=True)
class ToInvite:
    """An employer that is written to, and in whose name."""

    employer_id: UUID
    school_id: UUID
    email: str


class InvitationStore:
    """Finds whom a round writes to."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def to_invite(self, asked: Round, invitation: Invitation, today: date, most: int) -> list[ToInvite]:
        """Employers that take part with a school, have not finished, and were not written to yet; the first of them."""
        values = {
            "regions": list(asked.facts.regions),
            "round": asked.id,
            "invitation": invitation,
            "today": today.isoformat(),
            "most": most,
        }
        found = await self._session.execute(_TO_INVITE, values)
        return [ToInvite(row.employer_id, row.school_id, row.email) for row in found]
