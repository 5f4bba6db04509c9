from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.matching.world import World, a_fake_intake, a_world


@pytest.fixture
async def world(service: Any) -> AsyncIterator[World]:
    async with a_fake_intake() as intake:
        yield await a_world(await service("matching", intake_url=intake.url), intake)
