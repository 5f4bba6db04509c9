"""The whole system: four services as processes on a real broker, as an operator starts them."""

import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from deploy import stack
from deploy.servers import Servers
from tests.journeys.world import World


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest tests/journeys --stack .stack`: on a system that runs already, such as one that was restored."""
    parser.addoption("--stack", type=Path, help="folder of a running system for the journeys, which leave it running")


@pytest.fixture(scope="session")
def running_stack(request: pytest.FixtureRequest) -> Iterator[stack.Stack]:
    """One stack for all journeys of a run; each lives in a region of its own."""
    if folder := request.config.getoption("--stack", None):
        running = stack.Stack.last(folder)
        assert running, f"nothing was started in {folder}"
        yield running
        return
    servers: Servers = request.getfixturevalue("servers")
    with tempfile.TemporaryDirectory(prefix="stagebrug-journey-") as name:
        place = Path(name)
        virtual_host = f"journeys_{secrets.token_hex(3)}"  # given servers may serve another run beside this one
        try:
            yield stack.up(place, ports=stack.free_stack_ports(), name=virtual_host, servers=servers)
        finally:
            stack.down(place)


@pytest.fixture
async def world(running_stack: stack.Stack) -> AsyncIterator[World]:
    """The people of a journey, without anything of the ones before."""
    async with World(running_stack) as opened:
        yield opened
