from pathlib import Path

import pytest

import services
from tests.conftest import StartService
from tests.support.service import RunningService

services.__path__.append(str(Path(__file__).parents[1] / "support" / "services"))  # the toy beside the real ones


@pytest.fixture
async def toy(service: StartService) -> RunningService:
    return await service("toy")
