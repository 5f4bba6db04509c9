"""What a coordinator decided about an own student and an offer, and why (not) an offer suits."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import ConfigDict, Field

from services.matching.api.callers import Viewer, Viewing, after_id, own_search
from services.matching.api.resources import OFFER, STUDENT, ReasonResource
from services.matching.api.students import StudentIsNotSearching, running_search
from services.matching.clients import Neighbours
from services.matching.domain import rules, score
from services.matching.domain.model import PinKind, SearchState
from services.matching.planning import pinning
from services.matching.planning.locks import lock
from services.matching.store.acting import plan_from_here
from services.matching.store.openings import OpeningStore
from services.matching.store.pins import KeptPin, PinStore
from services.matching.store.proposals import ProposalStore
from services.matching.store.rows import now, today
from services.matching.store.searches import SearchRecord, SearchStore
from shared.api import Body, Page, PageQuery, Resource, ShortText
from shared.errors import Invalid, NotFound
from shared.events.codes import Step
from shared.idempotency import ONCE
from shared.ids import new_id
from shared.security import Role, requires
from shared.unit_of_work import Work

router = APIRouter(tags=["pins"], dependencies=[requires(Role.COORDINATOR)])

LONGEST = timedelta(days=366)
"""A seat that is held longer is held for another school year: then it is decided anew."""

_PIN = {"offerId": OFFER, "kind": "pin", "reason": "Kennismaking was goed", "untilDate": "2027-02-01"}
_KEPT = {"id": "0192f0c1-7a00-7000-8000-000000000007", "studentId": STUDENT, **_PIN, "madeAt": "2026-11-23T10:00:00Z"}


def _example(fields: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [fields]})


class DecidePin(Body):
    """Hold a student to an offer (`pin`: nobody else gets the seat, the student nothing else), or keep them apart."""

    model_config = _example(_PIN)

    offer_id: UUID
    kind: PinKind
    reason: ShortText
    until_date: Annotated[date, Field(description="The last day on which it holds, at most a year ahead.")]


class PinResource(Resource):
    """A decision as it stands, for the student's own school."""

    model_config = _example(_KEPT)

    id: UUID
    student_id: UUID
    offer_id: UUID
    kind: PinKind
    reason: str
    until_date: date
    made_at: datetime


class ObstacleResource(Resource):
    """A rule that stands between a student and an offer, and what would help."""

    model_config = _example({"rule": "travel", "text": "Kan wel als de reistijd 40 minuten mag zijn."})

    rule: str
    text: str


class FitResource(Resource):
    """Whether an offer suits a student: what stands in the way, or else what speaks for it and against it."""

    model_config = _example(
        {
            "studentId": STUDENT,
            "offerId": OFFER,
            "possible": True,
            "step": "other-schools",
            "withinCircle": True,
            "proposed": False,
            "proposedElsewhere": True,
            "choice": 1,
            "score": 8234,
            "reasons": [
                {"factor": "wish", "points": 8000, "text": "Past bij de eerste keuze: horeca.", "direction": "plus"}
            ],
            "obstacles": [],
        }
    )

    student_id: UUID
    offer_id: UUID
    possible: Annotated[bool, Field(description="No rule is broken.")]
    step: Annotated[Step, Field(description="The circle in which the offer lies.")]
    within_circle: Annotated[bool, Field(description="Whether the search is that wide by now.")]
    proposed: bool
    proposed_elsewhere: bool
    choice: int
    score: int | None
    reasons: list[ReasonResource]
    obstacles: list[ObstacleResource]


@router.post(
    "/students/{student_id}/pins",
    status_code=201,
    summary="Hold a student to an offer, or keep them apart",
    dependencies=[ONCE],
)
async def decide_pin(student_id: UUID, body: DecidePin, viewer: Viewing, work: Work, response: Response) -> PinResource:
    """It holds until the day that is given: proposals that do not go with it are taken back at once."""
    record = await own_search(viewer, work, student_id, "pin")
    await lock(work.session, {record.region} | await OpeningStore(work.session).regions_of(offer_id=body.offer_id))
    search = await running_search(work, student_id)
    if search.state is SearchState.ON_HOLD:
        raise StudentIsNotSearching
    moment, day = await now(work.session), await today(work.session)
    if not day <= body.until_date <= day + LONGEST:
        raise Invalid("/untilDate", "is over, or more than a year ahead")
    decided = KeptPin(
        new_id(), student_id, body.offer_id, body.kind, body.reason, body.until_date, moment, viewer.subject
    )
    await pinning.pin(work, search, decided)
    neighbours: Neighbours = work.resources
    response.headers["Location"] = neighbours.address(f"pins/{decided.id}")
    return PinResource.model_validate(decided)


@router.get("/students/{student_id}/pins", summary="List what was decided about a student and offers")
async def list_pins(student_id: UUID, viewer: Viewing, work: Work, page: PageQuery) -> Page[PinResource]:
    """All that holds now."""
    await own_search(viewer, work, student_id, "pins")
    found = await PinStore(work.session).page(student_id, after=after_id(page), limit=page.limit + 1)
    return page.page([PinResource.model_validate(one) for one in found], lambda one: one.id)


@router.get("/pins/{pin_id}", summary="Read what was decided")
async def read_pin(pin_id: UUID, viewer: Viewing, work: Work) -> PinResource:
    """One decision, for the student's own school."""
    return PinResource.model_validate(await _pin(work, pin_id, viewer))


@router.delete("/pins/{pin_id}", status_code=204, summary="Take back what was decided")
async def remove_pin(pin_id: UUID, viewer: Viewing, work: Work) -> None:
    """It holds no longer: the student and the seat are looked at again."""
    pin = await _pin(work, pin_id, viewer)
    record = await own_search(viewer, work, pin.student_id, "pin")
    await lock(work.session, {record.region} | await OpeningStore(work.session).regions_of(offer_id=pin.offer_id))
    await pinning.unpin(work, await _pin(work, pin_id, viewer))


async def _own(student_id: UUID, viewer: Viewing, work: Work) -> SearchRecord:
    return await own_search(viewer, work, student_id, "fit")


@router.get("/students/{student_id}/offers/{offer_id}/fit", summary="Read why an offer suits a student, or why not")
async def read_fit(
    student_id: UUID, offer_id: UUID, _record: Annotated[SearchRecord, Depends(_own, scope="function")], work: Work
) -> FitResource:
    """Every rule that is broken, with what would help; when none is, all that speaks for the place and against it."""
    search = await running_search(work, student_id)
    await plan_from_here(work.session)
    pair = await pinning.pair_of(work, search, offer_id)
    held = [one.offer_id for one in await ProposalStore(work.session).holding(students=[student_id])]
    obstacles = list(rules.obstacles(pair))
    reasons = () if obstacles else score.reasons(pair)
    return FitResource(
        student_id=student_id,
        offer_id=offer_id,
        possible=not obstacles,
        step=pair.step,
        within_circle=pair.within_circle,
        proposed=offer_id in held,
        proposed_elsewhere=any(one != offer_id for one in held),
        choice=pair.choice,
        score=None if obstacles else score.total(reasons),
        reasons=[ReasonResource.model_validate(reason) for reason in reasons],
        obstacles=[ObstacleResource(rule=one.rule, text=one.text) for one in obstacles],
    )


async def _pin(work: Work, pin_id: UUID, viewer: Viewer) -> KeptPin:
    found = await PinStore(work.session).get(pin_id)
    if found is None:
        raise NotFound("pin")
    record = await SearchStore(work.session).record(found.student_id)
    if record is None or not viewer.answers_for(record.school_id, found.student_id):
        raise NotFound("pin")
    return found
