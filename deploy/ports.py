"""Ports on this machine: free ones, and who holds a taken one."""

import secrets
import socket
from collections.abc import Iterable

import psutil

from deploy.errors import StackError

LOOPBACK = "127.0.0.1"

NOT_EPHEMERAL = range(10_000, 32_000)
"""Below what Linux (from 32768) and macOS (from 49152) give to connections: one of those may take a port from there
between the moment that we find it free and the moment that its server starts."""


def free_port() -> int:
    """A port nobody listens on now, and that no outgoing connection gets while its server starts."""
    return free_ports(["one"])["one"]


def free_ports(names: Iterable[str]) -> dict[str, int]:
    """A free port for each name, none twice."""
    candidates = secrets.SystemRandom().sample(NOT_EPHEMERAL, k=1000)
    return dict(zip(names, filter(is_free, candidates), strict=False))


def is_free(port: int) -> bool:
    """Whether a server could listen there."""
    with socket.socket() as probe:
        # without it a port whose last connection closed a minute ago counts as taken
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def listens(port: int, host: str = LOOPBACK) -> bool:
    """Whether somebody accepts connections there."""
    try:
        with socket.create_connection((host, port), timeout=1):
            return True
    except OSError:
        return False


def refuse_taken(name: str, port: int) -> None:
    """Raise StackError when `name` cannot have its port, and name who holds it where that can be seen."""
    if is_free(port):
        return
    holder = _holder(port)
    by = f" by {holder.name()} (process {holder.pid})" if holder else ""
    message = (
        f"Port {port}, wanted for {name}, is taken{by}: end that, or choose others with `stagebrug up --free-ports`."
    )
    raise StackError(message)


def _holder(port: int) -> psutil.Process | None:
    try:
        listeners = psutil.net_connections(kind="tcp")
        pids = (c.pid for c in listeners if c.status == psutil.CONN_LISTEN and c.laddr and c.laddr.port == port)
        pid = next((pid for pid in pids if pid), None)
        return psutil.Process(pid) if pid else None
    except psutil.Error:
        return None
