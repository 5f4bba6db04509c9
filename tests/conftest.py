"""Every test runs against a real broker and a real database: given ones, or private ones that this run starts and ends."""

import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Protocol

import pytest

from deploy.servers import Servers, containers, environment, start_servers, stop_servers
from tests.support.bench import Bench, prepared_bench
from tests.support.service import RunningService, running_service


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    """A broker and a database of this run's own, or those that the environment names."""
    if environment.given() is None and containers.answers():
        from tests.support.containers import contained_servers

        with contained_servers() as contained:
            yield contained
        return
    with tempfile.TemporaryDirectory(prefix="stagebrug-test-") as folder:
        place = Path(folder)
        place.chmod(0o755)  # PostgreSQL runs as another user when we are root
        try:
            yield start_servers(place)
        finally:
            stop_servers(place, erase=True)


@pytest.fixture(scope="session")
def bench(servers: Servers) -> Iterator[Bench]:
    """A virtual host with every service's queues, an issuer, and a migrated template database per service."""
    with prepared_bench(servers) as prepared:
        yield prepared


class StartService(Protocol):
    """Starts a service in this process, with a fresh database; it ends with the test."""

    async def __call__(self, name: str, **settings: str) -> RunningService: ...


@pytest.fixture
async def service(bench: Bench) -> AsyncIterator[StartService]:
    """`await service("intake")`: one real service, served on a port of its own."""
    async with AsyncExitStack() as stack:

        async def start(name: str, **settings: str) -> RunningService:
            return await stack.enter_async_context(running_service(bench, name, **settings))

        yield start
