"""The dashboard: pages that work offline, without their script too, in light and dark, and with the keyboard alone."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import FileResponse, HTMLResponse

from services.analytics.api.access import scope_of
from services.analytics.api.exports import Form, exported
from services.analytics.api.pages import LOOKS, PAGES, PageRoute, frame, headers_of
from services.analytics.api.selection import Selected, Selection, periods
from services.analytics.api.session import LoggedIn, Somebody
from services.analytics.api.tables import etag_of, matches
from services.analytics.counting import broken_down, table_of
from services.analytics.domain import drawing, page, pages
from services.analytics.domain.catalogue import DESCRIPTIONS, TABLES
from services.analytics.domain.counted import CountTable
from services.analytics.domain.scope import AMSTERDAM, Scope
from services.analytics.domain.sentences import sentence
from services.analytics.domain.table import Source, Table
from services.analytics.domain.words import REGIONS, label, region_order
from services.analytics.store import CountStore, RegisterStore
from services.analytics.store.register import NamedSchool
from shared.errors import Forbidden, Invalid, NotFound
from shared.security import Principal, Role
from shared.unit_of_work import UnitOfWork, Work

router = APIRouter(prefix="/dashboard", include_in_schema=False, route_class=PageRoute)

HERE = Path(__file__).parent
TITLES = {about.name: about.title for about in DESCRIPTIONS}

IfNoneMatch = Annotated[str | None, Header(description="The ETag of the copy that the caller has.")]


@dataclass(frozen=True)
class View:
    """Who asks for what, and where the page's address is relative to the dashboard's."""

    request: Request
    work: UnitOfWork
    somebody: Somebody | None
    chosen: Selection
    scope: Scope
    schools: tuple[NamedSchool, ...] = ()

    @property
    def principal(self) -> Principal | None:
        """What may be seen, for those who decide it."""
        return self.somebody.principal if self.somebody else None

    @property
    def school(self) -> NamedSchool | None:
        """The school that is asked about."""
        return next((one for one in self.schools if one.brin == self.chosen.school), None)


@router.get("/style.css")
async def read_style() -> FileResponse:
    """The pages' style sheet."""
    return FileResponse(HERE / "static" / "dashboard.css", media_type="text/css", headers={"Cache-Control": "no-cache"})


@router.get("/live.js")
async def read_script() -> FileResponse:
    """What keeps a page up to date."""
    return FileResponse(
        HERE / "static" / "live.js", media_type="text/javascript", headers={"Cache-Control": "no-cache"}
    )


@router.get("/tables")
async def list_tables(request: Request, work: Work, somebody: LoggedIn, chosen: Selected) -> Response:
    """Every table that there is, with what it counts."""
    view = await _view(request, work, somebody, chosen)
    html = PAGES.get_template("tables.html").render(
        tables={
            "Wat is vastgelegd": [about for about in DESCRIPTIONS if about.source is Source.REGISTER],
            "Wat scholen en werkgevers vinden": [a for a in DESCRIPTIONS if a.source is Source.QUESTIONNAIRE],
        },
        **await _chosen(view),
    )
    return HTMLResponse(html, headers=headers_of(request))


@router.get("/tables/{name}")
async def read_table(
    request: Request,
    work: Work,
    somebody: LoggedIn,
    chosen: Selected,
    name: str,
    form: Annotated[Form | None, Query(alias="format")] = None,
    breakdown: Literal["region"] | None = None,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """A table with what it means; with a format, as a file."""
    view = await _view(request, work, somebody, chosen)
    headers = {**headers_of(request), "ETag": await _etag(view, name, form, breakdown)}
    if matches(headers["ETag"], if_none_match):
        return Response(status_code=304, headers=headers)
    table = await (broken_down(name, view.scope, None, work) if breakdown else table_of(name, view.scope, work))
    if form in {Form.CSV, Form.XLSX}:
        return exported(table, Form(form), view.scope, headers)
    html = PAGES.get_template("table.html").render(
        table=table,
        etag=headers["ETag"],
        breaks_down=isinstance(TABLES.get(name), CountTable) and not chosen.region and not chosen.school,
        breakdown=breakdown,
        **await _chosen(view),
    )
    return HTMLResponse(html, headers=headers)


@router.get("")
@router.get("/{key}")
async def read_page(
    request: Request,
    work: Work,
    somebody: LoggedIn,
    chosen: Selected,
    key: str = "",
    if_none_match: IfNoneMatch = None,
) -> Response:
    """A page with its numbers, charts and their tables."""
    asked = pages.PAGES.get(key)
    if asked is None:
        raise NotFound("page")
    view = await _view(request, work, somebody, chosen, at_school=asked is pages.SCHOOL)
    headers = {**headers_of(request), "ETag": await _etag(view, key)}
    if matches(headers["ETag"], if_none_match):
        return Response(status_code=304, headers=headers)
    return HTMLResponse(await _drawn(asked, view, headers["ETag"]), headers=headers)


async def _drawn(asked: pages.Page, view: View, etag: str) -> str:
    region = view.scope.region
    tables = await _tables(page.names_of(asked, region), view)
    around = await _around(asked, view) if view.school else {}
    drawn: dict[str, Any] = {}
    if place := tables.get(pages.MAP):
        drawn = {"map": drawing.region_map(place, region), "map_sentence": sentence(place)}
    if seats := tables.get(pages.TIMELINE):
        drawn["months"] = drawing.months(seats)
    return PAGES.get_template("page.html").render(
        page=asked,
        etag=etag,
        numbers=page.numbers(asked, tables, around),
        sections=page.sections(asked, tables, TITLES, region),
        tables=tables,
        **drawn,
        **await _chosen(view),
    )


async def _tables(names: tuple[str, ...], view: View) -> dict[str, Table]:
    """Each table as far as it can be shown so; opinions are of a region, also on the page of a school."""
    found = {}
    opinions = await _of_region(view) if view.school else view.scope
    for name in names:
        try:
            found[name] = await table_of(name, opinions if "-say-" in name else view.scope, view.work)
        except (Forbidden, Invalid):
            continue
    return found


async def _around(asked: pages.Page, view: View) -> dict[str, Table]:
    """The same numbers of the school's region, as everybody sees them."""
    scope = await _of_region(view)
    names = dict.fromkeys(one.table for one in asked.numbers)
    return {name: await table_of(name, scope, view.work) for name in names} if not scope.period else {}


async def _of_region(view: View) -> Scope:
    assert view.school
    return await scope_of(view.principal, view.work, view.school.region, None, *view.chosen.days)


async def _view(
    request: Request, work: UnitOfWork, somebody: Somebody | None, chosen: Selection, *, at_school: bool = False
) -> View:
    """What may be seen; `scope_of` decides, as it does for the tables of the API."""
    principal = somebody.principal if somebody else None
    schools = await _schools(principal, work)
    open_to = at_school and "school" not in request.query_params and not chosen.region  # empty: no school was chosen
    if open_to and principal and principal.schools and schools:
        chosen = chosen.at(school=schools[0].brin)
    scope = await scope_of(principal, work, chosen.region or None, chosen.school or None, *chosen.days)
    if chosen.school:  # the form sends both
        chosen, scope = chosen.at(region=""), replace(scope, region=None)
    return View(request, work, somebody, chosen, scope, schools)


async def _schools(principal: Principal | None, work: UnitOfWork) -> tuple[NamedSchool, ...]:
    """The schools whose figures somebody may ask for, the own ones first."""
    if principal is None:
        return ()
    every = await RegisterStore(work.session).named_schools()
    regions = principal.regions if principal.has(Role.REGIONAL_COORDINATOR) else frozenset()
    own = [one for one in every if one.brin in principal.schools]
    others = [one for one in every if one.region in regions or principal.has(Role.OPERATOR)]
    return tuple(dict.fromkeys([*own, *others]))


async def _etag(view: View, *asked: object) -> str:
    position = await CountStore(view.work.session).position(view.scope)
    who = view.somebody.key if view.somebody else ""
    shown = frame(view.request, view.somebody)["can_log_in"]
    return etag_of("", view.scope, position, LOOKS, who, shown, view.chosen, *asked)


async def _chosen(view: View) -> dict[str, Any]:
    """What the frame of every page shows of the choice."""
    store = CountStore(view.work.session)
    known = {*await RegisterStore(view.work.session).regions()} & {*REGIONS}
    first, at = view.chosen.region or None, await store.counted_at(view.scope)
    return {
        **frame(view.request, view.somebody),
        **({"counted_at": at.astimezone(AMSTERDAM)} if at else {}),
        "heading": page.heading(first, view.school.name if view.school else None),
        "chosen": view.chosen,
        "regions": [(code, label(code)) for code in sorted(known | ({first} if first else set()), key=region_order)],
        "schools": view.schools,
        "periods": periods(view.scope.today, await store.first_year(), school_years=not view.scope.hide),
        "of_region": view.chosen.at(school="", region=view.school.region if view.school else view.chosen.region),
    }
