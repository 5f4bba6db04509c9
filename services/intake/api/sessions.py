"""Sessions of programmes: lessons, briefings, placements and look-backs, each on its day."""

from dataclasses import replace
from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.intake.api.callers import SCHOOLS_AND_REGIONS, Acting, Shared
from services.intake.api.changes import created
from services.intake.domain.enrolment import CancelSession, PlanSession, Session
from services.intake.domain.fields import examples
from services.intake.store import ProgrammeStore
from shared.api import Page, PageQuery
from shared.errors import Invalid
from shared.idempotency import ONCE
from shared.ids import new_id
from shared.unit_of_work import Work

router = APIRouter(tags=["programmes"], dependencies=[SCHOOLS_AND_REGIONS])


class SessionResource(PlanSession):
    """A session of a programme."""

    model_config = examples(
        {
            "id": "01920000-0000-7000-8000-0000000000f1",
            "programmeId": "01920000-0000-7000-8000-0000000000a7",
            "kind": "lesson",
            "onDate": "2026-09-07",
            "begins": "09:00",
            "ends": "12:00",
            "seats": None,
            "cancelledBecause": None,
        }
    )

    id: UUID
    programme_id: UUID
    cancelled_because: str | None = Field(description="Null: it takes place.")

    @classmethod
    def of(cls, session: Session) -> "SessionResource":
        """For all schools that take part."""
        own = {name: getattr(session, name) for name in ("id", "programme_id", "cancelled_because")}
        return cls.model_construct(**dict(session.facts), **own)


@router.get("/programmes/{programme_id}/sessions", summary="The sessions of a programme")
async def list_sessions(
    programme_id: UUID,
    viewer: Acting,
    work: Work,
    page: PageQuery,
    from_date: Annotated[date | None, Query(alias="fromDate")] = None,
    to_date: Annotated[date | None, Query(alias="toDate")] = None,
) -> Page[SessionResource]:
    """The weekly ones in the order of their days, then those that were planned beside them."""
    await ProgrammeStore(work.session).get(programme_id, viewer)
    found = await ProgrammeStore(work.session).sessions(programme_id, page, from_date, to_date)
    return page.page([SessionResource.of(one) for one in found], lambda session: session.id)


@router.post(
    "/programmes/{programme_id}/sessions", status_code=201, summary="Plan one more session", dependencies=[ONCE]
)
async def plan_session(
    programme_id: UUID, body: PlanSession, viewer: Acting, work: Work, shared: Shared, response: Response
) -> SessionResource:
    """Beside the weekly ones, by who runs the programme; in the holidays, too, if that is what is meant."""
    programme = await ProgrammeStore(work.session).get(programme_id, viewer)
    programme.must_be_run_by(viewer)
    if not programme.facts.begin_date <= body.on_date <= programme.facts.end_date:
        raise Invalid("/onDate", "lies outside the programme")
    session = Session(new_id(), programme.id, body)
    await ProgrammeStore(work.session).plan([session])
    created(response, shared.location("sessions", session.id))
    return SessionResource.of(session)


@router.get("/sessions/{session_id}", summary="One session")
async def read_session(session_id: UUID, viewer: Acting, work: Work) -> SessionResource:
    """Of a programme that the caller may know of."""
    session, _ = await ProgrammeStore(work.session).session(session_id, viewer)
    return SessionResource.of(session)


@router.post("/sessions/{session_id}/_cancel", summary="A session does not take place")
async def cancel_session(session_id: UUID, body: CancelSession, viewer: Acting, work: Work) -> SessionResource:
    """By who runs the programme; said again, the last reason counts."""
    session, programme = await ProgrammeStore(work.session).session(session_id, viewer, lock=True)
    programme.must_be_run_by(viewer)
    cancelled = replace(session, cancelled_because=body.reason)
    await ProgrammeStore(work.session).plan([cancelled])
    return SessionResource.of(cancelled)
