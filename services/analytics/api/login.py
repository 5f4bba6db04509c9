"""Logging in to the dashboard: the code flow with PKCE, by Authlib."""

import warnings
from typing import Any
from urllib.parse import urlencode

import httpx
import structlog
from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from joserfc.errors import JoseError

from services.analytics.api.pages import PageRoute
from services.analytics.api.session import WHO, Somebody, address
from services.analytics.settings import Settings
from shared.errors import NotFound, Refused, Transient, Unauthenticated
from shared.security import ALGORITHMS, Principal, Role, TokenChecker

with warnings.catch_warnings():  # at every start it says that later ones want httpx2: docs/decisions/0039
    from authlib.deprecate import AuthlibDeprecationWarning  # whose import shows them always

    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.base_client import OAuthError
    from authlib.integrations.starlette_client import OAuth

log = structlog.get_logger()

router = APIRouter(prefix="/dashboard", include_in_schema=False, route_class=PageRoute)


class LoginFailed(Refused):
    """The login was not completed."""

    slug = "login-failed"
    status = 400


@router.get("/login")
async def log_in(request: Request) -> Response:
    """To the identity provider, with a state, a nonce and a challenge that only this browser can answer."""
    settings = _settings(request)
    answer: Response = await _provider(settings).authorize_redirect(request, f"{address(settings)}/callback")
    return answer


@router.get("/callback")
async def come_back(request: Request) -> Response:
    """From the identity provider, on to a page that follows from the token: nobody can be sent elsewhere."""
    settings = _settings(request)
    try:
        tokens = await _provider(settings).authorize_access_token(request, claims_options=_claims(settings))
        checker: TokenChecker = request.app.state.runtime.tokens
        principal = await checker.principal(tokens.get("access_token", ""))
    except httpx.HTTPError as error:
        raise Transient(f"the identity provider does not answer: {error!r}") from error
    except (OAuthError, JoseError, ValueError, Unauthenticated) as error:
        log.info("login_refused", error=type(error).__name__)
        raise LoginFailed from None
    about = tokens.get("userinfo") or {}  # without an id token nothing says that the answer is to our question
    if about.get("sub") != principal.subject:
        raise LoginFailed
    request.session.clear()
    request.session[WHO] = Somebody.of(principal, about).model_dump(mode="json", by_alias=True)
    return RedirectResponse(f"{address(settings)}{_first_page(principal)}", 303)


def _first_page(principal: Principal) -> str:
    if principal.has(Role.REGIONAL_COORDINATOR) and principal.regions:
        return f"?{urlencode({'region': min(principal.regions)})}"
    return "/school" if principal.schools else ""


@router.post("/logout")
async def log_out(request: Request) -> Response:
    """Here, and at the identity provider where it has a place for that."""
    settings = _settings(request)
    request.session.clear()
    where = address(settings)
    if settings.oidc_logout_url:
        back = {"client_id": settings.oidc_client_id, "post_logout_redirect_uri": where}
        where = f"{settings.oidc_logout_url}?{urlencode(back)}"
    # the next one at this computer does not go back to what was seen
    return RedirectResponse(where, 303, {"Clear-Site-Data": '"cache"'})


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.runtime.resources  # without a transaction: a provider may be slow
    if not settings.oidc_client_id:
        raise NotFound("login")
    return settings


def _claims(settings: Settings) -> dict[str, Any]:
    """What the token about the person must say: who issued it, and for us."""
    return {
        "iss": {"essential": True, "value": settings.issuer},
        "aud": {"essential": True, "value": settings.oidc_client_id},
    }


def _provider(settings: Settings) -> Any:
    """The provider as Authlib knows it; made anew, so that it holds keys no longer than one login takes."""
    secret = settings.oidc_client_secret.get_secret_value()
    return OAuth().register(
        "stagebrug",
        client_id=settings.oidc_client_id,
        client_secret=secret or None,
        authorize_url=settings.oidc_authorize_url,
        access_token_url=settings.token_url,
        jwks_uri=settings.jwks_url,
        issuer=settings.issuer,
        id_token_signing_alg_values_supported=ALGORITHMS,
        client_kwargs={
            "scope": "openid profile email",
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": "client_secret_basic" if secret else "none",
        },
    )
