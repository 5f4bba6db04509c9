"""The addresses in letters to desks: a GET shows the page and changes nothing, a POST acts once.

Mail scanners and previews follow links: they answer for nobody. The token is the only authority, so that no other site
can make a browser do something in somebody's name.
"""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import FileResponse, HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.notifications import calling
from services.notifications.domain.calls import Call
from services.notifications.domain.desks import CallIsClosed, HeldLink, Purpose, must_be_open
from services.notifications.public.forms import WORK, NotAForm, given, read
from services.notifications.store import CallStore, DeskStore
from shared.guesses import SECONDS, Guesses
from shared.pages import HEADERS
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(prefix="/h", include_in_schema=False)

STYLE = Path(__file__).parent / "static" / "desks.css"

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class NotShown(Exception):
    """Another page than the one that was asked for; what the transaction did meanwhile is undone."""

    def __init__(self, what: str, status: int, headers: dict[str, str] | None = None) -> None:
        super().__init__(what)
        self.what, self.status, self.headers = what, status, headers or {}


def install(app: FastAPI) -> None:
    """Let an app show these pages where one of them cannot be."""
    app.state.guesses = Guesses()
    app.add_exception_handler(NotShown, _shown_instead)


async def _shown_instead(_: Request, error: Exception) -> HTMLResponse:
    assert isinstance(error, NotShown)
    return _drawn(error.what, error.status, error.headers)


@router.get("/style.css")
async def read_style() -> FileResponse:
    """The pages' style sheet."""
    return FileResponse(STYLE, media_type="text/css", headers={"Cache-Control": "max-age=3600"})


@router.api_route("/{token}", methods=["GET", "HEAD"])
async def show_page(token: str, request: Request, work: Work) -> HTMLResponse:
    """The page of a link; whoever looks at it has said nothing yet."""
    held, call = await _held(work, request, token)
    return _drawn("used") if held.used else _form(held, call)


@router.post("/{token}")
async def act_on_page(token: str, request: Request, work: Work) -> HTMLResponse:
    """Say what the link is for, once: a form that is sent again says nothing more."""
    body = await request.body()
    held, call = await _held(work, request, token, lock=True)
    if held.used:
        return _drawn("used")
    if held.purpose is Purpose.TAKE:
        await DeskStore(work.session).use(token)
        await calling.take(work, call, held.desk.owner, held.desk.kind)
        return _drawn("taken")
    if held.purpose is Purpose.DECLINE:
        await DeskStore(work.session).use(token)
        await calling.decline(work, call, held.desk.owner, held.desk.kind, "nobody-known")
        return _drawn("declined")
    try:
        fields = given(body)
    except NotAForm:
        raise NotShown("odd", 400) from None
    named, wrong = read(fields)
    if named is None:
        return _form(held, call, wrong, fields, status=400)
    await DeskStore(work.session).use(token)
    await calling.name_employer(work, call, held.desk.owner, held.desk.kind, named.employer())
    return _drawn("answered")


async def _held(work: UnitOfWork, request: Request, token: str, *, lock: bool = False) -> tuple[HeldLink, Call]:
    """The link and its call, locked to act on it; who guesses is counted, and told to wait."""
    guesses: Guesses = request.app.state.guesses
    address = request.client.host if request.client else ""
    if guesses.too_many(address):
        raise NotShown("wait", 429, {"Retry-After": str(int(SECONDS))})
    desks = DeskStore(work.session)
    held = await desks.held(token)
    call = await CallStore(work.session).find(held.call_id, lock=lock) if held else None
    if lock and held:  # who sent the same form at the same moment is through by now
        held = await desks.held(token)
    if held is None or call is None:
        guesses.count(address)
        raise NotShown("unknown", 404)
    try:
        must_be_open(call)
    except CallIsClosed:
        raise NotShown("closed", 410) from None
    return held, call


def _form(
    held: HeldLink,
    call: Call,
    wrong: dict[str, str] | None = None,
    fields: dict[str, str] | None = None,
    status: int = 200,
) -> HTMLResponse:
    known = fields if fields is not None else {"work": call.key.sector or ""}
    words: dict[str, Any] = {"desk": held.desk.name, "wrong": wrong or {}, "fields": known, "work": WORK}
    return _drawn(str(held.purpose), status, **words)


def _drawn(what: str, status: int = 200, headers: dict[str, str] | None = None, **words: Any) -> HTMLResponse:
    html = _PAGES.get_template("page.html").render(what=what, **words)
    return HTMLResponse(html, status, {**HEADERS, **(headers or {})})
