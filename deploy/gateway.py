"""One origin for the front end on one machine: its files under /app/, each service under its name.

The containers have Caddy for it. Not for use outside one machine.
"""

import argparse
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    JSONResponse,
    PlainTextResponse,
    RedirectResponse,
    Response,
    StreamingResponse,
)
from starlette.routing import Route

from deploy import people
from deploy.ports import LOOPBACK

FILES = Path(__file__).parent / "frontend/dist"
NOT_BUILT = "De voorkant is nog niet gebouwd: `deploy/frontend/build` (daar is Node 20 voor nodig).\n"

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "host", "content-length"}
"""Headers of one connection, which a proxy does not pass on (RFC 9110 §7.6.1)."""


def create_app(services: dict[str, str], issuer: str, files: Path = FILES) -> Starlette:
    """The gateway before `services` (addresses by name), with the built front end of a folder."""
    files = files.resolve()  # a folder behind a link, too
    client = httpx.AsyncClient(timeout=httpx.Timeout(60, read=None), trust_env=False, follow_redirects=False)

    async def first(_: Request) -> Response:
        return RedirectResponse("/app/")

    async def settings(_: Request) -> Response:
        content = {"issuer": issuer, "clientId": people.CLIENT}
        return JSONResponse(content, headers={"Cache-Control": "no-cache"})

    async def page(request: Request) -> Response:
        return _file(files, request.path_params["path"], issuer)

    async def passed_on(request: Request) -> Response:
        base = services.get(request.path_params["service"])
        # a slash that is encoded separates for the routes, and not in the path as it came
        if base is None or request.scope["raw_path"].count(b"/") < 2:
            return nothing()
        return await _pass_on(client, base, request)

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        yield
        await client.aclose()

    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
    routes = [
        Route("/", first),
        Route("/app/settings.json", settings),
        Route("/app/{path:path}", page),
        Route("/{service}/{path:path}", passed_on, methods=methods),
    ]
    return Starlette(routes=routes, lifespan=life, middleware=[Middleware(GZipMiddleware, minimum_size=1000)])


def _file(files: Path, path: str, issuer: str) -> Response:
    """A file of the front end; every other address is one of its pages."""
    try:
        found = (files / path).resolve()
        if not (path and found.is_relative_to(files) and found.is_file()):
            found = files / "index.html"
    except (ValueError, OSError):  # no file can have this name
        return nothing()
    if not found.is_file():
        return PlainTextResponse(NOT_BUILT, 503)
    # names of assets change with their content
    kept = "max-age=31536000, immutable" if found.parent.name == "assets" else "no-cache"
    return FileResponse(found, headers={"Cache-Control": kept, **guards(issuer)})


def nothing() -> Response:
    """The answer at an address where nothing can be."""
    return PlainTextResponse("Hier is niets.\n", 404)


def guards(issuer: str) -> dict[str, str]:
    """What a browser may do with the front end: nothing from elsewhere but tokens of the issuer."""
    origin = "{0.scheme}://{0.netloc}".format(urlsplit(issuer))
    policy = (
        f"default-src 'self'; connect-src 'self' {origin}; img-src 'self' data:; object-src 'none'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'"
    )
    return {
        "Content-Security-Policy": policy,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }


async def _pass_on(client: httpx.AsyncClient, base: str, request: Request) -> Response:
    """The service's own answer, as it comes: the live stream never ends."""
    address = httpx.URL(base).copy_with(
        raw_path=b"/" + request.scope["raw_path"].split(b"/", 2)[2] + _query(request.scope["query_string"])
    )
    headers = [(name, value) for name, value in request.headers.items() if name not in HOP_BY_HOP]
    has_body = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    if has_body and (length := request.headers.get("content-length")):
        headers.append(("content-length", length))
    body = request.stream() if has_body else None
    try:
        answer = await client.send(
            client.build_request(request.method, address, headers=headers, content=body), stream=True
        )
    except httpx.TransportError:
        content = {
            "type": "about:blank",
            "title": "Away",
            "status": 503,
            "detail": "This service is away for a moment.",
        }
        return Response(json.dumps(content), 503, media_type="application/problem+json")
    passed = StreamingResponse(answer.aiter_raw(), answer.status_code, background=BackgroundTask(answer.aclose))
    passed.raw_headers = [(n.lower(), v) for n, v in answer.headers.raw if n.lower().decode() not in HOP_BY_HOP]
    return passed


def _query(text: bytes) -> bytes:
    return b"?" + text if text else b""


def main() -> None:
    """Run it: `python -m deploy.gateway --port 8110 --issuer http://… intake=http://… …`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--issuer", required=True)
    parser.add_argument("services", nargs="+")
    chosen = parser.parse_args()
    services = dict(one.split("=", 1) for one in chosen.services)
    uvicorn.run(create_app(services, chosen.issuer), host=LOOPBACK, port=chosen.port, access_log=False)


if __name__ == "__main__":
    main()
