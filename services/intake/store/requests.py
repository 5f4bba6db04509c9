"""What schools ask intermediaries, in the database."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.request import AskIntermediary, Request, RequestKind, RequestState, RequestStep
from services.intake.store.request_tables import requests
from services.intake.store.rows import document, page_of, read, save
from shared.api import PageRequest
from shared.errors import NotFound
from shared.events.codes import IntermediaryKind


@dataclass(frozen=True)
class Reader:
    """Whose requests are seen: those of some schools, or those to an intermediary of a kind in its regions."""

    schools: Collection[UUID] = ()
    kind: IntermediaryKind | None = None
    regions: Collection[str] = ()

    def seen(self) -> Select[Any]:
        """The requests; row-level security says the same once more."""
        if self.kind is None:
            return select(requests).where(requests.c.school_id.in_(self.schools))
        return select(requests).where(requests.c.intermediary == self.kind, requests.c.region.in_(self.regions))


class RequestStore:
    """Finds and keeps requests."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, request_id: UUID, reader: Reader, *, lock: bool = False) -> Request:
        """One of the reader's; raises `NotFound`."""
        query = reader.seen().where(requests.c.id == request_id)
        row = (await self._session.execute(query.with_for_update() if lock else query)).one_or_none()
        if row is None:
            raise NotFound("request")
        return _request(row)

    async def save(self, request: Request) -> None:
        """Keep a new one, or its next step."""
        values = {
            "id": request.id,
            "kind": request.asked.kind,
            "intermediary": request.intermediary,
            "school_id": request.school_id,
            "employer_id": request.employer_id,
            "placement_id": request.placement_id,
            "student_id": request.student_id,
            "region": request.region,
            "state": request.state,
            "asked": document(request.asked),
            "steps": [document(step) for step in request.steps],
        }
        await save(self._session, requests, values)

    async def page(
        self,
        reader: Reader,
        page: PageRequest,
        *,
        kind: RequestKind | None = None,
        state: RequestState | None = None,
        placement_id: UUID | None = None,
    ) -> list[Request]:
        """Those of the reader that fit."""
        query, columns = reader.seen(), requests.c
        for column, value in ((columns.kind, kind), (columns.state, state), (columns.placement_id, placement_id)):
            if value is not None:
                query = query.where(column == value)
        return [_request(row) for row in await page_of(self._session, query, requests, page)]


def _request(row: Row[Any]) -> Request:
    steps = tuple(read(RequestStep, step) for step in row.steps)
    asked = read(AskIntermediary, row.asked)
    about = (row.school_id, row.employer_id, row.placement_id, row.student_id)
    return Request(row.id, *about, row.region, asked, steps, row.version)
