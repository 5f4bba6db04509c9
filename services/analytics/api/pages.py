"""How pages of the dashboard are made: their templates, their headers, and what is told when something is refused."""

import hashlib
from collections.abc import Callable, Coroutine
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog
from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader

from services.analytics.api.selection import Selection
from services.analytics.api.session import Somebody, somebody_of
from services.analytics.domain import pages
from services.analytics.domain.scope import AMSTERDAM
from services.analytics.domain.sentences import UNITS
from services.analytics.settings import Settings
from shared.errors import Invalid, Refused, Transient

log = structlog.get_logger()

HERE = Path(__file__).parent
PAGES = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
PAGES.globals.update(menu=tuple(pages.PAGES.values()), units=UNITS)


def looks_of(service: Path) -> str:
    """A digest of a service's code, templates and scripts."""
    files = sorted(file for file in service.rglob("*") if file.suffix in {".py", ".html", ".js"})
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


LOOKS = looks_of(HERE.parent)
"""Another one when pages are drawn or counted otherwise, so that nobody keeps the old ones."""

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; "
    "form-action 'self'{issuer}; base-uri 'none'; frame-ancestors 'none'"
)
"""A page loads its own style sheet, script and an empty icon; who logs out is passed on to the identity provider."""


class Away(Refused):
    """Something that the page needs is away for a moment."""

    slug = "unavailable"
    status = 503


class PageRoute(APIRoute):
    """What is refused is told on a page, too."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler, with a page for what cannot be shown."""
        show = super().get_route_handler()

        async def shown(request: Request) -> Response:
            try:
                return await show(request)
            except Refused as refused:
                return _told(request, refused)
            except RequestValidationError:
                return _told(request, Invalid())
            except Transient as error:
                log.warning("page_without_infrastructure", error=repr(error))
                return _told(request, Away())

        return shown


def _told(request: Request, refused: Refused) -> Response:
    html = PAGES.get_template("refused.html").render(refused=refused, **frame(request, somebody_of(request)))
    return HTMLResponse(html, refused.status, headers=headers_of(request))


def frame(request: Request, somebody: Somebody | None) -> dict[str, Any]:
    """What every page shows, whatever it is about; links are relative, since a gateway may stand before."""
    settings: Settings = request.app.state.runtime.resources
    inside = request.url.path.partition("/dashboard")[2]
    return {
        "root": {0: "dashboard/", 1: ""}.get(inside.count("/"), "../"),
        "here": inside.strip("/"),
        "counted_at": datetime.now(AMSTERDAM),
        "can_log_in": bool(settings.oidc_client_id),
        "somebody": somebody,
        "chosen": Selection(),
    }


def headers_of(request: Request) -> dict[str, str]:
    """What a browser may do with a page, and how long it may keep it."""
    settings: Settings = request.app.state.runtime.resources
    issuer = "{0.scheme}://{0.netloc}".format(urlsplit(settings.oidc_logout_url)) if settings.oidc_logout_url else ""
    policy = POLICY.format(issuer=f" {issuer}" if issuer else "")
    kept = "no-store" if somebody_of(request) else "private, no-cache"  # the next one at this computer goes back
    return {"Content-Security-Policy": policy, "Cache-Control": kept, "Vary": "Cookie"}
