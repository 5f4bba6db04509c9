"""Broker and database for the stack and the tests: where they come from, in this order.

Addresses in the environment; a Docker engine that answers; servers installed on this machine, started as private
instances; Debian packages installed first, where that is allowed. The servers a machine runs itself are never used.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy import records
from deploy.servers import containers, environment, host
from deploy.servers.source import Broker, Servers, Source

__all__ = ["Broker", "Servers", "Source", "source_for", "start_servers", "stop_servers"]


def _quiet(_: str) -> None:
    """Nobody wants to hear how far it is."""


def start_servers(folder: Path, report: Callable[[str], None] = _quiet) -> Servers:
    """Start broker and database side by side, or find those that run for this folder already.

    Raises StackError when an address is wrong or nothing can be started.
    """
    with records.locked(folder / "servers.lock"), ThreadPoolExecutor(2) as pool:
        source = source_for(folder, report)
        broker, database = pool.submit(source.broker), pool.submit(source.database)
        return Servers.of(source.origin, broker.result(), database.result())


def stop_servers(folder: Path, *, erase: bool = False) -> None:
    """End every server started for this folder; with `erase` its data goes too. Servers of others stay as they are."""
    with records.locked(folder / "servers.lock"), ThreadPoolExecutor(2) as pool:
        done = [
            pool.submit(host.stop, folder.resolve(), erase=erase),
            pool.submit(containers.stop, folder.resolve(), erase=erase),
        ]
        for each in done:
            each.result()


def source_for(folder: Path, report: Callable[[str], None] = _quiet) -> Source:
    """Where this folder's servers come from; what it had before is kept, since the data is there."""
    folder = folder.resolve()
    if given := environment.given():
        return given
    if host.has_data(folder):
        return host.Host(folder, report)
    return containers.found(folder, report) or host.Host(folder, report)
