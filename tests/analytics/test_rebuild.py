"""Counting again from the logs gives what counting live gave."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from services.analytics import rebuild
from services.analytics.domain.projections import rows_of
from services.analytics.rebuild import AlreadyRebuilding, LogsBeginLater, LogsLagBehind, Rebuild, Rebuilt, types_of
from services.analytics.store import ProjectionStore, metadata
from shared.events.codes import Outcome
from shared.events.envelope import Envelope
from shared.events.intake import PersonErased
from shared.replays import Log
from shared.replays.log import Logged
from tests.analytics.events import (
    NOON,
    a_contact,
    a_school,
    accepted,
    an_employer,
    an_id,
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


def logs(envelopes: Sequence[Envelope], **facts: int) -> dict[str, Log]:
    names = ("intake", "matching", "notifications")
    return {name: a_log(name, envelopes, shown_at_first=facts.get(name)) for name in names}


@asynccontextmanager
async def as_the_service(analytics: RunningService) -> AsyncIterator[AsyncEngine]:
    """The database with the rights that the service has, which owns nothing."""
    bench = analytics.bench
    url = urlsplit(bench.templates["analytics"].url)._replace(path=f"/{bench.made[-1]}", scheme="postgresql+asyncpg")
    engine = create_async_engine(url.geturl())
    try:
        yield engine
    finally:
        await engine.dispose()


async def recount(analytics: RunningService, of: dict[str, Log], *, check: bool = False) -> Rebuilt:
    async with as_the_service(analytics) as engine:
        return await Rebuild(engine, of).run(check=check)


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
    assert (await recount(analytics, logs(told))).counted == len(told)
    assert await contents(analytics) == live
    assert await summary(analytics) == counted


async def test_the_order_of_the_logs_does_not_matter(analytics: RunningService) -> None:
    told = await a_year(analytics)
    live = await contents(analytics)
    of = logs([*reversed(told)])
    await recount(analytics, dict(reversed(of.items())))
    assert await contents(analytics) == live


async def test_a_log_that_lags_behind_is_waited_for(analytics: RunningService) -> None:
    told = await a_year(analytics)
    live = await contents(analytics)
    await recount(analytics, logs(told, intake=3))
    assert await contents(analytics) == live


async def test_what_no_log_shows_stops_the_counting_and_nothing_is_changed(
    analytics: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "LONGEST_WAIT_SECONDS", 0.0)
    told = await a_year(analytics)
    live = await contents(analytics)
    with pytest.raises(LogsLagBehind):
        await recount(analytics, logs(told[:-1]))
    assert await contents(analytics) == live


async def test_the_end_of_a_short_log_is_still_known_after_a_long_one(
    analytics: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "LONGEST_WAIT_SECONDS", 0.0)
    monkeypatch.setattr(rebuild, "REMEMBERED", 1)
    told = await a_year(analytics)
    await analytics.sql.execute("update inbox set received_at = now() - interval '1 day' where event_id <> $1",
                                told[-1].event_id)  # fmt: skip
    assert (await recount(analytics, logs(told))).counted == len(told)


async def test_an_erasure_is_no_event_that_a_log_must_show(
    analytics: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "LONGEST_WAIT_SECONDS", 0.0)
    told = await a_year(analytics)
    await tell(analytics, PersonErased(person_id=an_id("Kim"), kind="student", erased_at=NOON))
    assert (await recount(analytics, logs(told))).counted == len(told)


def test_what_was_begun_is_of_no_use_when_events_turn_into_other_rows(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    before = rebuild._what_counts()
    (tmp_path / "projections.py").write_text("otherwise")
    monkeypatch.setattr(rebuild, "_COUNTING", (str(tmp_path / "projections.py"),))
    assert rebuild._what_counts() != before


async def test_a_log_that_no_longer_holds_its_beginning_stops_the_counting_and_nothing_is_changed(
    analytics: RunningService,
) -> None:
    told = await a_year(analytics)
    live = await contents(analytics)
    shortened = logs(told) | {"notifications": a_log("notifications", told, begins_after=1)}
    with pytest.raises(LogsBeginLater, match="notifications"):
        await recount(analytics, shortened)
    assert await contents(analytics) == live


async def test_who_is_interrupted_goes_on_where_it_was_and_the_old_figures_are_shown_meanwhile(
    analytics: RunningService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "REMEMBERED", 2)
    monkeypatch.setattr(rebuild, "RECENT_MINUTES", 0)  # what was counted lately is not known to the second one
    told = await a_year(analytics)
    live = await contents(analytics)
    await analytics.sql.execute("update employers set sector = 'sport', version = 9")
    spoilt = await contents(analytics)
    broken = logs(told) | {"matching": a_log("matching", told, begins_after=1)}
    with pytest.raises(LogsBeginLater):
        await recount(analytics, broken)
    assert await contents(analytics) == spoilt
    own = [envelope for envelope in told if envelope.source.endswith("intake")]
    of = logs(told)
    asked: list[int] = []
    page = of["intake"].page

    async def watched() -> Sequence[Logged]:
        asked.append(of["intake"].after)
        return await page()

    monkeypatch.setattr(of["intake"], "page", watched)
    await recount(analytics, of)
    assert asked[0] == len(own) - 2
    assert await contents(analytics) == live
    assert await analytics.sql.fetchval("select count(*) from rebuilding") == 0
    assert await analytics.sql.fetchval("select count(*) from anew_employers") == 0


async def test_a_check_says_which_tables_differ_and_changes_nothing(analytics: RunningService) -> None:
    told = await a_year(analytics)
    assert (await recount(analytics, logs(told), check=True)).differences == {}
    await analytics.sql.execute("delete from proposals where student_id = $1", an_id("Sam"))
    await analytics.sql.execute("update employers set sector = 'sport'")
    spoilt = await contents(analytics)
    found = await recount(analytics, logs(told), check=True)
    assert found.differences == {"proposals": 1, "employers": 2}  # a changed row differs on both sides
    assert await contents(analytics) == spoilt


async def test_one_counts_again_at_a_time(analytics: RunningService) -> None:
    told = await a_year(analytics)
    async with as_the_service(analytics) as engine, engine.connect() as other:
        await other.execute(rebuild._ALONE)
        with pytest.raises(AlreadyRebuilding):
            await Rebuild(engine, logs(told)).run()


async def test_the_tables_in_which_is_counted_again_have_the_shape_of_those_that_are_shown(
    analytics: RunningService,
) -> None:
    columns = """select column_name, data_type, is_nullable from information_schema.columns where table_name = $1
        order by ordinal_position"""
    for name, table in metadata.tables.items():
        shown = await analytics.sql.fetch(columns, name)
        anew = await analytics.sql.fetch(columns, f"anew_{name}")
        assert shown == anew
        assert {row["column_name"] for row in shown} == {column.name for column in table.columns}


async def test_who_is_forgotten_while_is_counted_again_is_not_in_what_was_counted(analytics: RunningService) -> None:
    told = await a_year(analytics)
    async with as_the_service(analytics) as engine, AsyncSession(engine) as session, session.begin():
        await ProjectionStore(session, anew=True).keep(
            row for envelope in told for row in rows_of(envelope.event(), envelope.time)
        )
        await ProjectionStore(session).forget_person(an_id("Sam"))
        for name in ("anew_proposals", "anew_students_ready", "anew_calls"):
            rows = (await session.execute(text(f"select t::text from {name} t"))).scalars().all()
            assert rows
            assert not [row for row in rows if str(an_id("Sam")) in row]
