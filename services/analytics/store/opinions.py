"""Reading what was answered in questionnaires."""

from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.analytics.domain.opinions import Answer, Opinion, OpinionTable
from services.analytics.domain.scope import Scope

_ANSWERS = text("""
with newest as (
    select distinct on (region) region, round_id from responses
    where questionnaire = :questionnaire
      and (cast(:from_date as date) is null or (opened_at at time zone 'Europe/Amsterdam')::date >= :from_date)
      and (cast(:to_date as date) is null or (opened_at at time zone 'Europe/Amsterdam')::date <= :to_date)
    order by region, opened_at desc
)
select region, school_kind, (
    select answer from jsonb_array_elements(answers) answer where answer ->> 'question' = :question
) as answer
from responses join newest using (region, round_id)
""")


class OpinionStore:
    """Answers, of the newest round of each region within the period."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def answers(self, table: OpinionTable, scope: Scope) -> tuple[Opinion, ...]:
        """What organisations said to a table's question, in all regions."""
        given = {"questionnaire": table.questionnaire, "question": table.question}
        period = {"from_date": scope.from_date, "to_date": scope.to_date}
        found = await self._session.execute(_ANSWERS, {**given, **period})
        return tuple(Opinion(row.region, row.school_kind, _answer(row.answer)) for row in found)


def _answer(stored: dict[str, Any] | None) -> Answer | None:
    if stored is None:
        return None
    return Answer(stored["answered"], tuple(stored["codes"]), stored["number"])
