"""Who calls: bearer tokens of any OIDC issuer, checked by every service itself against the issuer's published keys."""

import asyncio
import contextlib
import hashlib
import json
import time
from collections.abc import AsyncIterator, Generator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import httpx
import structlog
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, import_key
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError

from shared.errors import Forbidden, Transient, Unauthenticated
from shared.events.codes import IntermediaryKind
from shared.guesses import network_of
from shared.ids import new_id
from shared.limits import Limits
from shared.settings import ServiceSettings

log = structlog.get_logger()

ALGORITHMS = ["RS256", "ES256", "PS256"]
LEEWAY_SECONDS = 30
KEYS_KEPT_SECONDS = 600
UNKNOWN_ASKED_AGAIN_SECONDS = 0.5
"""Without keys nobody is let in, so the issuer is asked again soon, and not by each call in turn."""

KEYS_ASKED_AGAIN_SECONDS = 10
"""An unknown key id asks the issuer again, but not more often than this: anybody can invent key ids."""


TOKENS_KNOWN = 10_000
"""As many as callers have limits (`shared.limits`): some 10 MB."""


class Role(StrEnum):
    """What somebody is to the system."""

    COORDINATOR = "coordinator"
    JOBCOACH = "jobcoach"
    REGIONAL_COORDINATOR = "regional-coordinator"
    INTERMEDIARY = "intermediary"
    OPERATOR = "operator"


class Intermediary(BaseModel):
    """An organisation that knows employers, and the area it speaks for."""

    model_config = ConfigDict(frozen=True)

    kind: IntermediaryKind
    oin: str = ""
    municipalities: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()


class Principal(BaseModel):
    """Who calls, as the token says."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    subject: str = Field(alias="sub", min_length=1, max_length=200)
    email: str | None = None
    roles: frozenset[str] = frozenset()
    schools: frozenset[str] = frozenset()
    """Schools by BRIN and location, six characters."""
    regions: frozenset[str] = frozenset()
    intermediary: Intermediary | None = None
    scope: str = ""
    client: str = Field(default="", max_length=200, validation_alias=AliasChoices("azp", "client_id"))
    """The program that calls, for whomever it does."""

    @property
    def scopes(self) -> frozenset[str]:
        """What a machine may do."""
        return frozenset(self.scope.split())

    def has(self, *roles: Role) -> bool:
        """Whether the caller has one of the roles."""
        return not self.roles.isdisjoint(roles)


class Keys:
    """The issuer's public keys, asked for when needed and kept for a while."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._keys: KeySet | None = None
        self._ends = self._again_at = float("-inf")
        self._lock = asyncio.Lock()

    async def get(self, *, refresh: bool = False) -> KeySet:
        """The keys; `Transient` when the issuer does not answer and none are known."""
        if not self._fresh(refresh):
            async with self._lock:
                if not self._fresh(refresh):  # those who waited for the lock do not ask in turn
                    await self._ask()
        if self._keys is None:
            raise Transient(f"the issuer's keys at {self._url} cannot be had")
        return self._keys

    def _fresh(self, refresh: bool) -> bool:
        return time.monotonic() < (self._again_at if refresh or self._keys is None else self._ends)

    async def _ask(self) -> None:
        kept = float(KEYS_ASKED_AGAIN_SECONDS)
        try:
            async with httpx.AsyncClient(timeout=5) as client:
                answer = await client.get(self._url)
                answer.raise_for_status()
            self._keys, kept = KeySet.import_key_set(answer.json()), KEYS_KEPT_SECONDS
        except (httpx.HTTPError, ValueError, JoseError) as error:
            log.warning("issuer_has_no_keys", url=self._url, error=repr(error))
        now = time.monotonic()
        pause = KEYS_ASKED_AGAIN_SECONDS if self._keys else UNKNOWN_ASKED_AGAIN_SECONDS
        self._again_at, self._ends = now + pause, now + kept


class KnownTokens:
    """Whom tokens speak for that were checked a moment ago: a caller sends the same one for minutes.

    They are forgotten with the keys that they were checked with, and kept as hashes, so that no token stays in memory.
    """

    def __init__(self) -> None:
        self._keys: KeySet | None = None
        self._known: dict[bytes, tuple[Principal, float]] = {}

    def find(self, token: str, keys: KeySet) -> Principal | None:
        """The caller, unless the token ended, or must be checked for another reason."""
        if keys is not self._keys:
            self._keys, self._known = keys, {}
        principal, ends = self._known.get(_hash(token), (None, 0.0))
        return principal if time.time() < ends else None

    def keep(self, token: str, keys: KeySet, principal: Principal, ends: float) -> None:
        """A token that is good until then."""
        if keys is self._keys:
            if len(self._known) >= TOKENS_KNOWN:
                self._known.clear()
            self._known[_hash(token)] = principal, ends


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


class TokenChecker:
    """Checks signature, issuer, audience and times of a bearer token."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._keys = Keys(settings.jwks_url)
        self._known = KnownTokens()
        self._claims = jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": settings.issuer},
            aud={"essential": True, "value": settings.audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    async def principal(self, token: str) -> Principal:
        """Who the token speaks for; `Unauthenticated` says what is wrong with it."""
        keys = await self._keys.get()
        if (known := self._known.find(token, keys)) is not None:
            return known
        try:
            try:
                decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
            except (JoseError, ValueError):
                decoded = jwt.decode(token, await self._keys.get(refresh=True), algorithms=ALGORITHMS)
            self._claims.validate(decoded.claims)
            principal = Principal.model_validate(decoded.claims)
        except ValidationError:
            raise Unauthenticated(why="the token's claims have another form than this API knows") from None
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise Unauthenticated(why=getattr(error, "description", "") or type(error).__name__) from None
        self._known.keep(token, keys, principal, decoded.claims["exp"])
        return principal


_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="A token of the identity provider.")


async def _caller(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Principal:
    if credentials is None:
        raise Unauthenticated(why="the Authorization header with `Bearer …` is missing")
    runtime = request.app.state.runtime
    caller = await _accepted(runtime.tokens, runtime.limits, credentials.credentials, _network_of(request))
    runtime.limits.called(f"{caller.client} {caller.subject}")
    request.scope["caller"] = caller  # for the figures at the door, which count callers by their kind
    return caller


async def _accepted(tokens: TokenChecker, limits: Limits, token: str, network: str) -> Principal:
    try:
        return await tokens.principal(token)
    except Unauthenticated:
        limits.was_bad(network)
        raise


def _network_of(request: Request) -> str:
    return network_of(request.client.host) if request.client else ""


Caller = Annotated[Principal, Depends(_caller)]


async def _visitor(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> Principal | None:
    return await _caller(request, credentials) if credentials else None


Visitor = Annotated[Principal | None, Depends(_visitor)]
"""The caller where a token is not asked for; one that is given must be valid."""


def requires(*roles: Role, scope: str | None = None) -> Any:
    """A dependency that lets a caller through who has one of the roles, or the machine scope; else 403."""

    async def check(caller: Caller) -> None:
        if not (caller.has(*roles) or (scope is not None and scope in caller.scopes)):
            wanted = ", ".join([*roles, *([f"scope {scope}"] if scope else [])])
            raise Forbidden(f"it takes one of: {wanted}")

    return Depends(check)


ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ASSERTION_SECONDS = 60
"""It is used at once; a minute forgives clocks that differ."""


def client_assertion(settings: ServiceSettings) -> dict[str, str]:
    """Who asks for a token, proved by the private key of `client_key_file` (RFC 7523); the key never leaves here.

    The file is read each time, so that a new key needs no restart.
    """
    key = import_key(json.loads(Path(settings.client_key_file).read_text(encoding="utf-8")))
    now = int(time.time())
    claims = {
        "iss": settings.client_id,
        "sub": settings.client_id,
        "aud": settings.token_url,
        "jti": str(new_id()),
        "iat": now,
        "exp": now + ASSERTION_SECONDS,
    }
    header = {"alg": "ES256" if key.key_type == "EC" else "RS256", **({"kid": key.kid} if key.kid else {})}
    return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": jwt.encode(header, claims, key)}


class _MachineToken(httpx.Auth):
    """Client credentials: fetched when needed, renewed before they end or when refused."""

    requires_response_body = True

    def __init__(self, settings: ServiceSettings, scopes: str) -> None:
        self._settings = settings
        self._scopes = scopes
        self._token = ""
        self._ends = 0.0

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if time.monotonic() >= self._ends:
            yield from self._fetch()
        request.headers["Authorization"] = f"Bearer {self._token}"
        response = yield request
        if response.status_code == httpx.codes.UNAUTHORIZED:
            yield from self._fetch()
            request.headers["Authorization"] = f"Bearer {self._token}"
            yield request

    def _fetch(self) -> Generator[httpx.Request, httpx.Response, None]:
        proof, headers = self._proof()
        form = {"grant_type": "client_credentials", "scope": self._scopes, **proof}
        answer = yield httpx.Request("POST", self._settings.token_url, data=form, headers=headers)
        if answer.status_code != httpx.codes.OK:
            raise Transient(f"the issuer gave no machine token: {answer.status_code} {answer.text[:200]}")
        body = answer.json()
        self._token, self._ends = body["access_token"], time.monotonic() + body.get("expires_in", 300) - 30

    def _proof(self) -> tuple[dict[str, str], dict[str, str]]:
        """What proves who asks: more of the form, and headers."""
        if self._settings.client_key_file:
            return client_assertion(self._settings), {}
        basic = httpx.BasicAuth(*self._credentials())._auth_header  # noqa: SLF001 — no public way to only make the header
        return {}, {"Authorization": basic}

    def _credentials(self) -> tuple[str, str]:
        return self._settings.client_id, self._settings.client_secret.get_secret_value()


@contextlib.asynccontextmanager
async def machine_client(
    settings: ServiceSettings, scopes: str, seconds: float = 5
) -> AsyncIterator[httpx.AsyncClient]:
    """An HTTP client that calls other services with a machine token of the given scopes and no more."""
    async with httpx.AsyncClient(auth=_MachineToken(settings, scopes), timeout=seconds) as client:
        yield client
