"""A database for each service: owned by a role that migrates, used by a role that owns nothing."""

import re
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from deploy.errors import StackError

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

PREFIX = re.compile(r"[a-z][a-z0-9_]{0,30}")
"""What names may begin with: PostgreSQL cuts a name off at 63 characters."""


@dataclass(frozen=True)
class Database:
    """Where a service's data is, for who owns the tables and for the service."""

    service: str
    role: str
    owner_url: str = field(repr=False)
    url: str = field(repr=False)


async def prepare(postgres_url: str, prefix: str, service: str, owner_password: str, password: str) -> Database:
    """Make a service's database and its two roles, or set the passwords of those that are there."""
    name = _name(prefix, service)
    owner = f"{name}_owner"
    connection = await asyncpg.connect(postgres_url)
    try:
        await _set_role(connection, owner, owner_password)
        await _set_role(connection, name, password)
        await _make(connection, name, owner)
    finally:
        await connection.close()
    return Database(
        service, name, _address(postgres_url, owner, owner_password, name), _address(postgres_url, name, password, name)
    )


def owner_address(postgres_url: str, prefix: str, service: str, owner_password: str) -> str:
    """Where the owner of a service's tables logs in."""
    name = _name(prefix, service)
    return _address(postgres_url, f"{name}_owner", owner_password, name)


async def drop(postgres_url: str, prefix: str, service: str) -> None:
    """Remove a service's database with everything in it, and its roles."""
    name = _name(prefix, service)
    connection = await asyncpg.connect(postgres_url)
    try:
        await connection.execute(f'drop database if exists "{name}" with (force)')
        await connection.execute(f'drop role if exists "{name}"')
        await connection.execute(f'drop role if exists "{name}_owner"')
    finally:
        await connection.close()


async def _set_role(connection: Connection, role: str, password: str) -> None:
    known = await connection.fetchval("select true from pg_roles where rolname = $1", role)
    verb = "alter" if known else "create"
    # a password cannot be a parameter of this statement
    quoted = password.replace("'", "''")
    await connection.execute(f"""{verb} role "{role}" login nosuperuser nocreatedb nocreaterole password '{quoted}'""")


async def _make(connection: Connection, name: str, owner: str) -> None:
    if not await connection.fetchval("select true from pg_database where datname = $1", name):
        # only a member may hand a database over, where the administrator is no superuser
        await connection.execute(f'grant "{owner}" to current_user')
        # template1 cannot be copied while anybody is connected to it
        await connection.execute(f'create database "{name}" owner "{owner}" template template0')
    await connection.execute(f'revoke all on database "{name}" from public')
    await connection.execute(f'grant connect on database "{name}" to "{name}"')


def _name(prefix: str, service: str) -> str:
    if not PREFIX.fullmatch(prefix):
        message = f"A stack cannot be called {prefix!r}: use at most 31 small letters, digits and underscores."
        raise StackError(message)
    return f"{prefix}_{service}"


def _address(postgres_url: str, role: str, password: str, database: str) -> str:
    parts = urlsplit(postgres_url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(
        parts._replace(scheme="postgresql", netloc=f"{role}:{quote(password, safe='')}@{place}", path=f"/{database}")
    )
