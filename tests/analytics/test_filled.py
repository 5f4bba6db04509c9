"""Facts that are copied within the database are those that events lead to."""

from urllib.parse import urlsplit

from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from services.analytics.domain.projections import rows_of
from services.analytics.store import ProjectionStore
from services.analytics.store.schema import metadata
from tests.analytics.support import contents
from tests.conftest import StartService
from tests.support.figures import five_years
from tests.support.figures_filled import copied, fill, multiply
from tests.support.service import RunningService


def address(analytics: RunningService) -> str:
    return urlsplit(analytics.database.owner_url)._replace(scheme="postgresql+asyncpg").geturl()


async def test_copied_facts_are_those_of_events(service: StartService) -> None:
    analytics = await service("analytics")
    await fill(analytics.sql, address(analytics), 600)
    await multiply(analytics.sql, 3)
    made = await contents(analytics)
    for name in metadata.tables:
        await analytics.sql.execute(f"truncate {name}")
    rows = [row for event, at in five_years(600) for row in rows_of(event, at)]
    engine = create_async_engine(address(analytics))
    async with AsyncSession(engine) as session, session.begin():
        await ProjectionStore(session).keep([*rows, *(copied(row, number) for number in (1, 2) for row in rows)])
    await engine.dispose()
    assert await contents(analytics) == made
    assert {name for name, of in made.items() if of} >= {"proposals", "placements_changed", "calls", "claims"}
