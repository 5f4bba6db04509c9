"""Initiatives: what schools and regions undertake to win employers, and what came of it."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.intake.api.callers import SCHOOLS_AND_REGIONS, Acting, Shared
from services.intake.api.changes import IfMatch, created, merged, must_match, only, partial, tagged
from services.intake.days import today
from services.intake.domain.fields import Day, examples
from services.intake.domain.initiative import (
    BeginInitiative,
    EndInitiative,
    Initiative,
    InitiativeFacts,
    InitiativeState,
    LinkEmployer,
    shown,
)
from services.intake.gathering import undertake, whose
from services.intake.resources import Resources
from services.intake.store import EmployerStore, InitiativeFilter, InitiativeStore
from services.intake.store.initiatives import Linked
from shared.api import Page, PageQuery, Resource
from shared.errors import Invalid, NotFound
from shared.events.codes import Code, Region
from shared.idempotency import ONCE
from shared.ids import new_id
from shared.unit_of_work import Work

router = APIRouter(prefix="/initiatives", tags=["initiatives"], dependencies=[SCHOOLS_AND_REGIONS])


@partial
class ChangeInitiative(InitiativeFacts):
    """What is different now."""

    model_config = examples({"endDate": "2027-12-17"})


class InitiativeResource(InitiativeFacts):
    """What a school, or (without one) a region undertakes."""

    model_config = examples(
        {
            "id": "01920000-0000-7000-8000-0000000000f1",
            "region": "AM11",
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "name": "Zorg maakt kennis",
            "kind": "network-meeting",
            "aim": "new-employers",
            "goal": "Vijf zorginstellingen die een groep ontvangen.",
            "targetGroups": ["sectors"],
            "sectors": ["zorg-en-welzijn"],
            "partners": [{"kind": "municipality", "name": "Gemeente Lelystad"}],
            "beginDate": "2026-09-01",
            "endDate": "2027-07-09",
            "state": "running",
            "endedDate": None,
            "result": None,
        }
    )

    id: UUID
    region: Region
    school_id: UUID | None
    state: InitiativeState
    ended_date: Day | None
    result: str | None

    @classmethod
    def of(cls, initiative: Initiative) -> "InitiativeResource":
        """As everybody of the region sees it."""
        ending = initiative.ending
        return cls.model_construct(
            **dict(initiative.facts),
            id=initiative.id,
            region=initiative.region,
            school_id=initiative.school_id,
            state=initiative.state,
            ended_date=ending.ended_date if ending else None,
            result=ending.result if ending else None,
        )


class LinkedEmployerResource(Resource):
    """An employer that takes part in an initiative."""

    model_config = examples(
        {
            "employerId": "01920000-0000-7000-8000-00000000000e",
            "employerName": "Zorgcentrum De Haven",
            "sinceDate": "2026-11-19",
        }
    )

    employer_id: UUID
    employer_name: str
    since_date: date

    @classmethod
    def of(cls, linked: Linked) -> "LinkedEmployerResource":
        """With its name."""
        employer = linked.employer
        return cls(employer_id=employer.id, employer_name=employer.facts.name, since_date=linked.since_date)


class EffectResource(Resource):
    """What came of an initiative; null where it would tell of fewer than five students of others."""

    model_config = examples(
        {"employers": 6, "newEmployers": 4, "placements": 9, "running": None, "ended": None, "toWork": None}
    )

    employers: int = Field(description="That take part in it, or were won by it.")
    new_employers: int = Field(description="Of those, where no placement had begun before.")
    placements: int | None = Field(description="That began there since.")
    running: int | None
    ended: int | None
    to_work: int | None = Field(description="Of those, into a job.")


@router.post("", status_code=201, summary="Begin an initiative", dependencies=[ONCE])
async def begin_initiative(
    body: BeginInitiative, viewer: Acting, work: Work, shared: Shared, response: Response
) -> InitiativeResource:
    """A school's own, or with `region` one of a whole region; the schools of the region see it."""
    school, region = await whose(work, viewer, body.school_id, body.region)
    _check_sectors(body, shared)
    initiative = Initiative(new_id(), region, school, viewer.subject, only(InitiativeFacts, body))
    await undertake(work, initiative)
    created(response, shared.location("initiatives", initiative.id), initiative)
    return InitiativeResource.of(initiative)


@router.get("", summary="List initiatives")
async def list_initiatives(
    viewer: Acting,
    work: Work,
    page: PageQuery,
    region: Annotated[Region | None, Query()] = None,
    kind: Annotated[Code | None, Query()] = None,
    school_id: Annotated[UUID | None, Query(alias="schoolId")] = None,
    state: Annotated[InitiativeState | None, Query()] = None,
) -> Page[InitiativeResource]:
    """Those of the caller's regions."""
    found = await InitiativeStore(work.session).page(viewer, InitiativeFilter(region, kind, school_id, state), page)
    return page.page([InitiativeResource.of(one) for one in found], lambda one: one.id)


@router.get("/{initiative_id}", summary="One initiative")
async def read_initiative(initiative_id: UUID, viewer: Acting, work: Work, response: Response) -> InitiativeResource:
    """One of the caller's regions."""
    initiative = await InitiativeStore(work.session).get(initiative_id, viewer)
    tagged(response, initiative)
    return InitiativeResource.of(initiative)


@router.patch("/{initiative_id}", summary="Change an initiative")
async def change_initiative(
    initiative_id: UUID,
    body: ChangeInitiative,
    viewer: Acting,
    work: Work,
    shared: Shared,
    response: Response,
    if_match: IfMatch = None,
) -> InitiativeResource:
    """By the school whose it is, or who looks after the region, while it runs."""
    initiative = await InitiativeStore(work.session).get(initiative_id, viewer, lock=True)
    initiative.must_be_changed_by(viewer)
    must_match(if_match, initiative)
    initiative.must_go_on()
    changed = initiative.with_facts(merged(initiative.facts, body))
    _check_sectors(changed.facts, shared)
    await undertake(work, changed)
    tagged(response, changed)
    return InitiativeResource.of(changed)


@router.post("/{initiative_id}/_end", summary="End an initiative")
async def end_initiative(
    initiative_id: UUID, body: EndInitiative, viewer: Acting, work: Work, response: Response
) -> InitiativeResource:
    """With what came of it; placements that begin later at its employers are still counted."""
    initiative = await InitiativeStore(work.session).get(initiative_id, viewer, lock=True)
    initiative.must_be_changed_by(viewer)
    ended = initiative.ended(body, today())
    await undertake(work, ended)
    tagged(response, ended)
    return InitiativeResource.of(ended)


@router.get("/{initiative_id}/employers", summary="Employers of an initiative")
async def list_linked(initiative_id: UUID, viewer: Acting, work: Work, page: PageQuery) -> Page[LinkedEmployerResource]:
    """Those that the caller may know of."""
    store = InitiativeStore(work.session)
    await store.get(initiative_id, viewer)
    found = await store.employers(initiative_id, viewer, page)
    return page.page([LinkedEmployerResource.of(one) for one in found], lambda one: one.employer_id)


@router.post("/{initiative_id}/employers", summary="Link an employer")
async def link_employer(initiative_id: UUID, body: LinkEmployer, viewer: Acting, work: Work) -> LinkedEmployerResource:
    """From a day on; one that takes part already goes on as it did."""
    store = InitiativeStore(work.session)
    initiative = await store.get(initiative_id, viewer, lock=True)
    initiative.must_be_changed_by(viewer)
    initiative.must_go_on()
    try:
        employer = await EmployerStore(work.session).get(body.employer_id, viewer)
    except NotFound:
        raise Invalid("/employerId", "there is no such employer") from None
    if body.since_date < initiative.facts.begin_date:
        raise Invalid("/sinceDate", f"lies before the initiative's begin, {initiative.facts.begin_date}")
    since = await store.link(initiative_id, employer.id, body.since_date)
    await undertake(work, initiative)
    return LinkedEmployerResource.of(Linked(employer, since))


@router.delete("/{initiative_id}/employers/{employer_id}", status_code=204, summary="Take an employer out")
async def unlink_employer(initiative_id: UUID, employer_id: UUID, viewer: Acting, work: Work) -> None:
    """It was a mistake."""
    initiative = await InitiativeStore(work.session).get(initiative_id, viewer, lock=True)
    initiative.must_be_changed_by(viewer)
    await InitiativeStore(work.session).unlink(initiative_id, employer_id)
    await undertake(work, initiative)


@router.get("/{initiative_id}/effect", summary="What came of an initiative")
async def read_effect(initiative_id: UUID, viewer: Acting, work: Work) -> EffectResource:
    """Employers, and placements of all schools that began there since; counted when it is asked for."""
    store = InitiativeStore(work.session)
    initiative = await store.get(initiative_id, viewer)
    return EffectResource.model_validate(shown(await store.effect(initiative), initiative, viewer))


def _check_sectors(facts: InitiativeFacts, shared: Resources) -> None:
    shared.codes.require({f"/sectors/{number}": sector for number, sector in enumerate(facts.sectors)}, {})
