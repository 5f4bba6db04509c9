"""Creating once: a call that is sent again under the same `Idempotency-Key` creates nothing more.

After draft-ietf-httpapi-idempotency-key-header (IETF). The key is written in the transaction of what it creates, so
that both are there or neither; a second call with it waits for the first and is answered with what that one made, read
anew, so that no answer is stored and nobody is shown more than a read would show. A call that failed uses no key up.
"""

import hashlib
from collections.abc import AsyncIterator
from typing import Annotated
from urllib.parse import urlsplit

import httpx
from fastapi import Depends, FastAPI, Header, Request, Response
from sqlalchemy import text

from shared.errors import Refused
from shared.security import Caller
from shared.unit_of_work import Work

KEPT_HOURS = 24
"""How long a key is remembered: a caller that tries again does so within minutes; a night is for batches."""

CLEAN_SECONDS = 600.0
AT_ONCE = 5_000

_CLAIM = text("""
insert into idempotency_keys (caller, key, fingerprint) values (:caller, :key, :fingerprint)
on conflict do nothing returning true
""")
_KNOWN = text("select fingerprint, location from idempotency_keys where caller = :caller and key = :key")
_MADE = text("update idempotency_keys set location = :location where caller = :caller and key = :key")
FORGET = text("""
with old as (
    select caller, key from idempotency_keys
    where used_at < clock_timestamp() - make_interval(hours => :hours) limit :limit for update skip locked
)
delete from idempotency_keys using old where idempotency_keys.caller = old.caller and idempotency_keys.key = old.key
""")


class IdempotencyKeyReused(Refused):
    """The Idempotency-Key stands for another call: take a new one for each thing to create."""

    slug = "idempotency-key-reused"


class _MadeBefore(Exception):
    """What the call asks for was made when it was sent before."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description=f"Chosen by the caller, new for each thing to create, remembered for {KEPT_HOURS} hours: when an "
        "answer is lost, the same call with the same key is answered with what the first one made.",
    ),
]


async def _once(
    request: Request, response: Response, caller: Caller, work: Work, key: Key = None
) -> AsyncIterator[None]:
    if key is None:
        yield
        return
    values = {"caller": caller.subject, "key": key}
    called = f"{request.method} {request.url.path}\n".encode() + await request.body()
    fingerprint = hashlib.sha256(called).digest()
    claimed = await work.session.execute(_CLAIM, {**values, "fingerprint": fingerprint})
    if claimed.one_or_none() is None:
        known = (await work.session.execute(_KNOWN, values)).one()
        if known.fingerprint != fingerprint or known.location is None:
            raise IdempotencyKeyReused
        raise _MadeBefore(known.location)
    yield
    await work.session.execute(_MADE, {**values, "location": response.headers.get("Location")})


ONCE = Depends(_once, scope="function")
"""For an endpoint that creates something and names it in `Location`."""


def install(app: FastAPI) -> None:
    """Let an app answer a call that was made before."""
    app.add_exception_handler(_MadeBefore, _as_before)


async def _as_before(request: Request, error: Exception) -> Response:
    """The answer of a create, with what is there now."""
    assert isinstance(error, _MadeBefore)
    inside = httpx.ASGITransport(app=request.app)
    async with httpx.AsyncClient(transport=inside, base_url=str(request.base_url)) as client:
        headers = {"Authorization": request.headers["Authorization"]}
        found = await client.get(urlsplit(error.location).path, headers=headers)
    if not found.is_success:  # gone meanwhile, or not for the caller to see any more
        return Response(found.content, found.status_code, media_type=found.headers.get("Content-Type"))
    kept = {name: value for name in ("ETag", "Content-Type") if (value := found.headers.get(name))}
    return Response(found.content, 201, {**kept, "Location": error.location})
