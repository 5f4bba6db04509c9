"""How a stack is: its processes, its queues, and what waits or is parked in its databases."""

import asyncio
import shutil
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import httpx

from deploy import broker, processes
from deploy.plan import SUPPORT
from deploy.servers import postgres, probes, rabbitmq
from deploy.stack import READY, Stack

HEALTH = {"issuer": "/jwks.json", "mail": "/messages", "gateway": "/app/settings.json"}
"""Where the parts that are no services show that they work."""

COUNTS = """
    select (select count(*) from outbox) as unsent,
           (select coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::float from outbox) as behind,
           (select position from log_head) as position,
           (select until > clock_timestamp() from relay_lease) as led,
           pg_database_size(current_database()) as bytes,
           count(*) filter (where status = 'retry') as retrying,
           count(*) filter (where status = 'waiting') as waiting,
           count(*) filter (where status = 'parked') as parked,
           (select count(*) from unreadable where status = 'parked') as unreadable
    from inbox where status in ('retry', 'waiting', 'parked')
"""


@dataclass(frozen=True)
class Part:
    """A process of the stack; `why` says what keeps it from being ready."""

    name: str
    address: str
    pid: int | None
    state: str
    why: str = ""


@dataclass(frozen=True)
class Messages:
    """What a service has still to send, to handle again, or needs a person for; `why` when it could not be asked.

    `behind`: seconds that the oldest event has waited to be published. `position`: how many were published so far.
    `led`: whether a relay publishes. `bytes`: what its database takes.
    """

    service: str
    unsent: int = 0
    behind: float = 0
    position: int = 0
    led: bool = False
    bytes: int = 0
    retrying: int = 0
    waiting: int = 0
    parked: int = 0
    unreadable: int = 0
    why: str = ""


@dataclass(frozen=True)
class Disk:
    """Where the stack's data is, and how many bytes are free there."""

    place: str
    free: int


@dataclass(frozen=True)
class Status:
    """Everything `stagebrug status` shows."""

    version: str
    origin: str
    disk: Disk
    parts: list[Part]
    queues: list[broker.Queue]
    messages: list[Messages]

    @property
    def ready(self) -> bool:
        """Whether everything that was started can do its work."""
        return all(part.state == "ready" for part in self.parts)

    def as_json(self) -> dict[str, Any]:
        """For programs: the same names in camelCase, which one-word names are already."""
        return {"ready": self.ready, **asdict(self)}


def look(stack: Stack) -> Status:
    """Ask every part of a stack how it is; what does not answer is shown as such, nothing is raised."""
    servers = [_broker(stack), _database(stack)]
    own = [_process(stack, name) for name in (*SUPPORT, *stack.services)]
    disk = Disk(str(stack.folder), shutil.disk_usage(stack.folder).free)
    return Status(version("stagebrug"), stack.servers.origin, disk, servers + own, _queues(stack), messages(stack))


def _broker(stack: Stack) -> Part:
    answer = probes.rabbitmq_management(stack.servers.management_url)
    return _server(stack.folder, rabbitmq.NODE, stack.servers.rabbitmq_url, answer)


def _database(stack: Stack) -> Part:
    return _server(stack.folder, postgres.NAME, stack.servers.postgres_url, probes.postgres(stack.servers.postgres_url))


def _server(folder: Path, name: str, url: str, answer: probes.Answer) -> Part:
    process = processes.find(folder, name)
    state = "not ready" if answer.problem else "ready"
    why = answer.problem or f"version {answer.version}"
    return Part(name, probes.bare(url), process.pid if process else None, state, why)


def _process(stack: Stack, name: str) -> Part:
    address, process = stack.urls[name], processes.find(stack.folder, name)
    if process is None:
        return Part(name, address, None, "not running", "start it with `stagebrug up`")
    try:
        answer = httpx.get(address + HEALTH.get(name, READY), timeout=5, trust_env=False)
    except httpx.HTTPError as error:
        return Part(name, address, process.pid, "not ready", probes.reason(error))
    if answer.is_success:
        return Part(name, address, process.pid, "ready")
    return Part(name, address, process.pid, "not ready", _complaint(answer))


def _complaint(answer: httpx.Response) -> str:
    """Which of a service's own checks fail."""
    try:
        failing = [name for name, fine in answer.json()["checks"].items() if not fine]
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"answers {answer.status_code}"
    return f"not in order: {', '.join(failing)}"


def _queues(stack: Stack) -> list[broker.Queue]:
    try:
        return broker.queues(stack.servers.management_url, stack.name)
    except httpx.HTTPError:
        return []


def messages(stack: Stack) -> list[Messages]:
    """What waits in each service's tables."""
    return asyncio.run(_messages(stack))


async def _messages(stack: Stack) -> list[Messages]:
    return list(await asyncio.gather(*(_count(stack, service) for service in stack.services)))


async def _count(stack: Stack, service: str) -> Messages:
    address = urlunsplit(urlsplit(stack.servers.postgres_url)._replace(path=f"/{stack.name}_{service}"))
    try:
        connection = await asyncpg.connect(address, timeout=5)
        try:
            counted = await connection.fetchrow(COUNTS)
            return Messages(service, **dict(counted or {}))
        finally:
            await connection.close()
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        return Messages(service, why=probes.reason(error))
