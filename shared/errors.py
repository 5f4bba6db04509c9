"""Three kinds of failure: refused (tell the caller), transient (try again), anything else (a bug: park and show it)."""

import inspect
import socket
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import asyncpg
import httpx
import sqlalchemy.exc
from pydantic import BaseModel


class Refused(Exception):
    """The request cannot be carried out as things are."""

    slug: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    shown: ClassVar[tuple[str, ...]] = ()
    """Facts that the problem has as members of its own (RFC 9457 §3.2), for programs."""

    def __init__(self, **facts: Any) -> None:
        """The class's docstring is the sentence that the caller reads; `facts` fill its placeholders."""
        self.facts = facts
        super().__init__(inspect.cleandoc(type(self).__doc__ or "").format(**facts))

    @property
    def headers(self) -> Mapping[str, str]:
        """What the answer says beside the problem."""
        return {}


class NotFound(Refused):
    """There is no such {what}, or you may not see it."""

    slug = "not-found"
    status = 404

    def __init__(self, what: str = "resource") -> None:
        super().__init__(what=what)


class Forbidden(Refused):
    """You may see this, but not do that: {why}."""

    slug = "forbidden"
    status = 403

    def __init__(self, why: str = "your role does not allow it") -> None:
        super().__init__(why=why)


class Unauthenticated(Refused):
    """A valid bearer token is needed: {why}."""

    slug = "unauthenticated"
    status = 401

    @property
    def headers(self) -> Mapping[str, str]:
        """How to show who calls."""
        return {"WWW-Authenticate": "Bearer"}


class Problem(BaseModel):
    """One error in the input: where it stands, and what is wrong with it."""

    location: str = "body"
    pointer: str
    detail: str


class Invalid(Refused):
    """The input is not valid; see errors."""

    slug = "invalid-input"
    status = 400

    def __init__(self, pointer: str = "", detail: str = "", *, problems: Sequence[Problem] = ()) -> None:
        """One error (`pointer` is a JSON pointer such as `/beginDate`), or all `problems` at once."""
        self.problems = tuple(problems) or (Problem(pointer=pointer, detail=detail),)
        super().__init__()


class Transient(Exception):
    """Something that others provide is away or slow: worth another try, no fault of the message."""


_UNAVAILABLE = ("08", "28", "3D", "53", "55000", "57P", "58")
"""SQLSTATEs that say the database is away, overloaded or closed to us: connection, log-in, no such database, resources,
not in that state (closed for a while), operator, system error."""

_PASSING = ("40001", "40P01", "55P03", "57014")
"""SQLSTATEs of what passes: serialisation, deadlock, lock timeout, a statement that took too long on a busy server."""


def described(error: BaseException) -> str:
    """An error as it may be kept and logged: without the database's DETAIL, which quotes the row."""
    return "\n".join(line for line in repr(error).replace("\\n", "\n").splitlines() if "DETAIL:" not in line)


def _sqlstate(error: BaseException) -> str:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(state := getattr(seen, "sqlstate", None), str):
            return state
        seen = seen.__cause__ or getattr(seen, "orig", None)
    return ""


def is_infrastructure(error: BaseException) -> bool:
    """Whether the database itself is away, so that waiting helps every message and none is at fault."""
    if isinstance(error, sqlalchemy.exc.TimeoutError | asyncpg.InterfaceError | asyncpg.PostgresConnectionError):
        return True
    if isinstance(error, asyncpg.InternalClientError):  # a connection that was cut off in the middle of an answer
        return True
    if isinstance(error, sqlalchemy.exc.DBAPIError) and error.connection_invalidated:
        return True
    if isinstance(error, sqlalchemy.exc.InterfaceError):
        return True
    if _sqlstate(error).startswith(_UNAVAILABLE):
        return True
    return isinstance(error, ConnectionError | TimeoutError | socket.gaierror)


def is_transient(error: BaseException) -> bool:
    """Whether one message met something that passes: a slow neighbour, a collision of transactions."""
    if isinstance(error, Transient | httpx.TransportError):
        return True
    if isinstance(error, asyncpg.InvalidCachedStatementError):  # a migration changed the table: it is prepared anew
        return True
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code >= 500 or error.response.status_code in {401, 408, 425, 429}
    return _sqlstate(error) in _PASSING
