"""Programmes: who runs them, which schools take part, how many seats there are and how they stand (M7)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.intake import programming
from services.intake.api.callers import SCHOOLS_AND_REGIONS, Acting, Shared
from services.intake.api.changes import IfMatch, created, merged, must_match, only, partial, tagged
from services.intake.domain.counters import shown as hidden_if_small
from services.intake.domain.enrolment import Counts, counted
from services.intake.domain.fields import examples
from services.intake.domain.programme import (
    EXAMPLE,
    AnnounceProgramme,
    AnswerInvitation,
    ChangeableFacts,
    InvitePartner,
    PartnerState,
    Programme,
    ProgrammeFacts,
    ProgrammeKind,
    own_school,
)
from services.intake.domain.rights import Viewer
from services.intake.resources import Resources
from services.intake.store import EnrolmentStore, ProgrammeFilter, ProgrammeStore, SchoolStore
from shared.api import Page, PageQuery, Resource
from shared.errors import Forbidden, Invalid, NotFound
from shared.events.codes import Region
from shared.idempotency import ONCE
from shared.ids import new_id
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(tags=["programmes"], dependencies=[SCHOOLS_AND_REGIONS])


@partial
class ChangeProgramme(ChangeableFacts):
    """A merge patch of a programme: what is left out stays. Its days and weekly moments stand."""

    model_config = examples({"seats": 20})


class PartnerResource(Resource):
    """A school beside the one that runs the programme."""

    school_id: UUID
    school_name: str | None
    state: PartnerState
    seats: int | None = Field(description="Kept for its students; null: from those that all share.")


class CountsResource(Resource):
    """How many students have a seat, are offered one, or wait; null: fewer than five where that is hidden."""

    enrolled: int | None
    offered: int | None
    waiting: int | None

    @classmethod
    def of(cls, programme: Programme, counts: Counts) -> "CountsResource":
        """Of a list that says something about health, small numbers are hidden."""
        hide = hidden_if_small if programme.is_sheltered else int
        return cls(enrolled=hide(counts.enrolled), offered=hide(counts.offered), waiting=hide(counts.waiting))


class ProgrammeResource(ProgrammeFacts):
    """A programme, and how its seats stand."""

    model_config = examples(
        EXAMPLE
        | {
            "id": "01920000-0000-7000-8000-0000000000a7",
            "schoolId": "01920000-0000-7000-8000-00000000000a",
            "region": "AM11",
            "holdDays": 5,
            "certificates": [],
            "workProcesses": [],
            "description": None,
            "partners": [
                {
                    "schoolId": "01920000-0000-7000-8000-00000000000b",
                    "schoolName": "VSO De Polder",
                    "state": "accepted",
                    "seats": 4,
                }
            ],
            "counts": {"enrolled": 16, "offered": 0, "waiting": 3},
        }
    )

    id: UUID
    school_id: UUID | None = Field(description="The school that runs it; null: the region, for all its schools.")
    region: Region
    partners: tuple[PartnerResource, ...]
    counts: CountsResource = Field(description="Of all schools together; who it is, each knows of its own.")


async def shown(work: UnitOfWork, found: Sequence[Programme]) -> list[ProgrammeResource]:
    """Programmes with the names of schools and the numbers of students."""
    names = await SchoolStore(work.session).names({one.school_id for each in found for one in each.partners})
    standing = await EnrolmentStore(work.session).standing([one.id for one in found])
    return [
        ProgrammeResource.model_construct(
            **dict(one.facts),
            id=one.id,
            school_id=one.school_id,
            region=one.region,
            partners=tuple(
                PartnerResource(
                    school_id=each.school_id, school_name=names.get(each.school_id), state=each.state, seats=each.seats
                )
                for each in one.partners
            ),
            counts=CountsResource.of(one, counted(standing[one.id])),
        )
        for one in found
    ]


async def _answer(work: UnitOfWork, programme: Programme, response: Response) -> ProgrammeResource:
    tagged(response, programme)
    return (await shown(work, [programme]))[0]


@router.post("/programmes", status_code=201, summary="Begin a programme", dependencies=[ONCE])
async def announce_programme(
    body: AnnounceProgramme, viewer: Acting, work: Work, shared: Shared, response: Response
) -> ProgrammeResource:
    """Its weekly moments are planned on school days. With `region`, by its coordinator, for every school there."""
    _require_known(shared, body)
    facts = only(ProgrammeFacts, body)
    if body.region is not None:
        if body.region not in shared.geography.regions:
            raise Invalid("/region", "there is no such region")
        if not viewer.governs(body.region):
            raise Forbidden("this is another regional coordinator's region")
        programme, municipality = Programme(new_id(), None, body.region, facts), None
    else:
        school = await SchoolStore(work.session).get(viewer.acting_school(body.school_id, "/schoolId"))
        programme = Programme(new_id(), school.id, school.situation.region, facts)
        municipality = school.situation.municipality
    await programming.begin(work, programme, municipality)
    created(response, shared.location("programmes", programme.id))
    return await _answer(work, programme, response)


@router.get("/programmes", summary="List programmes")
async def list_programmes(
    viewer: Acting,
    work: Work,
    page: PageQuery,
    region: Annotated[Region | None, Query()] = None,
    kind: Annotated[ProgrammeKind | None, Query()] = None,
    school_id: Annotated[UUID | None, Query(alias="schoolId", description="Which school runs them.")] = None,
) -> Page[ProgrammeResource]:
    """Those that the own schools run, are invited to or take part in, and those of their regions."""
    found = await ProgrammeStore(work.session).page(viewer, ProgrammeFilter(region, kind, school_id), page)
    return page.page(await shown(work, found), lambda programme: programme.id)


@router.get("/programmes/{programme_id}", summary="One programme")
async def read_programme(programme_id: UUID, viewer: Acting, work: Work, response: Response) -> ProgrammeResource:
    """With how many seats are taken and how many students wait."""
    return await _answer(work, await ProgrammeStore(work.session).get(programme_id, viewer), response)


@router.patch("/programmes/{programme_id}", summary="Change a programme")
async def change_programme(
    programme_id: UUID,
    body: ChangeProgramme,
    viewer: Acting,
    work: Work,
    shared: Shared,
    response: Response,
    if_match: IfMatch = None,
) -> ProgrammeResource:
    """JSON merge patch, by who runs it. More seats go to those who wait; with fewer, nobody loses one."""
    programme = await ProgrammeStore(work.session).get(programme_id, viewer, lock=True)
    programme.must_be_run_by(viewer)
    must_match(if_match, programme)
    facts = merged(programme.facts, body)
    _require_known(shared, facts)
    programme = await programming.change(work, replace(programme, facts=facts).checked("/seats"))
    return await _answer(work, programme, response)


@router.post("/programmes/{programme_id}/_invite", summary="Invite a school to a programme")
async def invite_partner(
    programme_id: UUID, body: InvitePartner, viewer: Acting, work: Work, response: Response
) -> ProgrammeResource:
    """It sees the programme from now on, and enrols students when it has accepted; 409 when it was invited before."""
    programme = await ProgrammeStore(work.session).get(programme_id, viewer, lock=True)
    programme.must_be_run_by(viewer)
    try:
        await SchoolStore(work.session).get(body.school_id)
    except NotFound:
        raise Invalid("/schoolId", "there is no such school") from None
    programme = await programming.change(work, programme.inviting(body))
    return await _answer(work, programme, response)


async def _decide(
    work: UnitOfWork, programme_id: UUID, body: AnswerInvitation, viewer: Viewer, state: PartnerState
) -> Programme:
    programme = await ProgrammeStore(work.session).get(programme_id, viewer, lock=True)
    school = own_school(viewer, body.school_id, [one.school_id for one in programme.partners])
    return await programming.change(work, programme.answered(school, state))


@router.post("/programmes/{programme_id}/_accept", summary="Accept an invitation to a programme")
async def accept_invitation(
    programme_id: UUID, body: AnswerInvitation, viewer: Acting, work: Work, response: Response
) -> ProgrammeResource:
    """The school takes part; 409 when it has answered already."""
    return await _answer(work, await _decide(work, programme_id, body, viewer, PartnerState.ACCEPTED), response)


@router.post("/programmes/{programme_id}/_decline", status_code=204, summary="Decline an invitation to a programme")
async def decline_invitation(programme_id: UUID, body: AnswerInvitation, viewer: Acting, work: Work) -> None:
    """The school sees nothing of it any more; it can be invited again."""
    await _decide(work, programme_id, body, viewer, PartnerState.DECLINED)


def _require_known(shared: Resources, facts: ProgrammeFacts) -> None:
    sectors: dict[str, str | None] = {f"/entry/sectors/{at}": code for at, code in enumerate(facts.entry.sectors)}
    shared.codes.require(sectors | {"/sector": facts.sector}, {})
