"""Every endpoint of every service is found the short way, and it is the one that FastAPI finds."""

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from httpx import ASGITransport, AsyncClient
from starlette.routing import BaseRoute, Match
from starlette.types import Scope

from deploy.calls import app_of
from deploy.plan import SERVICES
from shared import dispatch

UUID = "01920000-0000-7000-8000-00000000000e"


def calls(app: FastAPI) -> Iterator[Scope]:
    """One of each route: with an id where it has a variable, and with the words that stand there in other paths."""
    paths = {
        (method, route.path or "") for route in iter_route_contexts(app.router.routes) for method in route.methods or ()
    }
    words: defaultdict[str, set[str]] = defaultdict(set)
    for _, path in paths:
        for begun, word in ((begun, word.split("/")[0]) for begun, word in splits(path) if not word.startswith("{")):
            words[begun].add(word)
    filled = {(method, re.sub("{[^}]*}", UUID, path)) for method, path in paths}
    for method, path in paths:
        for begun, rest in splits(path):
            for word in words[begun] if rest.startswith("{") else ():
                filled.add((method, re.sub("{[^}]*}", UUID, f"{begun}/{re.sub('^{[^}]*}', word, rest)}")))
    for method, path in sorted(filled):
        yield {"type": "http", "method": method, "path": path, "root_path": "", "headers": []}


def splits(path: str) -> Iterator[tuple[str, str]]:
    parts = path.split("/")
    yield from (("/".join(parts[:at]), "/".join(parts[at:])) for at in range(1, len(parts)))


def first_that_takes(routes: list[RouteContext], scope: Scope) -> BaseRoute | None:
    return next((route.original_route for route in routes if route.matches(dict(scope))[0] is Match.FULL), None)


@pytest.mark.parametrize("service", SERVICES)
def test_the_short_way_leads_to_the_first_route_that_takes_a_call(service: str) -> None:
    app = app_of(service)
    short, routes = dispatch.Dispatch(app), list(iter_route_contexts(app.router.routes))
    found: set[int] = set()
    for scope in calls(app):
        if (way := short.find(dict(scope))) is not None:
            assert way[0].route is first_that_takes(routes, scope), scope["path"]
            found.add(id(way[0].route))
    rare = {
        route.path
        for route in routes
        if isinstance(route.original_route, APIRoute) and id(route.original_route) not in found
    }
    assert all("{" in path.split("/", 3)[1] + path.split("/", 3)[2] for path in rare if path), rare


async def test_what_is_not_found_is_left_to_the_router() -> None:
    app, router, mounted = FastAPI(), APIRouter(), FastAPI()

    @router.get("/v1/things/{name}")
    async def read(name: str) -> Any:
        return name

    @router.get("/v1/{kind}/rare")
    async def rare(kind: str) -> Any:
        return {"kind": kind}

    @mounted.get("/there")
    async def there() -> Any:
        return "mounted"

    app.mount("/v1/things/inside", mounted)
    app.include_router(router)
    dispatch.install(app)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://here") as client:
        answers = {path: await client.get(path) for path in (
            "/v1/things/a%20b", "/v1/things/rare", "/v1/others/rare", "/v1/things/inside/there", "/v1/none", "/openapi.json",
        )}  # fmt: skip
        refused = await client.delete("/v1/things/a")
    assert [answer.status_code for answer in answers.values()] == [200, 200, 200, 200, 404, 200]
    bodies = [answer.json() for answer in answers.values()][:4]
    assert bodies == ["a b", "rare", {"kind": "others"}, "mounted"]
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET")
