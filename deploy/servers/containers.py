"""Servers in containers, where a Docker engine answers: stopped and started again they keep their data."""

import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy import ports, records
from deploy.errors import StackError
from deploy.servers import probes
from deploy.servers.source import Broker, Origin

ANSWER_WITHIN = 3.0
"""Seconds for the engine to answer: a client without an engine is common."""

FETCH_WITHIN = 300.0
"""Seconds to fetch an image."""

READY_WITHIN = 60.0
"""Seconds from a container's start until its server answers."""

ADMIN = "stagebrug_admin"


@dataclass(frozen=True)
class Image:
    """What to run, and the variables in which it takes the administrator's name and password."""

    name: str
    image: str
    user: str
    password: str
    ports: tuple[int, ...]


RABBITMQ = Image("rabbitmq", "rabbitmq:4-management", "RABBITMQ_DEFAULT_USER", "RABBITMQ_DEFAULT_PASS", (5672, 15672))
POSTGRES = Image("postgresql", "postgres:17", "POSTGRES_USER", "POSTGRES_PASSWORD", (5432,))


class Containers:
    """One container for each server, its ports on the loopback address alone."""

    origin: Origin = "docker"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def broker(self) -> Broker:
        """The broker in its container, started or made."""
        container = _started(self._folder, RABBITMQ)
        amqp, management = (_published(container["id"], port) for port in RABBITMQ.ports)
        login = f"{ADMIN}:{container['password']}@{ports.LOOPBACK}"
        broker = Broker(f"amqp://{login}:{amqp}/", f"http://{login}:{management}")
        _wait("RabbitMQ", container["id"], lambda: not probes.rabbitmq_management(broker.management_url).problem)
        _wait("RabbitMQ", container["id"], lambda: not probes.rabbitmq(broker.url).problem)
        return broker

    def database(self) -> str:
        """The database server in its container, started or made."""
        container = _started(self._folder, POSTGRES)
        login = f"{ADMIN}:{container['password']}@{ports.LOOPBACK}"
        url = f"postgresql://{login}:{_published(container['id'], *POSTGRES.ports)}/postgres"
        _wait("PostgreSQL", container["id"], lambda: not probes.postgres(url).problem)
        return url


def found(folder: Path, report: Callable[[str], None]) -> Containers | None:
    """Containers of the engine, if one answers and can fetch the images."""
    if not answers():
        return None
    for image in (RABBITMQ.image, POSTGRES.image):
        if not _docker("image", "inspect", image, within=ANSWER_WITHIN):
            report(f"fetching {image}")
            if not _docker("pull", "--quiet", image, within=FETCH_WITHIN):
                report(f"Docker cannot fetch {image}: taking servers of this machine")
                return None
    return Containers(folder)


def answers() -> bool:
    """Whether there is an engine: the client alone says nothing."""
    return shutil.which("docker") is not None and bool(_docker("info", within=ANSWER_WITHIN))


def stop(folder: Path, *, erase: bool) -> None:
    """Stop both containers; with `erase` they and their data go."""
    for image in (RABBITMQ, POSTGRES):
        if container := records.read(_record(folder, image)):
            ending = ("rm", "--force", "--volumes") if erase else ("stop", "--time", "20")
            _docker(*ending, container["id"], within=60)
            if erase:
                _record(folder, image).unlink()


def _started(folder: Path, image: Image) -> dict[str, Any]:
    container = records.read(_record(folder, image))
    if container and _docker("start", container["id"], within=30):
        return container
    password = secrets.token_urlsafe(24)
    published = [part for port in image.ports for part in ("--publish", f"{ports.LOOPBACK}::{port}")]
    # by name alone, so that no list of processes shows the password
    login = ["--env", image.user, "--env", image.password]
    # RabbitMQ keeps its data under the host's name
    options = ["--detach", "--hostname", "stagebrug", *published, *login]
    made = _docker("run", *options, image.image, within=60, environment={image.user: ADMIN, image.password: password})
    if not made:
        message = f"Docker could not start {image.image}: `docker run {image.image}` says why."
        raise StackError(message)
    container = {"id": made.strip(), "password": password}
    records.write(_record(folder, image), container)
    return container


def _published(container: str, port: int) -> int:
    return int(_docker("port", container, f"{port}/tcp", within=10).split()[0].rpartition(":")[2])


def _wait(name: str, container: str, ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while not ready():
        if time.monotonic() > deadline:
            message = f"{name} was not ready within {READY_WITHIN:.0f} seconds: see `docker logs {container[:12]}`."
            raise StackError(message)
        time.sleep(0.2)


def _docker(*arguments: str, within: float, environment: dict[str, str] | None = None) -> str:
    """What the client printed; nothing when it failed or took too long."""
    try:
        done = subprocess.run(
            ["docker", *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=within,
            check=False,
            env=os.environ | (environment or {}),
        )
    except subprocess.TimeoutExpired:
        return ""
    return "" if done.returncode else done.stdout or " "


def _record(folder: Path, image: Image) -> Path:
    return folder / "containers" / f"{image.name}.json"
