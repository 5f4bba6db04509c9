"""The facade itself: an app of its own under /vum/v1, as VUM's camelCase paths keep none of our own rules."""

import asyncio
import random
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Body as JsonBody
from fastapi import Depends, FastAPI, Header, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError
from starlette.exceptions import HTTPException

from services.intake.days import today
from services.intake.settings import Settings
from services.intake.store import ContactStore, VumStore
from services.intake.vum.answers import detail_of, match_of, moment_of, values_of
from services.intake.vum.selection import Area, WrongQuestion, criteria_of, fits, kilometres
from shared.api import PageRequest
from shared.errors import Refused
from shared.security import Caller, requires
from shared.unit_of_work import Work

API_VERSION = "3.1.0"
SCOPE = "intake:vum:read"
MOST_MATCHES, MOST_DETAILS = 100, 10
SECONDS = 10.0
"""A detail comes within ten seconds, or an error does."""

Question = Annotated[dict[str, Any], JsonBody(examples=[{"selectiegebied": {"postcode": "1315AB", "afstand": 15}}])]


class VumError(Exception):
    """An error in VUM's own form."""

    def __init__(self, status: int, code: str, message: str, details: str) -> None:
        super().__init__(details)
        self.answer = JSONResponse({"code": code, "message": message, "details": details}, status)


def _wrong(details: str) -> VumError:
    return VumError(400, "400.01", "Ongeldige aanroep", details)


def parties_of(settings: Settings) -> Callable[..., str]:
    """A dependency: who asks. Only parties that an operator switched the facade on for do."""

    def party(
        caller: Caller,
        from_party: Annotated[str, Header(alias="X-VUM-fromParty")] = "",
        to_party: Annotated[str, Header(alias="X-VUM-toParty")] = "",
        via_party: Annotated[str, Header(alias="X-VUM-viaParty")] = "",
        api_version: Annotated[str, Header(alias="API-VERSION")] = API_VERSION,
    ) -> str:
        if not all(re.fullmatch(r"\d{20}", oin) for oin in (from_party, to_party)):
            raise _wrong("X-VUM-fromParty en X-VUM-toParty: een OIN van twintig cijfers")
        if via_party and not re.fullmatch(r"\d{20}", via_party):
            raise _wrong("X-VUM-viaParty: een OIN van twintig cijfers")
        if not api_version.startswith("3."):
            raise _wrong("API-VERSION: 3.x")
        if from_party not in settings.vum_parties or to_party != settings.oin:
            raise VumError(403, "403.01", "Geen toegang", "deze bron staat voor deze partij niet open")
        own = caller.intermediary.oin if caller.intermediary else ""
        if own and own not in (from_party, via_party):
            details = "X-VUM-fromParty, of X-VUM-viaParty van een knooppunt, is niet de OIN van het token"
            raise VumError(403, "403.01", "Geen toegang", details)
        return from_party

    return party


def facade(settings: Settings) -> FastAPI:
    """The app, which asks nothing of the network but its callers' tokens."""
    app = FastAPI(
        title="Stagebrug als VUM-bron",
        summary="Facade for VUM 3.x: its paths, headers and errors are VUM's, not those of the Dutch API design rules.",
        version=API_VERSION,
        servers=[{"url": f"{settings.public_url.rstrip('/')}/vum/v1"}],
        root_path_in_servers=False,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[requires(scope=SCOPE)],
    )
    _errors(app)
    party = Depends(parties_of(settings))

    @app.post("/werkzoekendeProfielen/matches", summary="Profiles of job seekers: none, as nobody here is shown")
    async def match_profiles(question: Question, _: str = party) -> JSONResponse:
        _area(question)
        return _matches([], more=False)

    @app.get("/werkzoekendeProfielen/{vum_id}", summary="A profile: none")
    async def read_profile(vum_id: str, _: str = party) -> JSONResponse:
        raise _unknown(vum_id)

    @app.post("/vacatures/matches", summary="Open places of employers that allow it, in random order")
    async def match_vacancies(question: Question, work: Work, asking: str = party) -> JSONResponse:
        return await _within(_vacancies(question, work, asking))

    @app.get("/vacatures/{vum_id}", summary="One of an answer's vacancies; ten of each answer at most")
    async def read_vacancy(vum_id: str, work: Work, asking: str = party) -> JSONResponse:
        return await _within(_vacancy(vum_id, work, asking))

    @app.post("/werkgeverscontactmomenten/matches", summary="Who spoke with an employer, when, about what")
    async def match_contact_moments(question: Question, work: Work, _: str = party) -> JSONResponse:
        return await _within(_moments(question, work))

    return app


def _errors(app: FastAPI) -> None:
    async def ours(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, VumError)
        return error.answer

    async def refused(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, Refused)
        return VumError(error.status, f"{error.status}.01", "Geen toegang", str(error)).answer

    async def not_valid(_: Request, __: Exception) -> JSONResponse:
        return _wrong("de vraag is geen JSON-object").answer

    async def missing(_: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        return VumError(error.status_code, f"{error.status_code}.01", "Ongeldige aanroep", str(error.detail)).answer

    async def broken(_: Request, __: Exception) -> JSONResponse:
        return VumError(500, "500.1", "Interne fout", "de bron kan nu niet antwoorden").answer

    for kind, handler in (
        (VumError, ours),
        (Refused, refused),
        (RequestValidationError, not_valid),
        (HTTPException, missing),
        (SQLAlchemyError, broken),
    ):
        app.add_exception_handler(kind, handler)


async def _within(answer: Any) -> JSONResponse:
    try:
        async with asyncio.timeout(SECONDS):
            found: JSONResponse = await answer
            return found
    except TimeoutError:
        raise VumError(500, "500.3", "Geen tijdig antwoord", f"langer dan {SECONDS:.0f} seconden") from None


async def _vacancies(question: Mapping[str, Any], work: Work, asking: str) -> JSONResponse:
    area, criteria = _area(question), criteria_of(question)
    store = VumStore(work.session)
    middle = await store.middle_of(area.postcode)
    found = []
    for offer in await store.shown(today()) if middle else []:
        values = values_of(offer)
        near = middle is not None and kilometres(offer.location, middle) <= area.kilometres
        if near and values["codeTypeOvereenkomst"] and fits(values, criteria):
            found.append(offer)
    random.shuffle(found)
    shown = found[:MOST_MATCHES]
    number = await store.asked(asking, [offer.id for offer in shown])
    matches = [match_of(offer, f"{number.hex}-{place}") for place, offer in enumerate(shown)]
    return _matches(matches, more=len(found) > MOST_MATCHES)


async def _vacancy(vum_id: str, work: Work, asking: str) -> JSONResponse:
    if not (found := re.fullmatch(r"([0-9a-f]{32})-(\d{1,3})", vum_id)):
        raise _unknown(vum_id)
    store = VumStore(work.session)
    opened = await store.open(UUID(found[1]), int(found[2]), asking, MOST_DETAILS)
    if opened.too_many:
        raise VumError(429, "429.01", "Te veel vragen", f"hoogstens {MOST_DETAILS} details per vraag")
    offers = await store.shown(today(), opened.offer_id) if opened.offer_id else []
    if not offers:
        raise _unknown(vum_id)
    return _answer({"vacature": detail_of(offers[0], vum_id)})


async def _moments(question: Mapping[str, Any], work: Work) -> JSONResponse:
    employer, moment = question.get("werkgever"), question.get("datum")
    kvk = employer.get("nummerKvk") if isinstance(employer, Mapping) else None
    kvk = kvk.get("$eq") if isinstance(kvk, Mapping) else kvk
    if not isinstance(kvk, str) or not re.fullmatch(r"\d{8}", kvk):
        raise _wrong("werkgever.nummerKvk is verplicht: acht cijfers")
    since = moment.get("$gte") if isinstance(moment, Mapping) else None
    try:
        first = date.fromisoformat(since) if since else None
    except (TypeError, ValueError):
        raise _wrong("datum.$gte: JJJJ-MM-DD") from None
    found = await ContactStore(work.session).moments(kvk, first, PageRequest(MOST_MATCHES))
    shown = found[:MOST_MATCHES]
    random.shuffle(shown)
    return _matches([moment_of(each) for each in shown], more=len(found) > MOST_MATCHES)


def _area(question: Mapping[str, Any]) -> Area:
    try:
        return Area.of(question)
    except WrongQuestion as wrong:
        raise _wrong(str(wrong)) from None


def _unknown(vum_id: str) -> VumError:
    return VumError(400, "400.02", "Ongeldige aanroep", f"ID niet gevonden: {vum_id[:100]}")


def _matches(matches: list[dict[str, Any]], *, more: bool) -> JSONResponse:
    return _answer({"indicatieMaximumAantalBereikt": more, "matches": matches})


def _answer(body: dict[str, Any]) -> JSONResponse:
    return JSONResponse(body, headers={"API-Version": API_VERSION})
