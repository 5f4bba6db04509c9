"""How pages of the dashboard are made: their templates, their headers, and what is told when something is refused."""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader

from services.analytics.api.access import AMSTERDAM
from services.analytics.api.selection import Selection
from services.analytics.api.session import Somebody, somebody_of
from services.analytics.domain import pages
from services.analytics.domain.sentences import UNITS
from services.analytics.settings import Settings
from shared.errors import Refused

HERE = Path(__file__).parent
PAGES = Environment(loader=FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
PAGES.globals.update(menu=tuple(pages.PAGES.values()), units=UNITS)
LOOKS = hashlib.sha256(b"".join(file.read_bytes() for file in sorted((HERE / "templates").iterdir()))).hexdigest()
"""Another one when pages are drawn otherwise, so that nobody keeps the old ones."""

POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'{issuer}; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""A page loads its own style sheet and an empty icon; who logs out is passed on to the identity provider."""


def told(show: Callable[..., Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
    """What is refused is told on a page, too."""

    @wraps(show)
    async def shown(request: Request, **asked: Any) -> Response:
        try:
            return await show(request=request, **asked)
        except Refused as refused:
            somebody = somebody_of(request)
            html = PAGES.get_template("refused.html").render(refused=refused, **frame(request, somebody))
            return HTMLResponse(html, refused.status, headers=headers_of(request))

    return shown


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
