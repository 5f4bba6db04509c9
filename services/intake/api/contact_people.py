"""Contact people of employers who ask to be forgotten, and the proof that they were."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.intake.api.callers import SCHOOLS_AND_REGIONS, Acting
from services.intake.api.employers import kept_employer
from services.intake.domain.contact_person import EraseContactPerson
from services.intake.domain.erasure import ErasureReason
from services.intake.domain.fields import examples
from services.intake.domain.likeness import Traits
from services.intake.domain.rights import Viewer
from services.intake.forgetting import forget_contact
from services.intake.store import DuplicateStore, EmployerStore, ErasedContactStore
from services.intake.store.acting import Capacity, acting_as
from shared.api import Page, PageQuery, Resource
from shared.security import Role
from shared.unit_of_work import Work

router = APIRouter(tags=["privacy"], dependencies=[SCHOOLS_AND_REGIONS])


class ErasedContactResource(Resource):
    """That a contact person was erased: who did it, when, how much; not whom."""

    model_config = examples(
        {
            "id": "01920000-0000-7000-8000-0000000000a1",
            "employerId": "01920000-0000-7000-8000-00000000000e",
            "reason": "asked",
            "role": "coordinator",
            "author": "coordinator-1",
            "rowCount": 3,
            "erasedAt": "2026-11-02T09:00:00Z",
        }
    )

    id: UUID
    employer_id: UUID
    reason: ErasureReason
    role: str = Field(description="In which role it was done.")
    author: str = Field(description="Who did it, as the token says.")
    row_count: int = Field(description="Records from which the person was taken out; 0: nobody was found so named.")
    erased_at: datetime


@router.post("/employers/{employer_id}/contact-persons/_erase", summary="Forget a contact person")
async def erase_contact_person(
    employer_id: UUID, body: EraseContactPerson, viewer: Acting, work: Work
) -> ErasedContactResource:
    """For who may change the employer: at once out of its record, its locations and what any school noted there.

    A text keeps the rest of what it says. `email` and `telephone` go wherever they stand; left out, those that stand
    with the name go, except the company's own. No import, tip or merge brings the person back; a school can, by hand.
    """
    employers = EmployerStore(work.session)
    known = await kept_employer(employers, employer_id, viewer, lock=False)
    # as imports do: first what may be the same employer, then the employer
    await DuplicateStore(work.session).one_at_a_time(Traits.of(known.facts))
    employer = await kept_employer(employers, employer_id, viewer)
    return ErasedContactResource.model_validate(
        await forget_contact(work, employer, body, _role(viewer), viewer.subject)
    )


@router.get("/employers/{employer_id}/erased-contacts", summary="Contact people who were forgotten")
async def list_erased_contacts(
    employer_id: UUID, viewer: Acting, work: Work, page: PageQuery
) -> Page[ErasedContactResource]:
    """For who may change the employer: that it was done, never whom it was about."""
    await kept_employer(EmployerStore(work.session), employer_id, viewer, lock=False)
    async with acting_as(work.session, Capacity.REGISTER):
        found = await ErasedContactStore(work.session).page(employer_id, page)
    return page.page([ErasedContactResource.model_validate(one) for one in found], lambda one: one.id)


def _role(viewer: Viewer) -> Role:
    if viewer.schools:
        return Role.COORDINATOR
    return Role.OPERATOR if viewer.operator else Role.REGIONAL_COORDINATOR
