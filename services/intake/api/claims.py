"""Claims: who approaches an employer now, so that nobody calls it twice; others ask to join."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.intake.api.callers import COORDINATORS, SCHOOLS_AND_REGIONS, Acting, Shared
from services.intake.api.changes import created
from services.intake.claiming import end_claim, keep_claim
from services.intake.days import today
from services.intake.domain.claim import (
    AskToJoin,
    Claim,
    ClaimEmployer,
    ClaimState,
    Join,
    JoinState,
)
from services.intake.domain.fields import examples
from services.intake.domain.rights import Viewer
from services.intake.store import ClaimStore, EmployerStore, SchoolStore, StudentStore
from shared.api import Page, PageQuery, Resource
from shared.errors import Forbidden, NotFound
from shared.events.codes import Code
from shared.idempotency import ONCE
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(tags=["claims"], dependencies=[SCHOOLS_AND_REGIONS])


class JoinResource(Resource):
    """A school that asks to approach the employer too."""

    model_config = examples(
        {
            "schoolId": "01920000-0000-7000-8000-00000000000b",
            "schoolName": "VSO De Polder",
            "coach": "stage@depolder.example",
            "state": "asked",
            "message": "Zullen we samen gaan?",
            "askedAt": "2026-09-15T08:30:00Z",
        }
    )

    school_id: UUID
    school_name: str | None
    coach: str | None
    state: JoinState
    message: str | None = Field(description="Seen by the two schools.")
    asked_at: datetime

    @classmethod
    def of(cls, join: Join, names: Mapping[UUID, str], *, own: bool) -> "JoinResource":
        """As this caller sees it."""
        return cls(
            school_id=join.school_id,
            school_name=names.get(join.school_id),
            coach=join.coach,
            state=join.state,
            message=join.message if own else None,
            asked_at=join.asked_at,
        )


class ClaimResource(Resource):
    """A school that approaches an employer; for which student, only that school sees."""

    model_config = examples(
        {
            "id": "01920000-0000-7000-8000-0000000000c2",
            "employerId": "01920000-0000-7000-8000-00000000000e",
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "schoolName": "Praktijkschool De Horizon",
            "coach": "stage@dehorizon.example",
            "purpose": "places",
            "sinceDate": "2026-09-14",
            "untilDate": "2026-09-28",
            "state": "standing",
            "joins": [],
            "studentId": None,
        }
    )

    id: UUID
    employer_id: UUID
    school_id: UUID
    school_name: str | None
    coach: str | None = Field(description="The work address of who claimed it.")
    purpose: Code
    since_date: date
    until_date: date = Field(description="The last day; a contact that is logged moves it.")
    state: ClaimState
    joins: list[JoinResource]
    student_id: UUID | None = Field(description="The own school's only.")

    @classmethod
    def of(cls, claim: Claim, names: Mapping[UUID, str], viewer: Viewer) -> "ClaimResource":
        """As this caller sees it."""
        own = claim.is_of(viewer)
        return cls(
            id=claim.id,
            employer_id=claim.employer_id,
            school_id=claim.school_id,
            school_name=names.get(claim.school_id),
            coach=claim.coach,
            purpose=claim.purpose,
            since_date=claim.since,
            until_date=claim.until,
            state=claim.state,
            joins=[JoinResource.of(j, names, own=own or j.school_id in viewer.schools) for j in claim.joins],
            student_id=claim.student_id if own else None,
        )


class ClaimMark(Resource):
    """On an employer: who approaches it now."""

    model_config = examples(
        {
            "id": "01920000-0000-7000-8000-0000000000c2",
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "schoolName": "Praktijkschool De Horizon",
            "coach": "stage@dehorizon.example",
            "sinceDate": "2026-09-14",
            "untilDate": "2026-09-28",
        }
    )

    id: UUID
    school_id: UUID
    school_name: str | None
    coach: str | None
    since_date: date
    until_date: date


async def marks(work: UnitOfWork, employer_ids: Collection[UUID]) -> dict[UUID, ClaimMark]:
    """Who approaches which of these employers."""
    standing = await ClaimStore(work.session).standing_on(employer_ids)
    names = await SchoolStore(work.session).names({claim.school_id for claim in standing.values()})
    return {
        employer_id: ClaimMark(
            id=claim.id,
            school_id=claim.school_id,
            school_name=names.get(claim.school_id),
            coach=claim.coach,
            since_date=claim.since,
            until_date=claim.until,
        )
        for employer_id, claim in standing.items()
    }


async def shown(work: UnitOfWork, found: Sequence[Claim], viewer: Viewer) -> list[ClaimResource]:
    """Claims with the names of their schools."""
    schools = {school for claim in found for school in (claim.school_id, *(join.school_id for join in claim.joins))}
    names = await SchoolStore(work.session).names(schools)
    return [ClaimResource.of(claim, names, viewer) for claim in found]


@router.post(
    "/employers/{employer_id}/claims",
    status_code=201,
    summary="Claim an employer before approaching it",
    dependencies=[COORDINATORS, ONCE],
)
async def claim_employer(
    employer_id: UUID, body: ClaimEmployer, viewer: Acting, work: Work, shared: Shared, response: Response
) -> ClaimResource:
    """For a while nobody else claims it; 409 says which school and coach do, since when and until when."""
    employer = await EmployerStore(work.session).get(employer_id, viewer, lock=True)
    school = viewer.acting_school(body.school_id, "/schoolId")
    await _require_own(work, body.student_id, school, viewer)
    if (standing := await ClaimStore(work.session).standing_at(employer.id)) is not None:
        names = await SchoolStore(work.session).names([standing.school_id])
        raise standing.refused(names.get(standing.school_id))
    new = Claim(
        id=new_id(),
        employer_id=employer.id,
        school_id=school,
        author=viewer.subject,
        coach=viewer.email or None,
        purpose=body.purpose,
        student_id=body.student_id,
        since=today(),
        days=body.days,
        until=today(),
    )
    claim = await keep_claim(work, new.renewed(today()))
    created(response, shared.location("claims", claim.id))
    return (await shown(work, [claim], viewer))[0]


async def _require_own(work: UnitOfWork, student_id: UUID | None, school_id: UUID, viewer: Viewer) -> None:
    """Raise `NotFound` for a student of another school than the one that claims."""
    if student_id is not None and (await StudentStore(work.session).read(student_id, viewer)).school_id != school_id:
        raise NotFound("student")


@router.get("/employers/{employer_id}/claims", summary="Claims of an employer")
async def list_claims_of_employer(
    employer_id: UUID, viewer: Acting, work: Work, page: PageQuery
) -> Page[ClaimResource]:
    """Who approaches it or did, oldest first."""
    employer = await EmployerStore(work.session).get(employer_id, viewer)
    found = await ClaimStore(work.session).page_at(employer.id, page)
    return page.page(await shown(work, found, viewer), lambda claim: claim.id)


@router.get("/claims", summary="List claims of the own schools", dependencies=[COORDINATORS])
async def list_claims(
    viewer: Acting,
    work: Work,
    page: PageQuery,
    mine: Annotated[bool, Query(description="Only those that the caller made.")] = False,
    state: Annotated[ClaimState | None, Query()] = None,
) -> Page[ClaimResource]:
    """What the own schools approach, with who asks to join, and what they asked to join."""
    found = await ClaimStore(work.session).page_of_schools(viewer, page, state, mine=mine)
    return page.page(await shown(work, found, viewer), lambda claim: claim.id)


@router.get("/claims/{claim_id}", summary="One claim")
async def read_claim(claim_id: UUID, viewer: Acting, work: Work) -> ClaimResource:
    """One claim of an employer that the caller may know of."""
    return (await shown(work, [await ClaimStore(work.session).get(claim_id, viewer)], viewer))[0]


@router.post("/claims/{claim_id}/_join", summary="Ask to join a claim", dependencies=[COORDINATORS])
async def ask_to_join(claim_id: UUID, body: AskToJoin, viewer: Acting, work: Work) -> ClaimResource:
    """Another school asks to approach the employer together; the school that claimed it answers."""
    school = viewer.acting_school(body.school_id, "/schoolId")
    claim = await ClaimStore(work.session).get(claim_id, viewer, lock=True)
    asked, event = claim.asked(Join(school, viewer.email or None, body.message, asked_at=datetime.now(UTC)))
    await ClaimStore(work.session).save(asked)
    await work.announce(event)
    return (await shown(work, [asked], viewer))[0]


@router.post("/claims/{claim_id}/joins/{school_id}/_accept", summary="Let a school join", dependencies=[COORDINATORS])
async def accept_join(claim_id: UUID, school_id: UUID, viewer: Acting, work: Work) -> ClaimResource:
    """From now on the contacts of both schools keep the claim up."""
    claim = await ClaimStore(work.session).get(claim_id, viewer, lock=True)
    joined = await keep_claim(work, claim.answered(school_id, JoinState.ACCEPTED, viewer))
    return (await shown(work, [joined], viewer))[0]


@router.post("/claims/{claim_id}/joins/{school_id}/_refuse", summary="Let a school wait", dependencies=[COORDINATORS])
async def refuse_join(claim_id: UUID, school_id: UUID, viewer: Acting, work: Work) -> ClaimResource:
    """The school may ask again later."""
    claim = await ClaimStore(work.session).get(claim_id, viewer, lock=True)
    refused = claim.answered(school_id, JoinState.REFUSED, viewer)
    await ClaimStore(work.session).save(refused)
    return (await shown(work, [refused], viewer))[0]


@router.post("/claims/{claim_id}/_release", summary="Let go of an employer")
async def release_claim(claim_id: UUID, viewer: Acting, work: Work) -> ClaimResource:
    """For the school that claimed it, and who looks after its region; others can claim it at once."""
    claim = await ClaimStore(work.session).get(claim_id, viewer, lock=True)
    employer = await EmployerStore(work.session).get(claim.employer_id, viewer)
    if not (claim.is_of(viewer) or viewer.governs(employer.situation.region)):
        raise Forbidden("the school that claimed the employer lets go of it")
    released = await end_claim(work, claim, ClaimState.RELEASED)
    return (await shown(work, [released], viewer))[0]
