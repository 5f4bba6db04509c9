"""The addresses of links: a GET shows the page and changes nothing, a POST acts, whoever holds the token.

Mail scanners and previews follow links: they change nothing, and are not answered with a redirect. Nobody is logged in
here, so that no other site can make a browser do something in somebody's name: the token is the only authority.
"""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse

from services.intake.days import AMSTERDAM
from services.intake.domain.link import LinkHasNoMoreUse, LinkIsEarly, LinkIsExpired, LinkIsUnknown
from services.intake.domain.questionnaire_round import NotAsked, RoundIsClosed
from services.intake.linking import Held, answered, hold
from services.intake.public import employers, placements, questionnaires, students
from services.intake.public.drawing import drawn, drawn_form
from services.intake.public.forms import NotAForm, NotRight, given, read, turn_of
from services.intake.public.shown import Page, Problems, Said, Shown
from services.intake.store import LinkStore
from shared.errors import Invalid, NotFound, Refused
from shared.guesses import SECONDS, Guesses
from shared.unit_of_work import UnitOfWork, Work

PAGES = {**employers.PAGES, **placements.PAGES, **questionnaires.PAGES, **students.PAGES}

router = APIRouter(prefix="/l", include_in_schema=False)

STYLE = Path(__file__).parent / "static" / "links.css"


class NotShown(Exception):
    """Another page than the one that was asked for; what the transaction did meanwhile is undone."""

    def __init__(self, page: str, status: int, headers: dict[str, str] | None = None, **words: Any) -> None:
        super().__init__(page)
        self.page, self.status, self.headers, self.words = page, status, headers or {}, words


_INSTEAD: tuple[tuple[type[Exception], str, int], ...] = (
    (LinkIsUnknown, "unknown.html", 404),
    (LinkIsExpired, "expired.html", 410),
    (RoundIsClosed, "closed.html", 410),
    (LinkHasNoMoreUse, "over.html", 410),
    (NotAsked, "over.html", 410),
    (LinkIsEarly, "early.html", 409),
    (NotFound, "over.html", 410),
    (NotAForm, "odd.html", 400),
    (Refused, "refused.html", 409),
)
"""Of what went otherwise, the page and its status: the first that fits. A revoked link is an unknown one."""


def install(app: FastAPI) -> None:
    """Let an app show these pages where one of them cannot be."""
    app.state.guesses = Guesses()
    app.add_exception_handler(NotShown, _shown_instead)


async def _shown_instead(_: Request, error: Exception) -> HTMLResponse:
    assert isinstance(error, NotShown)
    return drawn(error.page, error.status, error.headers, **error.words)


@router.get("/style.css")
async def read_style() -> FileResponse:
    """The pages' style sheet."""
    return FileResponse(STYLE, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


@router.api_route("/{token}", methods=["GET", "HEAD"])
async def show_page(token: str, request: Request, work: Work) -> HTMLResponse:
    """The page of a link; whoever looks at it has done nothing yet."""
    try:
        held = await _held(work, request, token)
        if held.link.is_answered:
            return await _said_already(work, held)
        shown = await _page(held).show(work, held)
    except Exception as error:
        raise _instead(error) from error
    return drawn_form(held, shown)


@router.post("/{token}")
async def act_on_page(token: str, request: Request, work: Work) -> HTMLResponse:
    """Do what the form says, once: the link is locked, and a form that was sent before does nothing more."""
    body = await request.body()
    try:
        held = await _held(work, request, token, lock=True)
        fields = given(body)
        if held.link.is_answered:
            return await _said_already(work, held)
        shown = await _page(held).show(work, held)
        if turn_of(fields) != held.link.answer_count:
            return await _not_our_turn(work, held, shown, turn_of(fields))
        return await _acted(work, held, shown, fields)
    except Exception as error:
        raise _instead(error) from error


async def _acted(work: UnitOfWork, held: Held, shown: Shown, fields: dict[str, list[str]]) -> HTMLResponse:
    page = _page(held)
    try:
        said = await page.act(work, held, read(page.form, fields, shown.questions))
    except NotRight as error:
        raise _to_mend(held, shown, error.problems, fields) from error
    except Invalid as error:
        problems = {found.pointer.strip("/"): found.detail for found in error.problems}
        raise _to_mend(held, shown, Problems(problems), fields) from error
    await answered(work, held, said.code, said.document)
    return _done(held, said)


def _page(held: Held) -> Page:
    return PAGES[held.link.purpose]


def _done(held: Held, said: Said) -> HTMLResponse:
    return drawn("done.html", school=held.school.facts.name, lines=said.thanks)


async def _held(work: UnitOfWork, request: Request, token: str, *, lock: bool = False) -> Held:
    """The link; who guesses is counted, and told to wait."""
    guesses: Guesses = request.app.state.guesses
    address = request.client.host if request.client else ""
    if guesses.too_many(address):
        raise NotShown("wait.html", 429, {"Retry-After": str(int(SECONDS))})
    try:
        return await hold(work, token, lock=lock)
    except LinkIsUnknown:
        guesses.count(address)
        raise


async def _said_already(work: UnitOfWork, held: Held) -> HTMLResponse:
    answers = await LinkStore(work.session).answers(held.link.id)
    at = answers[-1].answered_at.astimezone(AMSTERDAM) if answers else None
    return drawn("already.html", school=held.school.facts.name, at=at)


async def _not_our_turn(work: UnitOfWork, held: Held, shown: Shown, turn: int | None) -> HTMLResponse:
    """Sent a second time: it was said already. From a page that is older than what was said since: look again."""
    if turn == held.link.answer_count - 1:
        return await _said_already(work, held)
    return drawn_form(held, shown, Problems(again=True), status=409)


def _to_mend(held: Held, shown: Shown, problems: Problems, fields: dict[str, list[str]]) -> NotShown:
    return NotShown("form.html", 400, held=held, shown=shown, problems=problems, fields=fields)


def _instead(error: Exception) -> Exception:
    if isinstance(error, NotShown):
        return error
    found = next(((page, status) for kind, page, status in _INSTEAD if isinstance(error, kind)), None)
    return NotShown(*found) if found else error
