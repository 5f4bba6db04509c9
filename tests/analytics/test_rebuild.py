"""Counting again from the logs gives what counting live gave."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

from services.analytics import rebuild
from services.analytics.rebuild import LogsBeginLater, LogsLagBehind, recount, types_of
from shared.events.codes import Outcome
from shared.events.envelope import Envelope
from shared.replays import Log
from tests.analytics.events import (
    a_contact,
    a_school,
    accepted,
    an_employer,
    an_offer,
    asked,
    declined,
    ended,
    help_answered,
    proposed,
    ready,
    started,
    suggested,
    unmatched,
)
from tests.analytics.support import contents, summary, tell
from tests.support.service import RunningService


def a_log(
    publisher: str, envelopes: Sequence[Envelope], *, shown_at_first: int | None = None, begins_after: int = 0
) -> Log:
    """A service's log as the kernel serves it, two events a page; at first only some of it may be there."""
    own = [envelope for envelope in envelopes if envelope.source.endswith(publisher)]
    asked_before = False

    def answer(request: httpx.Request) -> httpx.Response:
        nonlocal asked_before
        visible = own if asked_before else own[:shown_at_first]
        after = int(request.url.params["after"])
        types = request.url.params.get_list("types")
        found = [(n, e) for n, e in enumerate(visible, start=1) if n > after and e.type in types][:2]
        asked_before = asked_before or not found
        items = [{"position": n, "event": e.model_dump(mode="json", exclude_none=True)} for n, e in found]
        last = items[-1]["position"] if items else after
        return httpx.Response(200, json={"items": items, "next": last, "beginsAfter": begins_after})

    client = httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url=f"http://{publisher}")
    return Log(client, "/v1/events", types_of(publisher))


def logs(envelopes: Sequence[Envelope], **facts: int) -> list[Log]:
    return [a_log(name, envelopes, shown_at_first=facts.get(name)) for name in ("intake", "matching", "notifications")]


@asynccontextmanager
async def as_the_service(analytics: RunningService) -> AsyncIterator[AsyncSession]:
    """A transaction with the rights that the service has, which owns nothing."""
    bench = analytics.bench
    url = urlsplit(bench.templates["analytics"].url)._replace(path=f"/{bench.made[-1]}", scheme="postgresql+asyncpg")
    engine = create_async_engine(url.geturl())
    try:
        async with AsyncSession(engine) as session, session.begin():
            yield session
    finally:
        await engine.dispose()


async def a_year(analytics: RunningService) -> list[Envelope]:
    told = [
        await tell(analytics, event, seconds)
        for seconds, event in enumerate(
            (
                a_school(),
                an_employer(),
                an_offer(),
                ready("Sam"),
                ready("Bo"),
                proposed("Sam"),
                proposed("Bo"),
                accepted("Sam"),
                declined("Bo"),
                started("Sam"),
                unmatched("Bo"),
                asked("help"),
                help_answered("help"),
                suggested("bakery"),
                a_contact("call"),
                ended("Sam", Outcome.JOB),
            )
        )
    ]
    return [*told, await tell(analytics, an_employer(places_per_year=9), 99, version=2)]


async def test_counting_again_gives_what_counting_live_gave(analytics: RunningService) -> None:
    told = await a_year(analytics)
    live, counted = await contents(analytics), await summary(analytics)
    await analytics.sql.execute("delete from proposals")  # what a mistake left out,
    await analytics.sql.execute("update employers set sector = 'sport', version = 9")  # spoilt,
    await analytics.sql.execute("insert into offers_withdrawn values (gen_random_uuid(), now(), 'x')")  # and made up
    async with as_the_service(analytics) as session:
        assert await recount(session, logs(told)) == len(told)
    assert await contents(analytics) == live
    assert await summary(analytics) == counted


async def test_the_order_of_the_logs_does_not_matter(analytics: RunningService) -> None:
    told = await a_year(analytics)
    live = await contents(analytics)
    async with as_the_service(analytics) as session:
        await recount(session, logs([*reversed(told)])[::-1])
    assert await contents(analytics) == live


async def test_a_log_that_lags_behind_is_waited_for(analytics: RunningService) -> None:
    told = await a_year(analytics)
    live = await contents(analytics)
    async with as_the_service(analytics) as session:
        await recount(session, logs(told, intake=3))
    assert await contents(analytics) == live


async def test_what_no_log_shows_stops_the_counting_and_nothing_is_changed(
    analytics: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "LONGEST_WAIT_SECONDS", 0.0)
    told = await a_year(analytics)
    live = await contents(analytics)
    with pytest.raises(LogsLagBehind):
        async with as_the_service(analytics) as session:
            await recount(session, logs(told[:-1]))
    assert await contents(analytics) == live


async def test_a_log_that_no_longer_holds_its_beginning_stops_the_counting_and_nothing_is_changed(
    analytics: RunningService,
) -> None:
    told = await a_year(analytics)
    live = await contents(analytics)
    shortened = [*logs(told)[:-1], a_log("notifications", told, begins_after=1)]
    with pytest.raises(LogsBeginLater, match="notifications"):
        async with as_the_service(analytics) as session:
            await recount(session, shortened)
    assert await contents(analytics) == live
