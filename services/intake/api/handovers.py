"""The warm hand-over: schools let a municipality fetch the file of a resident who leaves, and see that it did."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.intake.api.callers import Acting, Shared
from services.intake.api.changes import created
from services.intake.days import today
from services.intake.domain.fields import examples
from services.intake.domain.ground import LegalGround
from services.intake.domain.handover import Fetch, HandOver, Handover, Part
from services.intake.domain.student import TravelMode, Wish
from services.intake.domain.student_facts import PracticeCertificate
from services.intake.handing_over import fetch, hand_over
from services.intake.store import HandoverStore, StudentStore
from services.intake.store.acting import Capacity, acting_as
from shared.api import Page, PageQuery, Resource
from shared.errors import Forbidden, NotFound
from shared.events.codes import Code, Guidance, IntermediaryKind, Municipality, OutflowProfile, PlacementKind
from shared.idempotency import ONCE
from shared.security import Caller, Intermediary, Role, requires
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(tags=["hand-over"])

MUNICIPALITIES = requires(Role.INTERMEDIARY)

_IDS = {
    "id": "01920000-0000-7000-8000-0000000000b7",
    "studentId": "01920000-0000-7000-8000-000000000001",
    "municipality": "GM0995",
    "legalGround": "consent",
    "parts": ["direction", "guidance", "wishes"],
}


async def _municipality(caller: Caller) -> Intermediary:
    if caller.intermediary is None or caller.intermediary.kind is not IntermediaryKind.MUNICIPALITY:
        raise Forbidden("a hand-over is fetched by the municipality in which the student lives")
    return caller.intermediary


Receiving = Annotated[Intermediary, Depends(_municipality)]


class FetchResource(Resource):
    """That a file was fetched."""

    oin: str | None
    subject: str
    fetched_at: datetime

    @classmethod
    def of(cls, found: Fetch) -> "FetchResource":
        """For the own school."""
        return cls(oin=found.oin, subject=found.subject, fetched_at=found.fetched_at)


class HandoverResource(Resource):
    """A file that a municipality may fetch, and who did."""

    model_config = examples(
        _IDS
        | {
            "groundId": "01920000-0000-7000-8000-00000000000f",
            "fields": ["givenName", "familyName", "birthDate"],
            "recordedAt": "2026-06-15T09:12:00Z",
            "fetches": [
                {"oin": "00000099000000000002", "subject": "gemeente-lelystad", "fetchedAt": "2026-06-16T07:30:00Z"}
            ],
        }
    )

    id: UUID
    student_id: UUID
    municipality: Municipality
    ground_id: UUID
    legal_ground: LegalGround
    parts: tuple[Part, ...]
    fields: tuple[str, ...]
    recorded_at: datetime
    fetches: list[FetchResource]


class WaitingHandover(Resource):
    """That a file can be fetched: not yet of whom."""

    model_config = examples(
        {"id": _IDS["id"], "municipality": _IDS["municipality"], "recordedAt": "2026-06-15T09:12:00Z"}
    )

    id: UUID
    municipality: Municipality
    recorded_at: datetime


class DonePlacement(Resource):
    """A kind of work that was done."""

    kind: PlacementKind
    sector: Code
    begin_date: date
    end_date: date | None


class HandoverFile(Resource):
    """What a municipality gets of a resident: what is not carried by its ground is left out."""

    model_config = examples(
        {
            "id": _IDS["id"],
            "legalGround": "consent",
            "givenName": "Sam",
            "familyName": "de Boer",
            "birthDate": "2009-05-17",
            "postcode": "8232VT",
            "schoolName": "Praktijkschool De Horizon",
            "leavingDate": "2027-07-16",
            "outflowProfile": "work",
            "guidanceNeed": "limited",
            "hasJobcoach": False,
        }
    )

    id: UUID
    legal_ground: LegalGround
    given_name: str
    family_name: str
    birth_date: date
    postcode: str | None
    school_name: str | None
    leaving_date: date | None = None
    outflow_profile: OutflowProfile | None = None
    guidance_need: Guidance | None = None
    has_jobcoach: bool | None = None
    wishes: list[Wish] | None = None
    travel_mode: TravelMode | None = None
    certificates: tuple[Code, ...] | None = None
    practice_certificates: list[PracticeCertificate] | None = None
    placements: list[DonePlacement] | None = None


@router.post(
    "/students/{student_id}/handovers",
    status_code=201,
    summary="Hand a student over to the municipality",
    dependencies=[ONCE],
)
async def make_handover(
    student_id: UUID, body: HandOver, viewer: Acting, work: Work, shared: Shared, response: Response
) -> HandoverResource:
    """The municipality in which the student lives can fetch the file, while a ground for `warm-transfer` to it holds.

    409 without one. Some parts go with consent only.
    """
    student = await StudentStore(work.session).change(student_id, viewer)
    viewer.must_work_at(student.school_id)
    made = await hand_over(work, student, body, viewer.subject)
    created(response, shared.location(f"students/{student.id}/handovers", made.id))
    return (await _shown(work, [made]))[0]


@router.get("/students/{student_id}/handovers", summary="The hand-overs of a student")
async def list_of_student(student_id: UUID, viewer: Acting, work: Work, page: PageQuery) -> Page[HandoverResource]:
    """What may be fetched, and who fetched it when."""
    student = await StudentStore(work.session).read(student_id, viewer)
    viewer.must_work_at(student.school_id)
    found = await HandoverStore(work.session).page(student_id, page)
    return page.page(await _shown(work, found), lambda one: one.id)


@router.get("/students/{student_id}/handovers/{handover_id}", summary="One hand-over of a student")
async def read_of_student(student_id: UUID, handover_id: UUID, viewer: Acting, work: Work) -> HandoverResource:
    """What may be fetched, and who fetched it when."""
    student = await StudentStore(work.session).read(student_id, viewer)
    viewer.must_work_at(student.school_id)
    found = await HandoverStore(work.session).get(handover_id, viewer)
    if found.student_id != student.id:
        raise NotFound("handover")
    return (await _shown(work, [found]))[0]


@router.get("/handovers", summary="What a municipality can fetch", dependencies=[MUNICIPALITIES])
async def list_waiting(municipality: Receiving, work: Work, page: PageQuery) -> Page[WaitingHandover]:
    """The files of its own residents whose ground holds today, without saying whose."""
    async with acting_as(work.session, Capacity.REGISTER):
        store = HandoverStore(work.session)
        found = await store.page_of_residents(municipality.municipalities, today(), page)
    return page.page([WaitingHandover.model_validate(one) for one in found], lambda one: one.id)


@router.get(
    "/handovers/{handover_id}",
    summary="Fetch a file",
    dependencies=[MUNICIPALITIES],
    response_model_exclude_unset=True,
)
async def fetch_file(handover_id: UUID, municipality: Receiving, caller: Caller, work: Work) -> HandoverFile:
    """Kept with who fetched it when; 410 once the ground is withdrawn or has run out, 404 for no resident."""
    async with acting_as(work.session, Capacity.REGISTER):
        handover, known = await fetch(work, handover_id, municipality, caller.subject)
    return HandoverFile(id=handover.id, legal_ground=handover.legal_ground, **known)


async def _shown(work: UnitOfWork, found: Sequence[Handover]) -> list[HandoverResource]:
    fetches = await HandoverStore(work.session).fetches([one.id for one in found])
    names = ("id", "student_id", "municipality", "ground_id", "legal_ground", "parts", "recorded_at")
    return [
        HandoverResource(
            **{name: getattr(one, name) for name in names},
            fields=tuple(_camel(name) for name in one.fields),
            fetches=[FetchResource.of(each) for each in fetches[one.id]],
        )
        for one in found
    ]


def _camel(name: str) -> str:
    return str(HandoverFile.model_fields[name].alias)
