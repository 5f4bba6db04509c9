import pytest

from shared.events.codes import SchoolKind
from tests.analytics.events import a_school, an_employer, an_offer
from tests.analytics.support import tell
from tests.conftest import StartService
from tests.support.service import RunningService


@pytest.fixture
async def analytics(service: StartService) -> RunningService:
    """Analytics, served, with an empty database."""
    return await service("analytics")


@pytest.fixture
async def told(analytics: RunningService) -> RunningService:
    """Two schools and an employer with an offer of two seats in Flevoland."""
    await tell(analytics, a_school())
    await tell(analytics, a_school("vso", brin="99AB00", kind=SchoolKind.VSO))
    await tell(analytics, an_employer())
    await tell(analytics, an_offer())
    return analytics
