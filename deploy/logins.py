"""Logging in at the development issuer: the code flow with PKCE (RFC 7636), a session cookie and refresh tokens."""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from datetime import timedelta
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from deploy import people, tokens
from deploy.errors import OAuthRefused

ACCESS = timedelta(minutes=15)
CODE_SECONDS = 60
MOST_KEPT = 10_000
"""Codes and refresh tokens: more than a machine for development makes in a day."""

PAGE = """<!doctype html><html lang="nl"><meta charset="utf-8"><title>Inloggen · Stagebrug</title>
<meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="data:,"><style>
:root{{color-scheme:light dark}}
body{{font:1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:8vh auto;padding:0 1rem}}
button{{display:block;width:100%;margin:.5rem 0;padding:.8rem 1rem;font:inherit;text-align:left;border-radius:.5rem;
border:1px solid;background:none;cursor:pointer}}small{{display:block}}</style><main><h1>Wie bent u?</h1>
<p>Dit is de proefomgeving: u logt in met één tik, zonder wachtwoord.</p>
<form method="post">{choices}</form></main></html>
"""
NOBODY = "<p>Er is nog niemand die kan inloggen: <code>make demo</code> maakt mensen.</p>"


@dataclass(frozen=True)
class Grant:
    """What a code or refresh token stands for, until when."""

    person: people.Person
    ends: float
    refreshes: bool = False
    challenge: str = ""
    address: str = ""
    nonce: str = ""


@dataclass
class Logins:
    """Sessions, codes and refresh tokens of one issuer: in memory, so that a restart logs everybody out."""

    folder: Path
    issuer: str
    sessions: dict[str, str] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)

    @property
    def _cookie(self) -> str:
        # cookies know no ports, and another stack may have an issuer beside this one
        return "stagebrug-" + self.issuer.rpartition(":")[2]

    async def authorize(self, request: Request) -> Response:
        """The page where somebody logs in; who did before goes straight back with a code."""
        asked = request.query_params
        address = asked.get("redirect_uri", "")
        if asked.get("client_id") != people.CLIENT or not self._is_front_end(address):
            return HTMLResponse("Deze toepassing is hier niet bekend.", 400)
        proves = asked.get("code_challenge") and asked.get("code_challenge_method") == "S256"
        if asked.get("response_type") != "code" or not proves:
            return self._back(request, {"error": "invalid_request"})
        if request.method == "POST":
            chosen = parse_qs((await request.body()).decode()).get("person", [""])[0]
            return self._begin(request, chosen)
        known = self._person(self.sessions.get(request.cookies.get(self._cookie, ""), ""))
        if known and asked.get("prompt") != "login":
            return self._with_code(request, known)
        if asked.get("prompt") == "none":
            return self._back(request, {"error": "login_required"})
        return HTMLResponse(PAGE.format(choices=self._choices()), headers={"Cache-Control": "no-store"})

    def leave(self, request: Request) -> Response:
        """Log out: the session is gone, and the front end shows its first page."""
        self.sessions.pop(request.cookies.get(self._cookie, ""), None)
        back = request.query_params.get("post_logout_redirect_uri", "")
        answer = RedirectResponse(back if self._is_front_end(back) else "/", 303)
        answer.delete_cookie(self._cookie)
        return answer

    def exchange(self, form: dict[str, str]) -> dict[str, Any]:
        """Tokens for a code or a refresh token, each of which works once."""
        refreshing = form.get("grant_type") == "refresh_token"
        grant = self.grants.pop(form.get("refresh_token" if refreshing else "code", ""), None)
        if grant is None or grant.ends < time.time() or form.get("client_id") != people.CLIENT:
            raise OAuthRefused("invalid_grant")
        if grant.refreshes != refreshing:
            raise OAuthRefused("invalid_grant")
        if not refreshing and (
            _challenge(form.get("code_verifier", "")) != grant.challenge or form.get("redirect_uri") != grant.address
        ):
            raise OAuthRefused("invalid_grant")
        return self._tokens(grant)

    def _tokens(self, grant: Grant) -> dict[str, Any]:
        claims = dict(grant.person.claims)
        about = {"sub": claims["sub"], "name": grant.person.name}
        if grant.nonce:
            about["nonce"] = grant.nonce
        return {
            "access_token": tokens.mint(
                self.folder, self.issuer, {**claims, "name": grant.person.name, "azp": people.CLIENT}, ACCESS
            ),
            "id_token": tokens.mint(self.folder, self.issuer, about, ACCESS, people.CLIENT),
            "refresh_token": self._keep(Grant(grant.person, time.time() + 8 * 3600, refreshes=True)),
            "token_type": "Bearer",
            "expires_in": int(ACCESS.total_seconds()),
        }

    def _begin(self, request: Request, chosen: str) -> Response:
        person = self._person(chosen)
        if person is None:
            return HTMLResponse(PAGE.format(choices=self._choices()), 400)
        session = secrets.token_urlsafe(32)
        self.sessions[session] = person.key
        answer = self._with_code(request, person)
        answer.set_cookie(self._cookie, session, httponly=True, samesite="lax")
        return answer

    def _with_code(self, request: Request, person: people.Person) -> Response:
        asked = request.query_params
        challenge, nonce = asked.get("code_challenge", ""), asked.get("nonce", "")
        grant = Grant(
            person, time.time() + CODE_SECONDS, challenge=challenge, address=asked["redirect_uri"], nonce=nonce
        )
        return self._back(request, {"code": self._keep(grant)})

    def _back(self, request: Request, found: dict[str, str]) -> Response:
        asked = request.query_params
        answer = urlencode({**found, "state": asked.get("state", ""), "iss": self.issuer})
        return RedirectResponse(f"{asked['redirect_uri']}?{answer}", 303)

    def _keep(self, grant: Grant) -> str:
        while len(self.grants) >= MOST_KEPT:
            del self.grants[next(iter(self.grants))]
        key = secrets.token_urlsafe(32)
        self.grants[key] = grant
        return key

    def _person(self, key: str) -> people.Person | None:
        return next((one for one in people.registered(self.folder) if one.key == key), None)

    def _is_front_end(self, address: str) -> bool:
        return any(address == known or address.startswith(f"{known}/") for known in people.front_ends(self.folder))

    def _choices(self) -> str:
        return "".join(_choice(one) for one in people.registered(self.folder)) or NOBODY


def _choice(one: people.Person) -> str:
    said = f"{escape(one.name)}<small>{escape(one.role)}</small>"
    return f'<button name="person" value="{escape(one.key)}">{said}</button>'


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
