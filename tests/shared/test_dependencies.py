from collections.abc import Iterator
from typing import Annotated, Any, TypeAlias

from fastapi import APIRouter, Depends, FastAPI, Query
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from httpx import ASGITransport, AsyncClient

from deploy.calls import app_of
from shared import dispatch

SAID: list[str] = []


async def _name() -> str:
    SAID.append("name")
    return "a name"


Name: TypeAlias = Annotated[str, Depends(_name)]


async def _page(name: Name, limit: Annotated[int, Query(le=10)]) -> str:
    return f"{limit} of {name}"


Page: TypeAlias = Annotated[str, Depends(_page)]


async def _list(page: Page) -> str:
    return f"list of {page}"


def small() -> FastAPI:
    app, router = FastAPI(), APIRouter()

    @router.get("/v1/things")
    async def read(listed: Annotated[str, Depends(_list)], again: Annotated[str, Depends(_list)], name: Name) -> Any:
        return [listed, again, name]

    app.include_router(router)
    dispatch.install(app)
    return app


def solved(dependant: Dependant) -> Iterator[Any]:
    """What FastAPI solves for a call, in its order."""
    for one in dependant.dependencies:
        yield from solved(one)
        yield one.call


async def test_what_two_dependencies_share_is_given_to_both_and_a_refusal_stays_a_refusal() -> None:
    async with AsyncClient(transport=ASGITransport(small()), base_url="http://here") as client:
        SAID.clear()
        answer, refused = await client.get("/v1/things?limit=7"), await client.get("/v1/things?limit=70")
    assert answer.json() == ["list of 7 of a name", "list of 7 of a name", "a name"]
    assert SAID == ["name", "name"]  # one for each call
    assert refused.status_code == 422
    assert {error["loc"][1] for error in refused.json()["detail"]} == {"limit"}


def test_a_create_works_out_who_calls_once_and_its_document_still_asks_for_a_token() -> None:
    app = app_of("intake")
    before = app.openapi()
    called = {"type": "http", "method": "POST", "path": "/v1/students", "root_path": "", "headers": []}
    assert dispatch.Dispatch(app).find(called) is not None
    [route] = [
        route
        for route in iter_route_contexts(app.router.routes)
        if route.path == "/v1/students"
        and "POST" in (route.methods or ())
        and isinstance(route.original_route, APIRoute)
    ]
    assert [type(call).__name__ for call in solved(route.dependant)].count("HTTPBearer") == 1
    app.openapi_schema = None
    assert app.openapi() == before
