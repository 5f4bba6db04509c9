"""Figures of all regions that were counted beforehand are those that are counted when somebody asks."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast
from urllib.parse import urlsplit

import pytest
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.analytics import editions
from services.analytics.domain.catalogue import DESCRIPTIONS
from services.analytics.editions import Editions, make_if_needed
from services.analytics.settings import Settings
from shared.jobs import Begin
from shared.wakeups import Wakeups
from tests.analytics.events import an_employer, an_id, ready
from tests.analytics.support import tell
from tests.analytics.test_filled import address
from tests.support.figures_filled import fill, multiply
from tests.support.service import RunningService

YEAR = "fromDate=2023-01-01&toDate=2023-12-31"


@pytest.fixture(autouse=True)
def only_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service looks once, as it starts: on a slow machine it would make the edition that a test is to make."""
    monkeypatch.setattr(editions, "LOOK_SECONDS", 3600.0)


@pytest.fixture
async def engine(analytics: RunningService) -> AsyncIterator[AsyncEngine]:
    """The database with the rights of the service."""
    bench = analytics.bench
    url = urlsplit(bench.templates["analytics"].url)._replace(path=f"/{bench.made[-1]}", scheme="postgresql+asyncpg")
    opened = create_async_engine(url.geturl())
    yield opened
    await opened.dispose()


async def filled(analytics: RunningService) -> None:
    await fill(analytics.sql, address(analytics), 2000)
    await multiply(analytics.sql, 4)


async def everything(analytics: RunningService) -> dict[tuple[str, bool], Any]:
    """Every table as everybody sees it, and as a regional coordinator of one region does."""
    found: dict[tuple[str, bool], Any] = {}
    async with analytics.as_("regional-coordinator", regions=["AM03"]) as coordinator:
        for client, of in ((analytics.client, ("", "?region=AM30", f"?{YEAR}")), (coordinator, ("?region=AM03",))):
            for asked in of:
                for about in DESCRIPTIONS:
                    path = f"/v1/tables/{about.name}{asked}"
                    found[path, client is coordinator] = (await client.get(path)).json()
        path = "/v1/figures/summary?region=AM03"
        found[path, True] = (await coordinator.get(path)).json()
    return {key: {k: v for k, v in answer.items() if k != "instance"} for key, answer in found.items()}


async def test_an_edition_says_what_is_counted_live(analytics: RunningService, engine: AsyncEngine) -> None:
    await filled(analytics)
    live = await everything(analytics)
    assert await make_if_needed(engine, from_facts=0)
    assert (await analytics.client.get("/v1/tables/funnel")).headers["last-modified"]
    made = await everything(analytics)
    assert {key for key in live if live[key] != made[key]} == set()
    assert sum("rows" in answer for answer in made.values()) > len(made) / 2


async def test_an_edition_stands_until_the_next_and_a_school_is_counted_now(
    analytics: RunningService, engine: AsyncEngine
) -> None:
    await filled(analytics)
    assert await make_if_needed(engine, from_facts=0)
    assert not await make_if_needed(engine, from_facts=0)  # nothing is new
    before = await analytics.client.get("/v1/tables/funnel")
    async with analytics.as_("operator") as operator:
        school = await operator.get("/v1/tables/funnel?school=00AA00")
        await tell(analytics, ready("Sam", school_id=an_id("school 0"), region="AM01"))
        now = await operator.get("/v1/tables/funnel?school=00AA00")
    again = await analytics.client.get("/v1/tables/funnel", headers={"If-None-Match": before.headers["etag"]})
    assert again.status_code == 304
    assert now.json()["n"] == school.json()["n"] + 1
    assert await make_if_needed(engine, from_facts=0)
    after = await analytics.client.get("/v1/tables/funnel", headers={"If-None-Match": before.headers["etag"]})
    assert after.json()["n"] == before.json()["n"] + 1


async def test_of_few_facts_there_is_no_edition(analytics: RunningService, engine: AsyncEngine) -> None:
    await tell(analytics, ready("Sam"))
    assert not await make_if_needed(engine)
    assert "last-modified" not in (await analytics.client.get("/v1/tables/funnel")).headers


async def test_an_edition_without_a_table_that_there_is_by_now_answers_nothing(
    analytics: RunningService, engine: AsyncEngine
) -> None:
    await filled(analytics)
    assert await make_if_needed(engine, from_facts=0)
    await analytics.sql.execute("update editions set tables = 'fewer'")
    assert "last-modified" not in (await analytics.client.get("/v1/tables/funnel")).headers
    assert await make_if_needed(engine, from_facts=0)
    assert "last-modified" in (await analytics.client.get("/v1/tables/funnel")).headers


async def test_editions_go_on_when_postgresql_has_forgotten_how_many_rows_there_are(
    analytics: RunningService, engine: AsyncEngine
) -> None:
    await tell(analytics, ready("Sam"))
    assert await make_if_needed(engine, from_facts=0)
    await tell(analytics, ready("Bo"))
    assert await make_if_needed(engine)


async def test_an_edition_of_days_ago_answers_nothing(analytics: RunningService, engine: AsyncEngine) -> None:
    await tell(analytics, ready("Sam"))
    assert await make_if_needed(engine, from_facts=0)
    for days, answers in ((1, True), (1, False)):
        await analytics.sql.execute("update editions set day = day - $1::int", days)
        assert ("last-modified" in (await analytics.client.get("/v1/tables/funnel")).headers) == answers


async def test_editions_are_made_past_a_pooler(analytics: RunningService, engine: AsyncEngine) -> None:
    await tell(analytics, ready("Sam"))
    assert await make_if_needed(engine, from_facts=0)
    await analytics.sql.execute("update editions set tables = 'fewer'")
    direct = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    pooler = SecretStr("postgresql://nobody@127.0.0.1:1/none")
    settings = Settings.model_construct(database_url=pooler, listen_url=SecretStr(direct))
    making = asyncio.create_task(Editions(settings).run(cast("Begin", None), Wakeups(direct)))
    try:
        await analytics.until("select count(*) = 2 from editions")
    finally:
        making.cancel()


async def test_what_is_in_no_edition_does_not_say_that_it_is_of_one(
    analytics: RunningService, engine: AsyncEngine
) -> None:
    await tell(analytics, an_employer())
    assert await make_if_needed(engine, from_facts=0)
    for path, kept in (
        ("employers-by-size", True),
        ("employers-by-size?region=AM11", False),
        ("schools-say-needs", False),
    ):
        answer = await analytics.client.get(f"/v1/tables/{path}")
        assert (answer.status_code, "last-modified" in answer.headers) == (200, kept)
