"""A small OpenID issuer for development: discovery, keys, tokens for machines, logins for people.

Not for use outside one machine.
"""

import argparse
import base64
import binascii
import secrets
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy import assertions, tokens
from deploy.errors import OAuthRefused
from deploy.logins import Logins
from deploy.ports import LOOPBACK

MACHINE_TOKEN_LIFETIME = timedelta(minutes=15)
PERSONS = ("authorization_code", "refresh_token")


def create_app(folder: Path, issuer: str) -> Starlette:
    """The issuer with the keys and clients of `folder`, known to the world as `issuer`."""
    logins, proofs = Logins(folder, issuer), assertions.Assertions(issuer)

    async def discovery(_: Request) -> JSONResponse:
        return JSONResponse(_discovery(issuer))

    async def keys(_: Request) -> JSONResponse:
        return JSONResponse(tokens.public_keys(folder))

    async def token(request: Request) -> JSONResponse:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        try:
            if form.get("grant_type") in PERSONS:
                answer = logins.exchange(form)
            else:
                answer = _machine_token(folder, proofs, form, request.headers.get("authorization", ""))
        except OAuthRefused as refused:
            return JSONResponse({"error": refused.error}, refused.status)
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    async def leave(request: Request) -> Response:
        return logins.leave(request)

    routes = [
        Route("/.well-known/openid-configuration", discovery),
        Route("/jwks.json", keys),
        Route("/token", token, methods=["POST"]),
        Route("/authorize", logins.authorize, methods=["GET", "POST"]),
        Route("/logout", leave),
    ]
    # tokens travel in bodies and headers only: whoever has none learns nothing here
    cors = Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "POST"])
    return Starlette(routes=routes, middleware=[cors])


def _discovery(issuer: str) -> dict[str, Any]:
    return {
        "issuer": issuer,
        "jwks_uri": f"{issuer}/jwks.json",
        "token_endpoint": f"{issuer}/token",
        "authorization_endpoint": f"{issuer}/authorize",
        "end_session_endpoint": f"{issuer}/logout",
        "grant_types_supported": ["client_credentials", *PERSONS],
        "response_types_supported": ["code"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [tokens.ALGORITHM],
        "token_endpoint_auth_methods_supported": [
            "client_secret_basic",
            "client_secret_post",
            "private_key_jwt",
            "none",
        ],
        "token_endpoint_auth_signing_alg_values_supported": assertions.ALGORITHMS,
    }


def _machine_token(
    folder: Path, proofs: assertions.Assertions, form: dict[str, str], authorization: str
) -> dict[str, Any]:
    client_id, client = _proved(tokens.registered_clients(folder), proofs, form, authorization)
    if form.get("grant_type") != "client_credentials":
        raise OAuthRefused("unsupported_grant_type")
    scope = form.get("scope") or client["scope"]
    if not set(scope.split()) <= set(client["scope"].split()):
        raise OAuthRefused("invalid_scope")
    claims = {**client["claims"], "sub": client_id, "client_id": client_id, "scope": scope}
    return {
        "access_token": tokens.mint(folder, proofs.issuer, claims, MACHINE_TOKEN_LIFETIME),
        "token_type": "Bearer",
        "expires_in": int(MACHINE_TOKEN_LIFETIME.total_seconds()),
        "scope": scope,
    }


def _proved(
    clients: dict[str, dict[str, Any]], proofs: assertions.Assertions, form: dict[str, str], authorization: str
) -> tuple[str, dict[str, Any]]:
    """The client that asks, proved by its key or its secret."""
    if (named := proofs.client_of(form)) is not None:
        client = clients.get(named, {})
        proofs.check(form, named, client.get("keys", []))
        return named, client
    client_id, secret = _credentials(form, authorization)
    known = clients.get(client_id, {}).get("secret")
    if not known or not secrets.compare_digest(known.encode(), secret.encode()):
        raise OAuthRefused("invalid_client", 401)
    return client_id, clients[client_id]


def _credentials(form: dict[str, str], authorization: str) -> tuple[str, str]:
    """The client's id and secret, from the header or else the form; both are strings that may be wrong."""
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return form.get("client_id", ""), form.get("client_secret", "")
    try:
        client_id, _, secret = base64.b64decode(encoded).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise OAuthRefused("invalid_client", 401) from None
    return unquote(client_id), unquote(secret)


def main() -> None:
    """Run the issuer of a folder: `python -m deploy.issuer .stack --port 8100`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, required=True)
    chosen = parser.parse_args()
    app = create_app(chosen.folder, f"http://{LOOPBACK}:{chosen.port}")
    uvicorn.run(app, host=LOOPBACK, port=chosen.port, access_log=False)


if __name__ == "__main__":
    main()
