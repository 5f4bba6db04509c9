"""The newsletter (F14): who asked for it, who confirmed, how to leave by one click, and what the next issue holds.

Sending is somebody else's: a machine with the scope `intake:newsletter:read` reads to whom what is to be sent.
"""

from html import escape
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import Field

from services.intake.api.callers import COORDINATORS, SCHOOLS_AND_REGIONS, Acting, Shared
from services.intake.api.changes import created
from services.intake.api.public import InRegion, PublicStory
from services.intake.days import today
from services.intake.domain.counters import needs
from services.intake.domain.fields import examples
from services.intake.domain.newsletter import AskForNewsletter, Reader, ReaderState
from services.intake.resources import Resources
from services.intake.store import EmployerStore, PublicationStore, ReaderStore, StoryStore
from shared.api import Page, PageQuery, PageRequest, Resource
from shared.errors import NotFound
from shared.events.codes import Code, Region
from shared.idempotency import ONCE
from shared.ids import new_id
from shared.security import requires
from shared.unit_of_work import UnitOfWork, Work

NEWSLETTER_SCOPE = "intake:newsletter:read"

MOST_STORIES = 10
"""More is no letter any more."""

router = APIRouter(tags=["newsletter"])

Key = Annotated[str, Path(min_length=43, max_length=43, pattern="^[A-Za-z0-9_-]+$", description="From the mail.")]


class ReaderResource(Resource):
    """Who asked for the newsletter."""

    model_config = examples(
        {
            "id": "01920000-0000-7000-8000-0000000000c9",
            "employerId": "01920000-0000-7000-8000-00000000000e",
            "email": "ans@tuincentrum.example",
            "state": "asked",
        }
    )

    id: UUID
    employer_id: UUID
    email: str
    state: ReaderState


class AddresseeResource(ReaderResource):
    """To whom what is to be sent: the question to confirm, or issues."""

    model_config = examples(
        {
            "id": "01920000-0000-7000-8000-0000000000c9",
            "employerId": "01920000-0000-7000-8000-00000000000e",
            "email": "ans@tuincentrum.example",
            "state": "asked",
            "confirmUrl": "https://stagebrug.example/v1/public/newsletter-readers/Zm9v/_confirm",
            "leaveUrl": "https://stagebrug.example/v1/public/newsletter-readers/YmFy/_leave",
        }
    )

    confirm_url: str | None = Field(description="While it is asked: acts on a POST, after a page that asks.")
    leave_url: str = Field(description="For `List-Unsubscribe` with `List-Unsubscribe-Post` (RFC 8058): one POST.")

    @classmethod
    def of(cls, reader: Reader, shared: Resources) -> "AddresseeResource":
        """With the links of its mail."""
        begin = f"{shared.public_url.rstrip('/')}/v1/public/newsletter-readers"
        asked = reader.state is ReaderState.ASKED
        return cls(
            **ReaderResource.model_validate(reader).model_dump(),
            confirm_url=f"{begin}/{reader.confirm_key}/_confirm" if asked else None,
            leave_url=f"{begin}/{reader.leave_key}/_leave",
        )


class NeedResource(Resource):
    """For which kind of work how many students search, five at least."""

    sector: Code
    words: str = Field(description="In Dutch.")
    searching: int


class Issue(Resource):
    """What an issue would hold that is sent now."""

    model_config = examples({"region": "AM11", "stories": [], "needs": []})

    region: Region
    stories: tuple[PublicStory, ...]
    needs: tuple[NeedResource, ...]


@router.post(
    "/employers/{employer_id}/newsletter-readers",
    status_code=201,
    summary="Somebody of an employer asked for the newsletter",
    dependencies=[COORDINATORS, ONCE],
)
async def ask_for_newsletter(
    employer_id: UUID, body: AskForNewsletter, viewer: Acting, work: Work, shared: Shared, response: Response
) -> ReaderResource:
    """It is asked to confirm by mail, and gets nothing before; asked a second time, nothing more happens."""
    employer = await EmployerStore(work.session).get(employer_id, viewer)
    region = employer.situation.region
    reader = await ReaderStore(work.session).ask(Reader(new_id(), employer.id, region, body.email.casefold()))
    created(response, shared.location(f"employers/{employer.id}/newsletter-readers", reader.id))
    return ReaderResource.model_validate(reader)


@router.get(
    "/employers/{employer_id}/newsletter-readers",
    summary="Who of an employer gets the newsletter",
    dependencies=[COORDINATORS],
)
async def list_readers(employer_id: UUID, viewer: Acting, work: Work, page: PageQuery) -> Page[ReaderResource]:
    """Or was asked to confirm it; who left is not kept."""
    await EmployerStore(work.session).get(employer_id, viewer)
    found = await ReaderStore(work.session).page(page, None, employer_id)
    return page.page([ReaderResource.model_validate(reader) for reader in found], lambda reader: reader.id)


@router.get(
    "/employers/{employer_id}/newsletter-readers/{reader_id}", summary="One reader", dependencies=[COORDINATORS]
)
async def read_reader(employer_id: UUID, reader_id: UUID, viewer: Acting, work: Work) -> ReaderResource:
    """Whether it has confirmed."""
    await EmployerStore(work.session).get(employer_id, viewer)
    return ReaderResource.model_validate(await ReaderStore(work.session).get(reader_id, employer_id))


@router.get(
    "/newsletter-addressees", summary="To whom what is to be sent", dependencies=[requires(scope=NEWSLETTER_SCOPE)]
)
async def list_addressees(
    work: Work, shared: Shared, page: PageQuery, region: Annotated[Region | None, Query()] = None
) -> Page[AddresseeResource]:
    """For the machine that sends: who asked gets the question, who confirmed the issue, each with its own links."""
    found = await ReaderStore(work.session).page(page, region)
    return page.page([AddresseeResource.of(reader, shared) for reader in found], lambda reader: reader.id)


@router.get("/public/newsletter-readers/{key}/_confirm", response_class=HTMLResponse, include_in_schema=False)
async def ask_to_confirm(key: Key) -> HTMLResponse:  # noqa: ARG001 — who follows it need not be known
    """What a mail program opens; nothing happens before somebody says yes."""
    return _asked("Wilt u de nieuwsbrief van Stagebrug krijgen?", "Ja, graag")


@router.get("/public/newsletter-readers/{key}/_leave", response_class=HTMLResponse, include_in_schema=False)
async def ask_to_leave(key: Key) -> HTMLResponse:  # noqa: ARG001 — likewise
    """The same for who follows the link to leave by hand."""
    return _asked("Wilt u de nieuwsbrief niet meer krijgen?", "Ja, schrijf mij uit")


def _asked(question: str, yes: str) -> HTMLResponse:
    return HTMLResponse(
        '<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Nieuwsbrief</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head><body><main>'
        f'<h1>Nieuwsbrief</h1><p>{question}</p><form method="post"><button>{yes}</button></form></main></body></html>'
    )


def _thanked(request: Request, said: str) -> Response:
    """A page for people, nothing for mail programs that leave by one click."""
    if "text/html" not in request.headers.get("Accept", ""):
        return Response(status_code=204)
    return HTMLResponse(
        '<!doctype html><html lang="nl"><head><meta charset="utf-8"><title>Nieuwsbrief</title></head>'
        f"<body><main><h1>Nieuwsbrief</h1><p>{said}</p></main></body></html>"
    )


@router.post("/public/newsletter-readers/{key}/_confirm", status_code=204, summary="Confirm the newsletter")
async def confirm_newsletter(key: Key, work: Work, request: Request) -> Response:
    """By the link of the question; 404 when it leads nowhere (any more)."""
    if not await ReaderStore(work.session).confirm(key):
        raise NotFound("newsletter reader")
    return _thanked(request, "Dank u wel. U krijgt de nieuwsbrief.")


@router.post("/public/newsletter-readers/{key}/_leave", status_code=204, summary="Leave the newsletter")
async def leave_newsletter(key: Key, work: Work, request: Request) -> Response:
    """By one click, without logging in; nothing of the reader is kept. Who left before has left."""
    await ReaderStore(work.session).leave(key)
    return _thanked(request, "U krijgt de nieuwsbrief niet meer.")


async def _issue(work: UnitOfWork, shared: Resources, region: str) -> Issue:
    searching = await PublicationStore(work.session).searching(region, today())
    stories = await StoryStore(work.session).for_everybody(region, today(), PageRequest(limit=MOST_STORIES))
    sectors = shared.codes.lists["sectors"]
    return Issue(
        region=region,
        stories=tuple(PublicStory.of(story) for story in stories[:MOST_STORIES]),
        needs=tuple(
            NeedResource(sector=sector, words=sectors[sector].nl if sector in sectors else sector, searching=number)
            for sector, number in needs(searching)
        ),
    )


@router.get("/newsletter-issues", summary="What the next issue holds", dependencies=[SCHOOLS_AND_REGIONS])
async def read_issue(region: InRegion, work: Work, shared: Shared) -> Issue:
    """The stories that can be read, and for which kinds of work students search."""
    return await _issue(work, shared, region)


@router.get(
    "/newsletter-issues/page",
    summary="The next issue as a page",
    dependencies=[SCHOOLS_AND_REGIONS],
    response_class=HTMLResponse,
)
async def read_issue_page(region: InRegion, work: Work, shared: Shared) -> HTMLResponse:
    """As it would be sent."""
    issue = await _issue(work, shared, region)
    stories = (f"<h2>{escape(one.title)}</h2><p>{escape(one.text)}</p>" for one in issue.stories)
    needs_ = (f"<li>{escape(one.words)}: {one.searching} leerlingen zoeken een plek</li>" for one in issue.needs)
    region_name = shared.geography.regions[region]
    return HTMLResponse(
        f'<!doctype html><html lang="nl"><meta charset="utf-8"><title>Nieuwsbrief {escape(str(region_name))}</title>'
        f"<h1>Nieuwsbrief {escape(str(region_name))}</h1>{''.join(stories)}<ul>{''.join(needs_)}</ul></html>"
    )
