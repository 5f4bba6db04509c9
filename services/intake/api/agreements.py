"""The agreement of a placement: drawn up, printed and signed; seen by the student's own school."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.intake import agreements
from services.intake.api.callers import Acting
from services.intake.api.changes import IfMatch, must_match, tagged
from services.intake.domain.agreement import (
    EXAMPLE,
    PARTIES,
    Agreement,
    AgreementTerms,
    Party,
    Signature,
    Way,
)
from services.intake.domain.fields import Day, examples
from services.intake.domain.placement import Placement
from services.intake.domain.rights import Viewer
from services.intake.store import AgreementStore, PlacementStore, StudentStore
from shared.api import Body, Page, PageQuery, Resource
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(prefix="/placements/{placement_id}/agreement", tags=["agreements"])

Number = Annotated[int | None, Query(ge=1, le=1000, description="Which version; left out: the newest.")]


class AgreementState(StrEnum):
    """How far a version is."""

    INCOMPLETE = "incomplete"
    TO_BE_SIGNED = "to-be-signed"
    BEING_SIGNED = "being-signed"
    SIGNED = "signed"
    OUTDATED = "outdated"
    """There is a newer version, or the placement has other days by now."""


class Missing(Resource):
    """Something that must be filled in before anybody signs."""

    pointer: str
    sentence: str


class PartyResource(Resource):
    """A party, in the order of signing."""

    party: Party
    sentence: str
    signature: Signature | None


class AgreementResource(Resource):
    """A version of the agreement of a placement."""

    model_config = examples(
        {
            "placementId": "01920000-0000-7000-8000-00000000000d",
            "number": 1,
            "state": "to-be-signed",
            "terms": EXAMPLE,
            "missing": [],
            "parties": [
                {"party": "student", "sentence": "de leerling", "signature": None},
                {"party": "school", "sentence": "de school", "signature": None},
                {"party": "employer", "sentence": "het bedrijf", "signature": None},
            ],
            "nextParty": "student",
        }
    )

    placement_id: UUID
    number: int = Field(description="A version that somebody signed stays as it is; what is changed is the next one.")
    state: AgreementState
    terms: AgreementTerms
    missing: list[Missing]
    parties: list[PartyResource]
    next_party: Party | None = Field(description="Whose turn it is to sign; null: all have signed.")

    @classmethod
    def of(cls, agreement: Agreement, latest: int, placement: Placement) -> "AgreementResource":
        """For the own school."""
        signed = {signature.party: signature for signature in agreement.signatures}
        return cls.model_construct(
            placement_id=agreement.placement_id,
            number=agreement.number,
            state=_state(agreement, latest, placement),
            terms=agreement.terms,
            missing=[Missing(pointer=at, sentence=what) for at, what in agreement.missing.items()],
            parties=[
                PartyResource(party=party, sentence=PARTIES[party], signature=signed.get(party))
                for party in agreement.parties
            ],
            next_party=agreement.next_party,
        )


class SignAgreement(Body):
    """A party signed on paper: the coordinator has seen it."""

    model_config = examples({"party": "student", "number": 1, "signedDate": "2026-09-01"}, {"party": "student"})

    party: Party
    number: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        default=None, description="The version that was signed; left out: the newest."
    )
    signed_date: Day | None = Field(default=None, description="As on the paper; left out: today.")


@router.put("", summary="Draw up the agreement")
async def draw_up_agreement(
    placement_id: UUID,
    body: AgreementTerms,
    viewer: Acting,
    work: Work,
    response: Response,
    if_match: IfMatch = None,
) -> AgreementResource:
    """Other words are another version, which all sign anew; the same words change nothing.

    Supervisors that are left out are filled in from the student's coach and from `supervision`. `If-Match` guards a
    version that is there already. What is missing is listed, and must be there before somebody signs.
    """
    placement = await PlacementStore(work.session).get(placement_id, viewer, lock=True)
    if (known := await AgreementStore(work.session).latest(placement_id)) is not None:
        must_match(if_match, known)
    student = await StudentStore(work.session).change(placement.student_id, viewer)
    agreement = await agreements.draw_up(work, placement, student, body, viewer.subject)
    tagged(response, agreement)
    return AgreementResource.of(agreement, agreement.number, placement)


@router.get("", summary="The agreement of a placement")
async def read_agreement(
    placement_id: UUID, viewer: Acting, work: Work, response: Response, number: Number = None
) -> AgreementResource:
    """The newest version, or the one with that number; 404 while there is none."""
    placement = await _own(work, placement_id, viewer)
    agreement = await AgreementStore(work.session).get(placement_id, number)
    latest = await AgreementStore(work.session).get(placement_id)
    tagged(response, agreement)
    return AgreementResource.of(agreement, latest.number, placement)


@router.get("/versions", summary="All versions of the agreement")
async def list_versions(placement_id: UUID, viewer: Acting, work: Work, page: PageQuery) -> Page[AgreementResource]:
    """Oldest first, with who signed which."""
    placement = await _own(work, placement_id, viewer)
    latest = await AgreementStore(work.session).latest(placement_id)
    found = await AgreementStore(work.session).page(placement_id, page)
    keys = {version.number: version.id for version in found}
    shown = [AgreementResource.of(version, latest.number if latest else 0, placement) for version in found]
    return page.page(shown, lambda version: keys[version.number])


@router.get(
    "/document",
    summary="The agreement on paper",
    response_class=Response,
    responses={200: {"description": "A PDF file.", "content": {"application/pdf": {}}}},
)
async def print_agreement(placement_id: UUID, viewer: Acting, work: Work, number: Number = None) -> Response:
    """As it was when the version was made, with who signed it so far; a draft says on top what is missing."""
    await _own(work, placement_id, viewer)
    agreement = await AgreementStore(work.session).get(placement_id, number)
    name = f"stageovereenkomst-versie-{agreement.number}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(await agreements.printed(agreement), media_type="application/pdf", headers=headers)


@router.post("/_sign", summary="A party signed on paper")
async def sign_agreement(
    placement_id: UUID, body: SignAgreement, viewer: Acting, work: Work, response: Response
) -> AgreementResource:
    """In order: the student, the parents where they sign, the school, the employer. 409 says whose turn it is."""
    placement = await PlacementStore(work.session).get(placement_id, viewer, lock=True)
    agreement = await agreements.sign(
        work, placement_id, body.party, Way.BY_HAND, number=body.number, signed_date=body.signed_date
    )
    tagged(response, agreement)
    return AgreementResource.of(agreement, agreement.number, placement)


def _state(agreement: Agreement, latest: int, placement: Placement) -> AgreementState:
    """The first that holds."""
    holds = {
        AgreementState.OUTDATED: agreement.number != latest or agreement.stay != placement.stay,
        AgreementState.INCOMPLETE: bool(agreement.missing),
        AgreementState.SIGNED: agreement.next_party is None,
        AgreementState.BEING_SIGNED: bool(agreement.signatures),
    }
    return next((state for state, so in holds.items() if so), AgreementState.TO_BE_SIGNED)


async def _own(work: UnitOfWork, placement_id: UUID, viewer: Viewer) -> Placement:
    """A placement of the own school; reading its agreement is reading the student."""
    placement = await PlacementStore(work.session).get(placement_id, viewer, to_act=True)
    if not placement.is_anonymous:
        await StudentStore(work.session).read(placement.student_id, viewer)
    return placement
