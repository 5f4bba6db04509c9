"""Delegations: a coordinator lets a colleague act for the school, or for some of its students, until a day."""

from datetime import date, datetime
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from services.intake.api.callers import COORDINATORS, Acting, Shared
from services.intake.api.changes import created
from services.intake.days import today
from services.intake.domain.fields import examples
from services.intake.domain.people import Delegate, Delegation
from services.intake.domain.rights import Viewer
from services.intake.store import PeopleStore, StudentStore
from services.intake.store.acting import Capacity, act_as, acting_as
from shared.api import Page, PageQuery, Resource
from shared.errors import Forbidden, Invalid, NotFound
from shared.events.codes import Code
from shared.idempotency import ONCE
from shared.ids import new_id
from shared.security import requires
from shared.unit_of_work import UnitOfWork, Work

DELEGATES_SCOPE = "intake:delegates:read"

router = APIRouter(prefix="/delegations", tags=["people"])


class DelegationResource(Resource):
    """Somebody acts for a school, or for some of its students."""

    model_config = examples(
        {
            "id": "01920000-0000-7000-8000-00000000000c",
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "email": "collega@school.example",
            "studentIds": [],
            "fromDate": "2026-09-07",
            "untilDate": "2026-10-30",
            "reason": "leave",
            "givenBy": "coordinator-1",
            "endedAt": None,
            "holds": True,
        }
    )

    id: UUID
    school_id: UUID
    email: str
    student_ids: tuple[UUID, ...] = Field(description="Empty: the whole school.")
    from_date: date
    until_date: date
    reason: Code
    given_by: str
    ended_at: datetime | None
    holds: bool = Field(description="Whether it counts today.")

    @classmethod
    def of(cls, delegation: Delegation) -> "DelegationResource":
        """For the school that gave it, and for who was given it."""
        facts = delegation.facts
        return cls(
            id=delegation.id,
            school_id=delegation.school_id,
            email=facts.email,
            student_ids=facts.student_ids,
            from_date=delegation.from_date,
            until_date=facts.until_date,
            reason=facts.reason,
            given_by=delegation.given_by,
            ended_at=delegation.ended_at,
            holds=delegation.holds_on(today()),
        )


class DelegateResource(Resource):
    """Whom another service is to take for a coordinator of the school, or of some of its students."""

    model_config = examples({"email": "collega@school.example", "studentIds": []})

    email: str
    student_ids: tuple[UUID, ...] = Field(description="Empty: the whole school.")


@router.post("", status_code=201, summary="Delegate", dependencies=[COORDINATORS, ONCE])
async def delegate(
    body: Delegate, viewer: Acting, work: Work, shared: Shared, response: Response
) -> DelegationResource:
    """The colleague acts from the first day through the last; nothing that was lent can be lent on."""
    school = _own_school(viewer, body.school_id)
    delegation = Delegation(new_id(), school, body, body.from_date or today(), viewer.subject)
    delegation.must_be_sensible(viewer.email, today())
    await _require_students_of(work, viewer, school, body.student_ids)
    await PeopleStore(work.session).delegate(delegation)
    await work.announce(delegation.changed(), dataref=shared.delegate(delegation.id))
    created(response, shared.location("delegations", delegation.id))
    return DelegationResource.of(delegation)


@router.get("", summary="Delegations given and received", dependencies=[COORDINATORS])
async def list_delegations(viewer: Acting, work: Work, page: PageQuery) -> Page[DelegationResource]:
    """Those of the caller's schools, and those that the caller was given; also what is over."""
    found = await PeopleStore(work.session).delegations(viewer, page)
    return page.page([DelegationResource.of(one) for one in found], lambda one: one.id)


@router.get("/{delegation_id}", summary="One delegation", dependencies=[COORDINATORS])
async def read_delegation(delegation_id: UUID, viewer: Acting, work: Work) -> DelegationResource:
    """As it stands in the list."""
    return DelegationResource.of(await PeopleStore(work.session).delegation(delegation_id, viewer))


@router.get(
    "/{delegation_id}/delegate",
    summary="Who acts for whom, for another service",
    dependencies=[requires(scope=DELEGATES_SCOPE)],
)
async def read_delegate(delegation_id: UUID, work: Work) -> DelegateResource:
    """For machines with the scope `intake:delegates:read`: 404 says that it was taken back."""
    await act_as(work.session, Capacity.MATCHING)
    facts = (await PeopleStore(work.session).standing(delegation_id)).facts
    return DelegateResource(email=facts.email, student_ids=facts.student_ids)


@router.post("/{delegation_id}/_end", summary="A delegation ends now", dependencies=[COORDINATORS])
async def end_delegation(delegation_id: UUID, viewer: Acting, work: Work, shared: Shared) -> DelegationResource:
    """By any coordinator of the school, or by who was given it; it counts no more from the next call on."""
    people = PeopleStore(work.session)
    await people.delegation(delegation_id, viewer)
    async with acting_as(work.session, Capacity.REGISTER):  # who was given it does not work for the school
        ended = await people.end(delegation_id)
        await work.announce(ended.changed(), dataref=shared.delegate(delegation_id))
    return DelegationResource.of(ended)


def _own_school(viewer: Viewer, wanted: UUID | None) -> UUID:
    if wanted is None and len(viewer.own_schools) == 1:
        return next(iter(viewer.own_schools))
    school = viewer.acting_school(wanted, "/schoolId")
    if school not in viewer.own_schools:
        raise Forbidden("what was lent to you, you cannot lend on")
    return school


async def _require_students_of(work: UnitOfWork, viewer: Viewer, school: UUID, ids: tuple[UUID, ...]) -> None:
    """Raise `Invalid` for a student that is not one of the school's."""
    students = StudentStore(work.session)
    for at, student_id in enumerate(ids):
        try:
            found = (await students.read(student_id, viewer)).school_id
        except NotFound:
            found = None
        if found != school:
            raise Invalid(f"/studentIds/{at}", "is no student of that school")
