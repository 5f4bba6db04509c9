import pytest

from tests.conftest import StartService
from tests.support.service import RunningService


@pytest.fixture
async def analytics(service: StartService) -> RunningService:
    """Analytics, served, with an empty database."""
    return await service("analytics")
