"""What the doctor sees in a system that runs: rights, schemas, clocks, certificates, and who publishes."""

import asyncio
import os
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

import asyncpg
import httpx

from deploy import backups, processes, status
from deploy.errors import StackError
from deploy.findings import Finding
from deploy.servers import probes
from deploy.stack import Stack
from deploy.systems import System

CLOCKS_DIFFER = 2.0
"""Seconds: tokens allow some, HTTP's Date has whole ones, and reminders and leases use the database's clock anyway."""

WAITS_LONG = 30.0
"""Seconds that an event may wait to be published: then a service calls itself not ready, too."""

EXPIRES_SOON = 21
"""Days: time for a certificate that somebody has to ask for."""

TLS_PORTS = {"https": 443, "amqps": 5671, "smtps": 465}

_RIGHTS = """
select rolsuper or rolcreatedb as makes_databases, rolsuper or rolcreaterole as makes_roles,
       rolsuper or rolreplication as copies, extract(epoch from clock_timestamp())::float as clock,
       (select last_failed_wal from pg_stat_archiver where current_setting('archive_mode') <> 'off'
        and last_failed_time > coalesce(last_archived_time, '-infinity')) as not_archived
from pg_roles where rolname = current_user
"""


def running(stack: Stack) -> Iterator[Finding]:
    """Everything that can be asked of a system whose servers answer."""
    yield from _database(stack)
    yield from _schemas(stack)
    yield from _service_clocks(stack)
    yield from _messages(stack)
    yield from certificates([*stack.urls.values(), *vars(stack.servers).values(), *_addresses_in_environment()])


def _database(stack: Stack) -> Iterator[Finding]:
    try:
        rights, before, after = asyncio.run(_row(stack.servers.postgres_url))
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        says = f"the database server cannot be asked ({probes.reason(error)}): `stagebrug up` starts a private one"
        yield Finding("database", fine=False, says=says)
        return
    who = urlsplit(stack.servers.postgres_url).username
    for right, words, name in (
        ("makes_databases", "make databases", "createdb"),
        ("makes_roles", "make roles", "createrole"),
        ("copies", "copy them for a backup", "replication"),
    ):
        if not rights[right]:
            says = f'{who} may not {words}: as a superuser, `alter role "{who}" {name}`'
            yield Finding("rights", fine=False, says=says)
    if rights["not_archived"]:
        says = (
            f"PostgreSQL cannot archive {rights['not_archived']}, and keeps its log until it can: "
            "`stagebrug logs postgresql` says why; make room, or give it an archive of its own"
        )
        yield Finding("archive", fine=False, says=says)
    yield _clock("the database", rights["clock"], before, after)


async def _row(postgres_url: str) -> tuple[dict[str, Any], float, float]:
    """What the server says of itself, and our moments before and after it said its own."""
    connection = await asyncpg.connect(postgres_url, timeout=5)
    try:
        before = time.time()
        return dict(await connection.fetchrow(_RIGHTS) or {}), before, time.time()
    finally:
        await connection.close()


def _schemas(stack: Stack) -> Iterator[Finding]:
    # half a second of Alembic, only where there are databases to compare with
    from shared import migrations

    system = System(stack.folder, stack.name, stack.services, stack.servers)
    try:
        there = asyncio.run(backups.schemas(system))
    except StackError as error:
        yield Finding("schemas", fine=False, says=f"{error} `stagebrug migrate` makes what is lacking.")
        return
    behind = [
        f"{service} is at {there[service].get(table) or 'nothing'} and this code expects {head} ({table})"
        for service in stack.services
        for table, head in migrations.heads(service).items()
        if there[service].get(table) != head
    ]
    for each in behind:
        yield Finding("schemas", fine=False, says=f"{each}: `stagebrug migrate` brings it there, or run the newer code")
    if not behind:
        yield Finding("schemas", fine=True, says="every database is where this code expects it")


def _service_clocks(stack: Stack) -> Iterator[Finding]:
    for service in stack.services:
        if not processes.find(stack.folder, service):
            continue
        try:
            before = time.time()
            said = httpx.get(f"{stack.urls[service]}/health/live", timeout=5, trust_env=False).headers.get("date")
        except httpx.HTTPError as error:
            says = f"{service} does not answer ({probes.reason(error)}): see `stagebrug logs {service}`"
            yield Finding("services", fine=False, says=says)
            continue
        # HTTP cuts fractions off, so that a right clock can seem one second behind
        if (
            said
            and not (finding := _clock(service, parsedate_to_datetime(said).timestamp(), before - 1, time.time())).fine
        ):
            yield finding


def _clock(whose: str, said: float, before: float, after: float) -> Finding:
    """By how much a clock is off at least, when it was read between two moments of ours."""
    off = max(said - after, before - said, 0.0)
    fine = off < CLOCKS_DIFFER
    says = f"{whose}'s clock and this one differ by {off:.1f} s"
    return Finding("clocks", fine, says if fine else f"{says}: let both machines follow NTP (`timedatectl`)")


def _messages(stack: Stack) -> Iterator[Finding]:
    for each in status.messages(stack):
        if each.behind > WAITS_LONG:
            says = f"{each.service} has not published for {each.behind:.0f} s: see `stagebrug logs {each.service}`"
            yield Finding("relay", fine=False, says=says)
        if not each.why and not each.led and processes.find(stack.folder, each.service):
            says = f"nobody publishes for {each.service}: start it again, and see `stagebrug logs {each.service}`"
            yield Finding("relay", fine=False, says=says)
        if each.parked or each.unreadable:
            says = (
                f"{each.parked + each.unreadable} messages of {each.service} need a person: `stagebrug parked groups`"
            )
            yield Finding("parked", fine=False, says=says)


def _addresses_in_environment() -> list[str]:
    return [value for name, value in os.environ.items() if name.startswith("STAGEBRUG_")]


def certificates(addresses: list[str]) -> Iterator[Finding]:
    """The last day of each certificate that these addresses lead to, and what is wrong with it."""
    asked = {
        (parts.hostname or "", parts.port or TLS_PORTS[parts.scheme], _authority(parts))
        for parts in _with_tls(addresses)
    }
    for host, port, authority in sorted(asked, key=str):
        try:
            last_day = _last_day(host, port, authority)
        except ssl.SSLError as error:
            reason = getattr(error, "verify_message", "") or error.reason
            believed = authority or "SSL_CERT_FILE"
            says = f"{host}:{port} shows a certificate that is not trusted ({reason}): renew it, or {believed}"
            yield Finding("certificate", fine=False, says=says)
        except OSError as error:
            yield Finding("certificate", fine=False, says=f"{host}:{port} cannot be asked: {probes.reason(error)}")
        else:
            days = (last_day - datetime.now(UTC)).days
            advice = "" if days > EXPIRES_SOON else ": renew it now"
            says = f"{host}:{port} is good until {last_day:%Y-%m-%d}, {days} days{advice}"
            yield Finding("certificate", fine=not advice, says=says)


def _with_tls(addresses: list[str]) -> Iterator[SplitResult]:
    for address in addresses:
        if address.partition("://")[0] in TLS_PORTS:
            yield urlsplit(address)


def _authority(parts: SplitResult) -> str | None:
    """The file that an address of the broker may name, whose authorities are believed there and no others."""
    named = parse_qs(parts.query).get("cafile") if parts.scheme == "amqps" else None
    return named[0] if named else None


def _last_day(host: str, port: int, authority: str | None) -> datetime:
    with (
        socket.create_connection((host, port), timeout=5) as plain,
        ssl.create_default_context(cafile=authority).wrap_socket(plain, server_hostname=host) as secured,
    ):
        shown = secured.getpeercert() or {}
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(shown["notAfter"])), UTC)
