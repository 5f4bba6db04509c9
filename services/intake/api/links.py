"""Links for those without an account: made, renewed and revoked by coordinators, mailed by who may send letters."""

import io
from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import segno
from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.intake.api.callers import COORDINATORS, Acting, Shared
from services.intake.api.changes import created, tagged
from services.intake.days import AMSTERDAM
from services.intake.domain.fields import Example, examples
from services.intake.domain.link import Answer, AskConsent, Link, MakeLink, Purpose, Recipient
from services.intake.domain.rights import Viewer
from services.intake.linking import give, make, renew
from services.intake.store import EmployerStore, LinkFilter, LinkStore, SchoolStore, StudentStore
from services.intake.store.acting import Capacity, act_as, enter_for
from services.intake.store.students import Action
from shared.api import Page, PageQuery, Resource
from shared.errors import NotFound
from shared.events.codes import Code
from shared.idempotency import ONCE
from shared.security import Caller
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(tags=["links"])

LETTERS_SCOPE = "intake:letters:read"

_LINK: Example = {
    "id": "01920000-0000-7000-8000-00000000001a",
    "purpose": "still-open",
    "subjectId": "01920000-0000-7000-8000-000000000002",
    "recipient": "employer",
    "schoolId": "01920000-0000-7000-8000-00000000000a",
    "email": None,
    "asks": None,
    "expiresAt": "2026-10-14T09:12:00Z",
    "revokedAt": None,
    "answers": [],
    "url": None,
    "qrSvg": None,
}


class LinkAnswerResource(Resource):
    """What the holder of a link said."""

    model_config = examples({"code": "free", "said": {"seats": 2}, "answeredAt": "2026-09-15T09:12:00Z"})

    code: Code
    said: dict[str, Any] = Field(description="As the form of the purpose has it.")
    answered_at: datetime


class LinkResource(Resource):
    """A link: its address is told once, when it is made to be handed over; it is kept nowhere."""

    model_config = examples(_LINK)

    id: UUID
    purpose: Purpose
    subject_id: UUID
    recipient: Recipient
    school_id: UUID
    email: str | None = Field(description="Where its mail goes, while that is under way.")
    asks: AskConsent | None
    expires_at: datetime
    revoked_at: datetime | None
    answers: list[LinkAnswerResource]
    url: str | None = Field(default=None, description="To hand over; null ever after: `_renew` gives a new one.")
    qr_svg: str | None = Field(default=None, description="The same as a QR code, to print or to show.")

    @classmethod
    def of(cls, link: Link, answers: Sequence[Answer] = (), url: str | None = None) -> "LinkResource":
        """For the school that made it."""
        return cls(
            id=link.id,
            purpose=link.purpose,
            subject_id=link.subject.id(link.rule.about),
            recipient=link.recipient,
            school_id=link.subject.school_id,
            email=link.email,
            asks=link.asks,
            expires_at=link.expires_at,
            revoked_at=link.revoked_at,
            answers=[LinkAnswerResource.model_validate(answer) for answer in answers],
            url=url,
            qr_svg=_qr(url) if url else None,
        )


class LetterResource(Resource):
    """A letter to send: kept by nobody longer than it is under way."""

    model_config = examples(
        {
            "email": "stage@example.org",
            "url": "https://stagebrug.example.org/intake/l/zQ0…",
            "purpose": "still-open",
            "recipient": "employer",
            "schoolName": "Praktijkschool De Horizon",
            "employerName": "Tuincentrum De Linde",
            "lastDay": "2026-10-13",
        }
    )

    email: str
    url: str
    purpose: Purpose
    recipient: Recipient
    school_name: str
    employer_name: str | None
    last_day: date = Field(description="Through which day the link works.")


def _qr(url: str) -> str:
    """A QR code that a telephone reads from paper and from a screen, dark or light."""
    drawn = io.BytesIO()
    segno.make(url, error="m", micro=False).save(drawn, kind="svg", scale=4, light="#fff", xmldecl=False)
    return drawn.getvalue().decode()


async def _handed_over(work: UnitOfWork, link: Link) -> LinkResource:
    """With its address, unless that goes by mail."""
    url = await give(work, link) if link.email is None else None
    return LinkResource.of(link, await LinkStore(work.session).answers(link.id), url)


@router.post("/links", status_code=201, summary="Make a link", dependencies=[COORDINATORS, ONCE])
async def make_link(body: MakeLink, viewer: Acting, work: Work, shared: Shared, response: Response) -> LinkResource:
    """For an employer, student or parents: one purpose, for a while. Its `url` is told in this answer only.

    Sent again under the same Idempotency-Key it answers the link without `url`: `_renew` gives a new one.
    """
    link = await make(work, body, viewer)
    created(response, shared.location("links", link.id), link)
    return await _handed_over(work, link)


@router.get("/links", summary="List links", dependencies=[COORDINATORS])
async def list_links(
    viewer: Acting,
    work: Work,
    page: PageQuery,
    purpose: Annotated[Purpose | None, Query()] = None,
    subject_id: Annotated[UUID | None, Query(alias="subjectId")] = None,
    answered: Annotated[bool | None, Query(description="Whether anything was said by it.")] = None,
) -> Page[LinkResource]:
    """Those of the own schools, with what was said by them, oldest first."""
    store = LinkStore(work.session)
    found = await store.page(viewer, LinkFilter(purpose, subject_id, answered), page)
    await _log(work, viewer, found[: page.limit], Action.LISTED)
    said = await store.answers_of([link.id for link in found])
    return page.page([LinkResource.of(link, said.get(link.id, ())) for link in found], lambda one: one.id)


@router.get("/links/{link_id}", summary="One link", dependencies=[COORDINATORS])
async def read_link(link_id: UUID, viewer: Acting, work: Work, response: Response) -> LinkResource:
    """With what was said by it; of the own school."""
    store = LinkStore(work.session)
    link = await store.get(link_id, viewer)
    await _log(work, viewer, [link], Action.READ)
    tagged(response, link)
    return LinkResource.of(link, await store.answers(link_id))


@router.post("/links/{link_id}/_renew", summary="Renew a link", dependencies=[COORDINATORS])
async def renew_link(link_id: UUID, viewer: Acting, work: Work, response: Response) -> LinkResource:
    """Lasts as long as a new one, under a new address; the old one works no more. Mailed again while its address is
    known, else handed over.
    """
    store = LinkStore(work.session)
    link = await renew(work, await store.get(link_id, viewer, lock=True))
    tagged(response, link)
    return await _handed_over(work, link)


@router.post("/links/{link_id}/_revoke", summary="Revoke a link", dependencies=[COORDINATORS])
async def revoke_link(link_id: UUID, viewer: Acting, work: Work, response: Response) -> LinkResource:
    """At once nobody can do anything with it; 409 the second time."""
    store = LinkStore(work.session)
    link = (await store.get(link_id, viewer, lock=True)).revoked(await store.now())
    await store.save(link)
    tagged(response, link)
    return LinkResource.of(link, await store.answers(link_id))


@router.post(
    "/links/{link_id}/letter",
    summary="The letter with a link, to be sent",
    responses={410: {"description": "There is nothing to send.", "content": {"application/problem+json": {}}}},
)
async def write_letter(link_id: UUID, caller: Caller, work: Work) -> LetterResource:
    """For machines with the scope `intake:letters:read`: each letter has a new address in it, the last one counts."""
    if LETTERS_SCOPE not in caller.scopes:
        raise NotFound("link")
    store = LinkStore(work.session)
    await act_as(work.session, Capacity.LINK)
    if (link := await store.find(link_id)) is None:
        raise NotFound("link")
    await enter_for(work.session, link.subject.school_id)
    if (link := await store.lock(link_id)) is None:
        raise NotFound("link")
    address = link.addressed(await store.now())
    employer = await EmployerStore(work.session).find(link.subject.employer_id) if link.subject.employer_id else None
    return LetterResource(
        email=address,
        url=await give(work, link),
        purpose=link.purpose,
        recipient=link.recipient,
        school_name=(await SchoolStore(work.session).get(link.subject.school_id)).facts.name,
        employer_name=employer.facts.name if employer and link.recipient is Recipient.EMPLOYER else None,
        last_day=(link.expires_at - datetime.resolution).astimezone(AMSTERDAM).date(),
    )


async def _log(work: UnitOfWork, viewer: Viewer, links: Sequence[Link], action: Action) -> None:
    """What is said by a link can be about a student."""
    seen = {link.subject.student_id for link in links if link.subject.student_id}
    await StudentStore(work.session).log(seen, viewer.subject, action)
