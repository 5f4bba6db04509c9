"""Who is logged in to the dashboard: a signed session cookie that no script can read.

The session holds who somebody is and what may be seen, as the access token said; the token itself is not kept.
"""

import time
from collections.abc import Mapping
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from fastapi import Depends, FastAPI, Request
from pydantic import BaseModel, ValidationError
from starlette.middleware.sessions import SessionMiddleware

from services.analytics.settings import Settings
from shared.security import Principal

COOKIE = "stagebrug-dashboard"
SESSION_SECONDS = 3600
"""A right that is taken away at the provider ends here within the hour: a session asks nobody meanwhile."""

WHO = "who"
LONGEST_NAME = 200
"""A cookie has four kilobytes."""


class Somebody(BaseModel):
    """Who is logged in, until when (seconds since 1970)."""

    principal: Principal
    name: str = ""
    ends: float

    @classmethod
    def of(cls, principal: Principal, about: Mapping[str, Any]) -> Self:
        """From the access token and what the id token says of the person; the address of mail is of no use here."""
        name = str(about.get("name") or about.get("preferred_username") or "")[:LONGEST_NAME]
        kept = principal.model_copy(update={"email": None})
        return cls(principal=kept, name=name, ends=time.time() + SESSION_SECONDS)

    @property
    def key(self) -> str:
        """What is shown depends on it; the same in every process, which sets are not."""
        return repr([self.name, *((name, sorted(v) if isinstance(v, frozenset) else v) for name, v in self.principal)])


def install(app: FastAPI, settings: Settings) -> None:
    """Give an app sessions, where people can log in."""
    if settings.oidc_client_id:
        app.add_middleware(
            SessionMiddleware,
            secret_key=settings.session_secret.get_secret_value(),
            session_cookie=COOKIE,
            max_age=SESSION_SECONDS,
            path=f"{urlsplit(settings.public_url).path.rstrip('/')}/dashboard",
            https_only=settings.public_url.startswith("https:"),
        )


def address(settings: Settings) -> str:
    """Where the dashboard is, for browsers and the identity provider."""
    return f"{settings.public_url.rstrip('/')}/dashboard"


def somebody_of(request: Request) -> Somebody | None:
    """Who is logged in; none without a session of this form, or after its end."""
    session: dict[str, Any] = request.scope.get("session", {})
    if WHO not in session:
        return None
    try:
        found = Somebody.model_validate(session[WHO])
    except ValidationError:  # of another version of this: to be logged in anew
        return None
    return found if found.ends > time.time() else None


async def _logged_in(request: Request) -> Somebody | None:
    return somebody_of(request)


LoggedIn = Annotated[Somebody | None, Depends(_logged_in)]
