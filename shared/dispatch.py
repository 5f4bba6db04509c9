"""The short way to an endpoint: by method and beginning of the path, where FastAPI asks every route, and thrice.

Finding one of intake's three hundred routes took more than a quarter of the processor time of a small call. Whatever is
not found here (another method, a mounted app, a socket, nothing at all) goes FastAPI's own way. What an endpoint
depends on is solved once from then on.
"""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import NamedTuple, TypeAlias

from fastapi import FastAPI
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.dependencies import solve_once

Beginning: TypeAlias = tuple[str, ...]
"""`("v1", "employers")`: in most paths the variables come later."""


class Way(NamedTuple):
    """A route and what serves it."""

    route: BaseRoute
    path: Beginning
    methods: frozenset[str]
    matches: Callable[[Scope], tuple[Match, Scope]]
    serves: ASGIApp

    @classmethod
    def to(cls, found: RouteContext) -> "Way":
        """As an app includes it."""
        return cls(
            found.original_route, _beginning(found.path or ""), frozenset(found.methods or ()), found.matches, found.app
        )

    def may_take(self, method: str, path: Beginning) -> bool:
        """Whether a call that begins so may be its."""
        alike = all(own == asked or "{" in own for own, asked in zip(self.path, path, strict=False))
        return alike and (method in self.methods or not isinstance(self.route, APIRoute))


class Dispatch:
    """Passes a call to the first route that takes it, in the order in which they were added."""

    def __init__(self, app: FastAPI) -> None:
        self._router = app.router
        self._others = app.router.middleware_stack

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve what is found; leave the rest to the router."""
        if (found := self.find(scope)) is None:
            await self._others(scope, receive, send)
            return
        way, told = found
        scope.update(told, route=way.route, router=self._router)
        await way.serves(scope, receive, send)

    def find(self, scope: Scope) -> tuple[Way, Scope] | None:
        """The route that takes a call, and what it reads in its path."""
        if scope["type"] == "http" and not scope.get("root_path"):
            for way in self._ways.get((scope["method"], _beginning(scope["path"])), ()):
                if not isinstance(way.route, APIRoute):
                    break  # an app that is mounted here, or a page of FastAPI's own
                match, told = way.matches(scope)
                if match is Match.FULL:
                    return way, told
        return None

    @cached_property
    def _ways(self) -> dict[tuple[str, Beginning], Sequence[Way]]:
        """Made at the first call: until then routes are added. Each call needs to look at its own few."""
        routes = list(iter_route_contexts(self._router.routes))
        for route in routes:
            if isinstance(route.original_route, APIRoute):
                solve_once(route.dependant)
        ways = [Way.to(route) for route in routes]
        beginnings = {(method, way.path) for way in ways for method in way.methods}
        return {asked: [way for way in ways if way.may_take(*asked)] for asked in beginnings}


def _beginning(path: str) -> Beginning:
    return tuple(path.split("/", 3)[1:3])


def install(app: FastAPI) -> None:
    """Let an app find its endpoints so."""
    app.router.middleware_stack = Dispatch(app)
