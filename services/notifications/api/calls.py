"""Calls for help: intermediaries look at them and answer, coordinators see how far they have come."""

from datetime import date, datetime
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import AfterValidator, ConfigDict, Field

from services.notifications import calling
from services.notifications.api.callers import recipient_of
from services.notifications.domain.calls import Call, CallState, band, may_be_seen_by
from services.notifications.domain.recipients import Recipient
from services.notifications.store import CallStore, DeskStore, SurroundingsStore
from services.notifications.store.calls import GivenAnswer, asked_of, everywhere, of_regions, the_one
from services.notifications.store.desks import WrittenTo
from shared.api import Body, Page, PageQuery, Resource, ShortText, without_bsn
from shared.errors import NotFound
from shared.events.codes import Code, IntermediaryKind, PlacementKind, Region
from shared.events.notifications import SuggestedEmployer
from shared.security import Caller, Principal, Role, requires
from shared.unit_of_work import UnitOfWork, Work

READERS = (Role.INTERMEDIARY, Role.COORDINATOR, Role.REGIONAL_COORDINATOR, Role.OPERATOR)

router = APIRouter(prefix="/v1/calls", tags=["calls for help"], dependencies=[requires(*READERS)])

_EMPLOYER: dict[str, Any] = {
    "name": "Bakkerij De Korst",
    "kvkNumber": "01234567",
    "sector": "horeca",
    "postcode": "1315 AB",
    "place": "Almere",
    "website": "https://dekorst.example",
}
_ANSWER: dict[str, Any] = {
    "id": "0198d3f2-7c1e-7a50-8a4e-0d2f6f1c9b13",
    "callId": "0198d3f2-7c1e-7a50-8a4e-0d2f6f1c9b11",
    "intermediary": "wsp",
    "outcome": "answered",
    "employer": _EMPLOYER,
    "reason": None,
    "answeredAt": "2026-09-02T09:30:00Z",
}
_CALL: dict[str, Any] = {
    "id": "0198d3f2-7c1e-7a50-8a4e-0d2f6f1c9b11",
    "region": "AM11",
    "kindOfWork": "horeca",
    "placementKind": "internship",
    "sinceDate": "2026-09-02",
    "searching": "5-9",
    "state": "open",
    "asked": [{"intermediary": "wsp", "askedAt": "2026-09-02T08:00:00Z", "remindedAt": ["2026-09-05T08:00:00Z"]}],
    "desks": [
        {
            "deskId": "0198d3f2-7c1e-7a50-8a4e-0d2f6f1c9b12",
            "name": "WSP Flevoland",
            "intermediary": "wsp",
            "reminder": 0,
            "state": "sent",
            "at": "2026-09-02T08:00:00Z",
        }
    ],
    "answers": [_ANSWER],
    "studentIds": [],
}


Website = Annotated[str, Field(max_length=200, pattern=r"^https?://"), AfterValidator(without_bsn)]


class NamedEmployer(Body):
    """An employer worth a call: an organisation, never a person."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EMPLOYER]})

    name: ShortText
    kvk_number: Annotated[str, Field(pattern=r"^\d{8}$")] | None = None
    sector: Code | None = None
    postcode: Annotated[str, Field(pattern=r"^[1-9]\d{3} ?[A-Z]{2}$")] | None = None
    place: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(without_bsn)] | None = None
    website: Website | None = None


class AnswerCall(Body):
    """Name an employer in answer to a call."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"employer": _EMPLOYER}]})

    employer: NamedEmployer


class DeclineCall(Body):
    """Say that you know nobody this time."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "nobody-known"}]})

    reason: Code = "nobody-known"


class AskedShown(Resource):
    """A kind of intermediary that was asked, and when; `remindedAt`: when those of it who were silent were."""

    intermediary: IntermediaryKind
    asked_at: datetime
    reminded_at: list[datetime]


class DeskAskedShown(Resource):
    """A letter to an intermediary without a system; `reminder` 0 is the first."""

    desk_id: UUID
    name: str
    intermediary: IntermediaryKind
    reminder: int
    state: str
    at: datetime

    @classmethod
    def of(cls, letter: WrittenTo) -> Self:
        """For the region's coordinators; the address is not shown."""
        return cls(intermediary=IntermediaryKind(letter.kind), **{n: v for n, v in vars(letter).items() if n != "kind"})


class AnswerShown(Resource):
    """What an intermediary said."""

    model_config = ConfigDict(json_schema_extra={"examples": [_ANSWER]})

    id: UUID
    call_id: UUID
    intermediary: IntermediaryKind
    outcome: str
    employer: SuggestedEmployer | None
    reason: str | None
    answered_at: datetime

    @classmethod
    def of(cls, given: GivenAnswer) -> Self:
        """As who may see it sees it."""
        return cls(
            id=given.id,
            call_id=given.call_id,
            intermediary=IntermediaryKind(given.kind),
            outcome=given.outcome,
            employer=SuggestedEmployer.model_validate(given.employer) if given.employer else None,
            reason=given.reason,
            answered_at=given.at,
        )


class CallShown(Resource):
    """A call for help. `studentIds` are those of your own school, `answers` your own if you are an intermediary.

    `desks`: intermediaries that were written to, for the region's coordinators.
    """

    model_config = ConfigDict(json_schema_extra={"examples": [_CALL]})

    id: UUID
    region: Region
    kind_of_work: Code | None
    placement_kind: PlacementKind | None
    since_date: date
    searching: str
    state: CallState
    asked: list[AskedShown]
    desks: list[DeskAskedShown]
    answers: list[AnswerShown]
    student_ids: list[UUID]


@router.get("")
async def list_calls(caller: Caller, work: Work, page: PageQuery) -> Page[CallShown]:
    """Calls that your organisation was asked, or that concern your region."""
    calls = CallStore(work.session)
    found = await calls.page(await _seen_by(caller, work), page.after_id, page.limit)
    return page.page([await _shown(each, caller, work) for each in found], lambda last: last.id)


@router.get("/{call_id}")
async def read_call(call_id: UUID, caller: Caller, work: Work) -> CallShown:
    """One call."""
    return await _shown(await _visible(call_id, caller, work), caller, work)


@router.post("/{call_id}/_answer", status_code=201, dependencies=[requires(Role.INTERMEDIARY)])
async def answer_call(call_id: UUID, body: AnswerCall, caller: Caller, work: Work) -> AnswerShown:
    """Name an employer (H1): it becomes a tip of the region. Naming the same one twice counts once."""
    recipient = recipient_of(caller)
    call = await _asked(call_id, recipient, work)
    employer = SuggestedEmployer.model_validate(body.employer.model_dump())
    return AnswerShown.of(await calling.name_employer(work, call, caller.subject, recipient.kind, employer))


@router.post("/{call_id}/_take", status_code=201, dependencies=[requires(Role.INTERMEDIARY)])
async def take_call(call_id: UUID, caller: Caller, work: Work) -> AnswerShown:
    """Say that you look for an employer: the schools see it, and you are not reminded."""
    recipient = recipient_of(caller)
    call = await _asked(call_id, recipient, work)
    return AnswerShown.of(await calling.take(work, call, caller.subject, recipient.kind))


@router.post("/{call_id}/_decline", status_code=201, dependencies=[requires(Role.INTERMEDIARY)])
async def decline_call(call_id: UUID, body: DeclineCall, caller: Caller, work: Work) -> AnswerShown:
    """Say that you know nobody this time; you can still answer later."""
    recipient = recipient_of(caller)
    call = await _asked(call_id, recipient, work)
    return AnswerShown.of(await calling.decline(work, call, caller.subject, recipient.kind, body.reason))


async def _asked(call_id: UUID, recipient: Recipient, work: UnitOfWork) -> Call:
    """A call that went to an organisation of this kind and area; to all others there is none."""
    call = await CallStore(work.session).find(call_id, lock=True)
    if call is None or not may_be_seen_by(call, recipient.kind, recipient.regions):
        raise NotFound("call")
    return call


async def _visible(call_id: UUID, caller: Principal, work: UnitOfWork) -> Call:
    seen = await _seen_by(caller, work) & the_one(call_id)
    found = await CallStore(work.session).page(seen, None, 1)
    if not found:
        raise NotFound("call")
    return found[0]


async def _seen_by(caller: Principal, work: UnitOfWork) -> Any:
    """Which calls a caller may see at all, as a condition on their rows."""
    if caller.has(Role.OPERATOR):
        return everywhere()
    if caller.has(Role.INTERMEDIARY):
        recipient = recipient_of(caller)
        return asked_of(recipient.kind, sorted(recipient.regions))
    regions = set(caller.regions) if caller.has(Role.REGIONAL_COORDINATOR) else set()
    if caller.has(Role.COORDINATOR):
        regions |= await SurroundingsStore(work.session).regions_of(caller.schools)
    return of_regions(sorted(regions))


async def _shown(call: Call, caller: Principal, work: UnitOfWork) -> CallShown:
    outside = caller.has(Role.INTERMEDIARY) and not caller.has(Role.OPERATOR)
    calls = CallStore(work.session)
    answers = await calls.answers_to([call.id], caller.subject if outside else None)
    letters = [] if outside else await DeskStore(work.session).written_to(call.id)
    students = [] if outside else await calls.students_of_schools(call.id, caller.schools)
    return CallShown(
        id=call.id,
        region=call.key.region,
        kind_of_work=call.key.sector,
        placement_kind=call.key.placement_kind,
        since_date=call.since_date,
        searching=band(call.searching),
        state=call.state,
        asked=[AskedShown(intermediary=e.kind, asked_at=e.at, reminded_at=list(e.reminded)) for e in call.asked],
        desks=[DeskAskedShown.of(letter) for letter in letters],
        answers=[AnswerShown.of(each) for each in answers.get(call.id, [])],
        student_ids=students,
    )
