"""What organisations answered, in the database: rows of a school, or of the register where the employer itself did."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, literal, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.questionnaire import GiveAnswers
from services.intake.domain.questionnaire_round import Respondent, Response, Round, RoundState
from services.intake.domain.rights import Viewer
from services.intake.store.acting import Capacity, acting_as
from services.intake.store.round_tables import questionnaire_responses, questionnaire_rounds
from services.intake.store.rows import document, page_of, read, save
from services.intake.store.schools import takes_part
from services.intake.store.tables import schools
from shared.api import PageRequest
from shared.events.codes import SchoolKind


class ResponseStore:
    """Finds and keeps answers."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, round_id: UUID, respondent: Respondent) -> Response | None:
        """An organisation's answers, as far as the capacity of the transaction shows them."""
        query = select(_TABLE).where(_TABLE.c.round_id == round_id, _is(respondent))
        row = (await self._session.execute(query)).one_or_none()
        return None if row is None else _response(row)

    async def save(self, response: Response) -> None:
        """Keep answers, in place of those before; the organisation is locked."""
        await save(self._session, _TABLE, _values(response))

    async def page(self, round_id: UUID, viewer: Viewer, page: PageRequest) -> list[Response]:
        """The own schools' answers, and those that employers gave to these."""
        query = select(_TABLE).where(_TABLE.c.round_id == round_id, _TABLE.c.school_id.in_(viewer.schools))
        return [_response(row) for row in await page_of(self._session, query, _TABLE, page)]

    async def shared_texts(self, round_id: UUID, viewer: Viewer, page: PageRequest) -> list[Response]:
        """Answers with open text that who looks after their region may read (row-level security asks the same)."""
        closed = select(questionnaire_rounds.c.id).where(
            questionnaire_rounds.c.id == round_id, questionnaire_rounds.c.state == RoundState.CLOSED
        )
        readable = or_(_TABLE.c.finished, closed.exists())  # nobody reads along while a school still writes
        query = select(_TABLE).where(_TABLE.c.round_id == round_id, _TABLE.c.text_shared, readable)
        if not viewer.operator:
            query = query.where(_TABLE.c.region.in_(viewer.regions))
        return [_response(row) for row in await page_of(self._session, query, _TABLE, page)]

    async def unfinished(self, round_id: UUID) -> list[Response]:
        """Those that were begun and not finished, locked in the order of their ids."""
        query = select(_TABLE).where(_TABLE.c.round_id == round_id, ~_TABLE.c.finished)
        return [_response(row) for row in await self._session.execute(query.order_by(_TABLE.c.id).with_for_update())]

    async def finished_by_region(self, round_id: UUID) -> dict[str, int]:
        """How many have finished."""
        query = select(_TABLE.c.region, func.count().label("n")).where(_TABLE.c.round_id == round_id, _TABLE.c.finished)
        async with acting_as(self._session, Capacity.REGISTER):
            return {row.region: row.n for row in await self._session.execute(query.group_by(_TABLE.c.region))}

    async def schools_to_ask(self, asked: Round, on: str) -> dict[str, list[UUID]]:
        """The schools that take part on a day and have not finished, by region."""
        done = select(_TABLE.c.id).where(
            _TABLE.c.round_id == asked.id, _TABLE.c.school_id == schools.c.id, _TABLE.c.finished
        )
        query = select(schools.c.region, schools.c.id).where(
            schools.c.region.in_(asked.facts.regions), takes_part(literal(on)), ~done.exists()
        )
        found: dict[str, list[UUID]] = {}
        async with acting_as(self._session, Capacity.REGISTER):
            for region, school_id in await self._session.execute(query.order_by(schools.c.region, schools.c.id)):
                found.setdefault(region, []).append(school_id)
        return found


_TABLE = questionnaire_responses


def _is(respondent: Respondent) -> ColumnElement[bool]:
    if respondent.employer_id is not None:
        return _TABLE.c.employer_id == respondent.employer_id
    return (_TABLE.c.school_id == respondent.school_id) & _TABLE.c.employer_id.is_(None)


def _values(response: Response) -> dict[str, Any]:
    who = response.respondent
    return {
        "id": response.id,
        "round_id": response.round_id,
        "school_id": response.recorded_for,
        "employer_id": who.employer_id,
        "region": who.region,
        "school_kind": who.school_kind,
        "author": response.author,
        "finished": response.finished,
        "text_shared": response.given.text_shared,
        "given": document(response.given),
    }


def _response(row: Row[Any]) -> Response:
    kind = SchoolKind(row.school_kind) if row.school_kind else None
    school = row.school_id if row.employer_id is None else None
    return Response(
        id=row.id,
        round_id=row.round_id,
        respondent=Respondent(row.region, kind, school, row.employer_id),
        given=read(GiveAnswers, row.given),
        recorded_for=row.school_id,
        author=row.author,
        finished=row.finished,
        version=row.version,
    )
