"""The whole system: four services as processes on a real broker, as an operator starts them."""

import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from deploy import stack
from deploy.servers import Servers
from tests.journeys.world import World


@pytest.fixture(scope="session")
def running_stack(servers: Servers) -> Iterator[stack.Stack]:
    """One stack for all journeys of a run; each lives in a region of its own."""
    with tempfile.TemporaryDirectory(prefix="stagebrug-journey-") as folder:
        place = Path(folder)
        name = f"journeys_{secrets.token_hex(3)}"  # given servers may serve another run beside this one
        try:
            yield stack.up(place, ports=stack.free_stack_ports(), name=name, servers=servers)
        finally:
            stack.down(place)


@pytest.fixture
async def world(running_stack: stack.Stack) -> AsyncIterator[World]:
    """The people of a journey, without anything of the ones before."""
    async with World(running_stack) as opened:
        yield opened
