from typing import Any

import pytest

from tests.intake.world import World, a_world


@pytest.fixture
async def world(service: Any) -> World:
    return await a_world(await service("intake"))
