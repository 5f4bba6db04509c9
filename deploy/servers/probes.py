"""Whether a server answers, and which version it is."""

import asyncio
import errno
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx

from shared.trust import authorities

OLDEST_RABBITMQ = (3, 10)
"""The first with at-least-once dead-lettering."""

OLDEST_POSTGRES = 15


@dataclass(frozen=True)
class Answer:
    """What a server said: its version, or why it cannot be used."""

    version: str = ""
    problem: str = ""


def rabbitmq_management(url: str) -> Answer:
    """Ask the management address for the broker's version, with the name and password in it."""
    parts = urlsplit(url)
    auth = (parts.username or "", parts.password or "")
    try:
        answer = httpx.get(f"{bare(url)}/api/overview", auth=auth, timeout=5, trust_env=False, verify=authorities())
    except httpx.HTTPError as error:
        return Answer(problem=reason(error))
    if answer.status_code != httpx.codes.OK:
        return Answer(problem=f"it answered {answer.status_code} to {parts.username or 'nobody'}")
    return _supported_rabbitmq(answer.json()["rabbitmq_version"])


def rabbitmq(url: str) -> Answer:
    """Log in to the broker itself."""
    return asyncio.run(_rabbitmq(url))


def postgres(url: str) -> Answer:
    """Log in to the database and ask for its version."""
    return asyncio.run(_postgres(url))


def bare(url: str) -> str:
    """The address without name, password and last slash: what may be shown."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2])).rstrip("/")


async def _rabbitmq(url: str) -> Answer:
    # a quarter of a second to import, and only addresses from outside are asked like this
    import aiormq

    try:
        connection = await asyncio.wait_for(aiormq.connect(url), timeout=5)
        await connection.close()
    except (OSError, TimeoutError, aiormq.exceptions.AMQPError) as error:
        return Answer(problem=reason(error))
    return Answer()


async def _postgres(url: str) -> Answer:
    try:
        connection = await asyncpg.connect(url, timeout=5)
        try:
            version = str(await connection.fetchval("show server_version"))
            number = int(await connection.fetchval("show server_version_num"))
        finally:
            await connection.close()
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return Answer(problem=reason(error))
    if number // 10_000 < OLDEST_POSTGRES:
        return Answer(version, f"it is PostgreSQL {version}, and {OLDEST_POSTGRES} or later is needed")
    return Answer(version)


def _supported_rabbitmq(version: str) -> Answer:
    if tuple(int(part) for part in version.split(".")[:2]) < OLDEST_RABBITMQ:
        return Answer(version, f"it is RabbitMQ {version}, and 3.10 or later is needed")
    return Answer(version)


def reason(error: Exception) -> str:
    """Why there was no answer, in a few words."""
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return f"its certificate is not trusted ({str(error).rpartition('failed: ')[2].partition(' (_ssl')[0]})"
    # some libraries wrap the refusal, or those of several addresses of one name, in errors of their own
    if isinstance(error, httpx.ConnectError) or f"[Errno {errno.ECONNREFUSED}]" in str(error):
        return "nothing answers there"
    return f"{error}".splitlines()[0] if f"{error}" else type(error).__name__
