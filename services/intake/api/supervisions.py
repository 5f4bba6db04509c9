"""Who guides a student at a placement; the own school's, and what a job coach must know of it."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.intake.api.callers import Acting
from services.intake.api.changes import IfMatch, must_match, tagged
from services.intake.days import today
from services.intake.domain.coach import Coach
from services.intake.domain.fields import examples
from services.intake.domain.offer_details import GuidanceForm
from services.intake.domain.placement import Placement
from services.intake.domain.placement_states import Act
from services.intake.domain.rights import Viewer
from services.intake.domain.supervision import Rhythm, Supervise, found_in
from services.intake.store import (
    EmployerStore,
    LocationStore,
    OfferStore,
    PeopleStore,
    PlacementStore,
    StudentStore,
    SupervisionStore,
)
from services.intake.store.students import Action
from shared.api import Resource
from shared.errors import NotFound
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(prefix="/placements/{placement_id}/supervision", tags=["placements"])


class SupervisionResource(Resource):
    """Who guides a student at a placement."""

    model_config = examples(
        {
            "supervisor": "T. de Wit",
            "suits": "Rustig en duidelijk: geeft één opdracht tegelijk.",
            "forms": ["employer", "jobcoach"],
            "rhythm": "weekly",
            "coach": {"name": "M. Visser", "email": "m.visser@school.example"},
            "jobcoach": {"name": "J. Bakker", "email": "j.bakker@gemeente.example"},
        }
    )

    supervisor: str | None = Field(description="At the employer.")
    suits: str | None = Field(description="How supervisor and student suit; null for a job coach.")
    forms: Annotated[tuple[GuidanceForm, ...], Field(description="Who guides, and how.")]
    rhythm: Rhythm | None
    coach: Coach | None = Field(description="Of the school.")
    jobcoach: Coach | None = Field(description="From outside, as assigned to the student.")


@router.put("", summary="Say who guides the student there")
async def supervise(
    placement_id: UUID,
    body: Supervise,
    viewer: Acting,
    work: Work,
    response: Response,
    if_match: IfMatch = None,
) -> SupervisionResource:
    """The supervisor is one of the contact persons of the employer, or of the location where the place is."""
    placement = await PlacementStore(work.session).get(placement_id, viewer, lock=True)
    placement.after(Act.SUPERVISE, today())
    store = SupervisionStore(work.session)
    if (known := await store.of(placement_id)) is not None:
        must_match(if_match, known)
    body = await _named_as_known(work, placement, body)
    await StudentStore(work.session).change(placement.student_id, viewer)
    await store.save(placement, body, viewer.subject)
    tagged(response, body)
    return await _shown(work, placement, body, viewer)


@router.get("", summary="Who guides the student there")
async def read_supervision(placement_id: UUID, viewer: Acting, work: Work, response: Response) -> SupervisionResource:
    """404 while it was not said."""
    placement = await PlacementStore(work.session).get(placement_id, viewer)
    if (known := await SupervisionStore(work.session).of(placement_id)) is None:
        raise NotFound("supervision")
    await StudentStore(work.session).log([placement.student_id], viewer.subject, Action.PLACEMENT_READ)
    tagged(response, known)
    return await _shown(work, placement, known, viewer)


async def _shown(work: UnitOfWork, placement: Placement, facts: Supervise, viewer: Viewer) -> SupervisionResource:
    own = viewer.works_for(placement.school_id, placement.student_id)
    return SupervisionResource(
        supervisor=facts.supervisor,
        suits=facts.suits if own else None,
        forms=facts.forms,
        rhythm=facts.rhythm,
        coach=placement.coach,
        jobcoach=await _jobcoach(work, placement),
    )


async def _jobcoach(work: UnitOfWork, placement: Placement) -> Coach | None:
    """Whoever guides today: one whose last day has passed does not."""
    assigned = await PeopleStore(work.session).jobcoach_of(placement.student_id)
    if assigned is None or assigned.until_date < today():
        return None
    return Coach(name=assigned.name, email=assigned.email)


async def _named_as_known(work: UnitOfWork, placement: Placement, body: Supervise) -> Supervise:
    if body.supervisor is None:
        return body
    employer = await EmployerStore(work.session).find(placement.employer_id)
    offer = (await OfferStore(work.session).several([placement.offer_id])).get(placement.offer_id)
    location_id = offer.facts.location_id if offer else None
    location = await LocationStore(work.session).find(location_id) if location_id else None
    people = [
        *(location.facts.contact_persons if location else ()),
        *(employer.facts.contact_persons if employer else ()),
    ]
    person = found_in(people, body.supervisor)
    return body.model_copy(update={"supervisor": person.name})
