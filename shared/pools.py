"""Pools of connections to the service's database, with or without a pooler in between."""

from typing import Any
from urllib.parse import urlencode, urlsplit, urlunsplit

from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

POOL_SECONDS, CONNECT_SECONDS, STATEMENT_SECONDS = 10, 5, 30
"""How long a free connection, a new one, and the answer to one statement are waited for."""

NOTHING_PREPARED: dict[str, Any] = {
    "statement_cache_size": 0,
    "prepared_statement_cache_size": 0,
    "prepared_statement_name_func": str,
}
"""Each statement is prepared without a name, right before it is used.

A pooler lends another session to each transaction: PgBouncer knows names only from 1.21 on, and one that was closed on
another session would stay.
"""


def by_asyncpg(url: str) -> str:
    """A postgresql:// address as SQLAlchemy takes it, for the driver that we use.

    SQLAlchemy hands what follows a `?` to asyncpg as arguments, and asyncpg knows libpq's words (`sslmode`,
    `sslrootcert`) in an address alone: so they go as an address, without who logs in.
    """
    parts = urlsplit(url)._replace(scheme="postgresql+asyncpg")
    if parts.query:
        bare = urlunsplit(("postgresql", "", parts.path, parts.query, ""))
        parts = parts._replace(query=urlencode({"dsn": bare}))
    return urlunsplit(parts)


def engine_of(url: str, pool: int, overflow: int, *, pooled: bool) -> AsyncEngine:
    """A pool of connections to a postgresql:// address; `pooled`: that is a pooler's, which lends by transaction."""
    return create_async_engine(
        by_asyncpg(url),
        pool_size=pool,
        max_overflow=overflow,
        pool_timeout=POOL_SECONDS,
        pool_use_lifo=True,  # the one used last knows the statements: in turn, each would plan them all for itself
        hide_parameters=True,  # else an SQL error puts facts about students into logs
        # a frozen server answers nothing, and nobody waits for it for ever
        connect_args={
            "timeout": CONNECT_SECONDS,
            "command_timeout": STATEMENT_SECONDS,
            **(NOTHING_PREPARED if pooled else {}),
        },
    )
