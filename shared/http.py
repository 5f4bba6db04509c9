"""The Dutch REST API Design Rules (Logius, ADR 2.x) in one place: errors, headers, versions, the door."""

import re
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from opentelemetry import trace
from pydantic.alias_generators import to_camel
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.deprecation.routes import told
from shared.errors import Invalid, Problem, Refused, is_infrastructure, is_transient
from shared.ids import new_id
from shared.telemetry import HTTP_SECONDS, context_of, tracer

log = structlog.get_logger()

API_VERSION = "0.1.0"
LARGEST_BODY = 1024 * 1024
"""Bytes; larger things (imports) get a limit of their own."""

PROBLEM = "application/problem+json"
_NUL = re.compile(rb"\x00|(?<!\\)(?:\\\\)*\\u0000")

_SECRET = re.compile(r"(?<=/)[\w-]{40,}")
"""A part of a path as long as a link's token (ids have 36 characters): no log and no trace may hold it."""

HEADERS = {
    "api-version": API_VERSION,
    "cache-control": "no-store",
    "content-security-policy": "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "strict-transport-security": "max-age=31536000",
    "referrer-policy": "no-referrer",
}


def problem(
    status: int,
    title: str,
    detail: str,
    *,
    slug: str = "about:blank",
    errors: Iterable[Problem] = (),
    headers: Mapping[str, str] | None = None,
    members: Mapping[str, Any] | None = None,
) -> JSONResponse:
    """An `application/problem+json` answer (RFC 9457)."""
    body: dict[str, Any] = {
        **(members or {}),
        "type": slug if slug == "about:blank" else f"urn:stagebrug:problem:{slug}",
        "title": title,
        "status": status,
        "detail": detail,
    }
    if found := [{"in": e.location, "pointer": e.pointer, "detail": e.detail} for e in errors]:
        body["errors"] = found
    return JSONResponse(body, status, dict(headers or {}), PROBLEM)


def without_secrets(path: str) -> str:
    """A path as it may stand in logs and traces."""
    return _SECRET.sub("…", path)


def install(app: FastAPI, uploads: Mapping[str, int] | None = None) -> None:
    """Let an app answer every failure as a problem, and pass every call through the door.

    `uploads`: paths to which files are posted, with the bytes that each takes; their bodies are read as they come in.
    """
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _not_valid)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_middleware(Door, uploads=uploads or {})


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refused)
    title = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(error).__name__).capitalize()
    errors = error.problems if isinstance(error, Invalid) else ()
    return problem(
        error.status,
        title,
        str(error),
        slug=error.slug,
        errors=errors,
        headers=error.headers,
        members={to_camel(name): jsonable_encoder(error.facts[name]) for name in error.shown},
    )


async def _not_valid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    problems = [
        Problem(
            location=str(found["loc"][0]),
            pointer=("/" if found["loc"][0] == "body" else "") + "/".join(map(str, found["loc"][1:])),
            detail=found["msg"].removeprefix("Value error, "),
        )
        for found in error.errors()
    ]
    return problem(400, "Invalid input", "The input is not valid; see errors.", slug="invalid-input", errors=problems)


async def _http_error(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    detail = "There is nothing at this address." if error.status_code == 404 else str(error.detail)
    errors = [Problem(pointer="", detail=detail)] if error.status_code == 400 else ()
    return problem(error.status_code, str(error.detail), detail, errors=errors, headers=error.headers)


def _broken(path: str, error: Exception) -> JSONResponse:
    if is_infrastructure(error) or is_transient(error):  # a collision of transactions passes, too
        log.warning("request_without_infrastructure", path=path, error=repr(error))
        detail = (
            "Something that this service needs is away for a moment. Please try again; under the same Idempotency-Key "
            "nothing is created twice, should the first try have come through after all."
        )
        return problem(503, "Temporarily unavailable", detail, slug="unavailable", headers={"Retry-After": "5"})
    log.error("request_failed", path=path, exc_info=error)
    return problem(
        500, "Internal error", "This is our mistake; it has been logged under the X-Request-Id of this answer."
    )


class Door:
    """Every call: an id, a span, a figure, the headers of the rules; and no NUL and no endless body gets in."""

    def __init__(self, app: ASGIApp, uploads: Mapping[str, int]) -> None:
        self.app = app
        self._uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass an HTTP call on; everything else as it is."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, request_id = time.perf_counter(), str(new_id())
        scope["request_id"] = request_id
        sent = {"status": 0}
        parent = dict(scope["headers"]).get(b"traceparent", b"").decode("latin-1")
        with (
            structlog.contextvars.bound_contextvars(request_id=request_id),
            tracer.start_as_current_span(
                f"{scope['method']} {without_secrets(scope['path'])}",
                context=context_of(parent or None),
                kind=trace.SpanKind.SERVER,
            ),
        ):
            guarded = _with_headers(send, sent, request_id, scope)
            try:
                await self._guarded(scope, receive, guarded)
            except Exception as error:
                if sent["status"]:  # half an answer is out already
                    raise
                await _broken(without_secrets(scope["path"]), error)(scope, receive, guarded)
        route = getattr(scope.get("route"), "path", "other")
        HTTP_SECONDS.labels(scope["method"], route, sent["status"]).observe(time.perf_counter() - started)

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        if "\x00" in scope["path"] or b"%00" in scope.get("query_string", b""):
            await _refuse(400, "The address holds a NUL character, which nothing here can hold.")(scope, receive, send)
            return
        body = b""
        if scope["method"] == "POST" and (most := self._uploads.get(scope["path"])):
            await self.app(scope, _at_most(most, receive), send)
            return
        if scope["method"] in {"POST", "PUT", "PATCH"}:
            body, too_large = await _read(receive)
            if too_large:
                answer = problem(413, "Too large", f"A body may have {LARGEST_BODY} bytes at most.", slug="too-large")
                await answer(scope, receive, send)
                return
            if _NUL.search(body):
                await _refuse(400, "The body holds a NUL character, which nothing here can hold.")(scope, receive, send)
                return
            receive = _replay(body, receive)
        await self.app(scope, receive, send)


def _refuse(status: int, detail: str) -> JSONResponse:
    return problem(
        status, "Invalid input", detail, slug="invalid-input", errors=[Problem(pointer="", detail="NUL character")]
    )


class UploadIsTooLarge(Refused):
    """A file may have {most} bytes at most."""

    slug = "too-large"
    status = 413


def _at_most(most: int, receive: Receive) -> Receive:
    """A body that is passed on piece by piece, and refused as soon as it grows too large."""
    size = 0

    async def bounded() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > most:
            raise UploadIsTooLarge(most=most)
        return message

    return bounded


async def _read(receive: Receive) -> tuple[bytes, bool]:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b"".join(parts), False
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LARGEST_BODY:
            return b"", True
        if not message.get("more_body"):
            return b"".join(parts), False


def _replay(body: bytes, receive: Receive) -> Callable[[], Awaitable[MutableMapping[str, Any]]]:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _with_headers(send: Send, sent: dict[str, int], request_id: str, scope: Scope) -> Send:
    async def add(message: Message) -> None:
        if message["type"] == "http.response.start":
            sent["status"] = message["status"]
            present = {name.lower() for name, _ in message["headers"]}
            extra = {**HEADERS, "x-request-id": request_id}
            if scope["path"] == "/v1/openapi.json":
                extra["access-control-allow-origin"] = "*"
            message["headers"] = [
                *message["headers"],
                *((n.encode(), v.encode()) for n, v in extra.items() if n.encode() not in present),
                *((n.encode(), v.encode()) for n, v in told(scope)),
            ]
        await send(message)

    return add
