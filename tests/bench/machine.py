"""What a measurement cost: processor time of our processes, of the servers, and of everybody else on the machine."""

import os
import platform
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import psutil

from deploy.servers import Servers

BUSY_FROM = 0.15
"""Processors that others may use meanwhile before a figure is marked as measured on a busy machine."""


@dataclass(frozen=True)
class Usage:
    """Processor seconds per part while a number of seconds passed."""

    seconds: float
    parts: Mapping[str, float]
    others: float

    def each(self, part: str, count: int) -> float:
        """Milliseconds of processor time per message."""
        return 1000 * self.parts[part] / count

    @property
    def busy(self) -> bool:
        """Whether others took so much that the figure is worth less."""
        return self.others / self.seconds > BUSY_FROM


class Meter:
    """Counts from its making on."""

    def __init__(self, servers: Servers, processes: Mapping[str, int] | None = None) -> None:
        self._single = {name: psutil.Process(pid) for name, pid in (processes or {}).items()}
        self._broker = _listening(servers.rabbitmq_url)
        self._database = _listening(servers.postgres_url)
        self._machine = _machine_seconds()
        self._before = self._parts()
        self._began = time.perf_counter()

    def read(self) -> Usage:
        """What was used since."""
        now = self._parts()
        parts = {name: seconds - self._before[name] for name, seconds in now.items()}
        others = _machine_seconds() - self._machine - sum(parts.values())
        return Usage(time.perf_counter() - self._began, parts, max(0.0, others))

    def _parts(self) -> dict[str, float]:
        parts = {name: _seconds(process) for name, process in self._single.items()}
        own = psutil.Process()
        return parts | {"bench": _seconds(own), "broker": _family(self._broker), "postgres": _family(self._database)}


async def described(servers: Servers) -> str:
    """The machine, its servers and how busy it was, in a line."""
    connection = await asyncpg.connect(servers.postgres_url)
    version, fsync = await connection.fetchval("show server_version"), await connection.fetchval("show fsync")
    await connection.close()
    return (
        f"{os.cpu_count()} x {_processor()}, {psutil.virtual_memory().total / 2**30:.0f} GB, "
        f"Python {platform.python_version()}, PostgreSQL {version.split()[0]} (fsync {fsync}), "
        f"load {os.getloadavg()[0]:.2f} at the start"
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def _machine_seconds() -> float:
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + getattr(times, "irq", 0) + getattr(times, "softirq", 0))


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _family(parent: psutil.Process | None) -> float:
    """A process, those it started, and those of them that ended; nothing for a server on another machine."""
    if parent is None:
        return 0.0
    times = parent.cpu_times()
    total = float(times.user + times.system + times.children_user + times.children_system)
    for child in parent.children(recursive=True):
        try:
            total += _seconds(child)
        except psutil.NoSuchProcess:  # ended meanwhile: in its parent's sum the next time
            continue
    return total


def _listening(url: str) -> psutil.Process | None:
    port = urlsplit(url).port
    for connection in psutil.net_connections(kind="tcp"):
        if (
            connection.status == psutil.CONN_LISTEN
            and connection.laddr
            and connection.laddr.port == port
            and connection.pid
        ):
            return psutil.Process(connection.pid)
    return None
