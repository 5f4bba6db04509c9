import importlib
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest

from deploy import tokens
from deploy.plan import SERVICES
from deploy.programs import SCOPES, client_id
from services.analytics.handlers import handlers as analytics_handlers
from services.toy.handlers import handlers as toy_handlers
from shared.events import Event
from shared.events.codes import Outcome
from shared.events.envelope import Envelope
from shared.settings import TEST_OIN
from tests.analytics.events import a_contact, a_school, an_employer, an_offer, ended, ready, started, suggested
from tests.analytics.support import contents
from tests.conftest import StartService
from tests.support.bench import PASSWORD, Bench
from tests.support.service import RunningService, _broker, served


@pytest.fixture
async def reader(toy: RunningService) -> RunningService:
    """A toy that may read its own log, which it also listens to."""
    allow(toy.bench)
    return toy


def allow(bench: Bench, scope: str = "toy:events:read") -> None:
    tokens.register_client(bench.keys, client_id("toy"), PASSWORD, scope)


async def made(toy: RunningService, *names: str) -> list[UUID]:
    """Things that were made, announced and handled; the events' ids."""
    before = await toy.sql.fetchval("select count(*) from event_log")
    for name in names:
        await toy.client.post("/v1/things", json={"name": name})
    await toy.until("select count(*) = $1 from event_log", before + len(names))
    await toy.until("select count(*) = $1 from inbox", before + len(names))
    return [row["event_id"] for row in await toy.sql.fetch("select event_id from event_log order by position")]


async def lost(toy: RunningService, *ids: UUID) -> None:
    """What a restored backup or a mistake of an operator does not know any more."""
    for each in ids:
        row = await toy.sql.fetchrow("delete from inbox where event_id = $1 returning subject", each)
        assert row
        await toy.sql.execute("delete from notes where id = $1", UUID(row["subject"]))


async def notes(toy: RunningService) -> list[str]:
    return sorted([row["note"] for row in await toy.sql.fetch("select note from notes")])


async def begin(service: RunningService, *, expect: int = 201, **asked: Any) -> Any:
    body = {"reason": "tried by a test", **asked}
    answer = await service.as_("operator").post("/v1/replays", json=body)
    assert answer.status_code == expect, answer.text
    return answer.json()["items"] if expect == 201 else answer.json()


async def ended_replay(service: RunningService, state: str = "done") -> Any:
    await service.until("select count(*) = 0 from replays where state = 'running'", within=20)
    [replay] = (await service.as_("operator").get("/v1/replays")).json()["items"]
    assert replay["state"] == state, replay
    return replay


async def test_a_gap_is_healed_and_nothing_is_doubled(reader: RunningService) -> None:
    ids = await made(reader, "a", "b", "c", "d", "e")
    await lost(reader, ids[1], ids[3])
    [begun] = await begin(reader)
    assert (begun["publisher"], begun["requestedBy"]) == ("toy", "somebody")
    replay = await ended_replay(reader)
    assert (replay["read"], replay["verdicts"], replay["position"]) == (5, {"done": 2}, 5)
    assert await notes(reader) == ["a", "b", "c", "d", "e"]


async def test_only_the_range_that_is_asked_for_is_read(reader: RunningService) -> None:
    ids = await made(reader, "a", "b", "c", "d")
    await lost(reader, *ids)
    await begin(reader, after=1, untilPosition=3)
    await ended_replay(reader)
    assert await notes(reader) == ["b", "c"]
    await reader.sql.execute("delete from replays")
    told = await reader.sql.fetchval("select message::json->>'time' from event_log where position = 4")
    await begin(reader, since=told)
    await ended_replay(reader)
    assert await notes(reader) == ["b", "c", "d"]


async def test_what_the_inbox_may_have_forgotten_is_not_handled_twice(reader: RunningService) -> None:
    ids = await made(reader, "a", "b")
    await reader.sql.execute("delete from inbox")  # forgotten like an old month, their effect is there
    await reader.sql.execute("update inbox_memory set horizon = moment_of($1)", ids[1])
    await reader.sql.execute("delete from notes where note = 'b'")
    await begin(reader)
    assert (await ended_replay(reader))["verdicts"] == {"done": 1, "forgotten": 1}
    assert await notes(reader) == ["a", "b"]


async def test_what_fails_is_parked_as_usual_and_the_replay_goes_on(reader: RunningService) -> None:
    ids = await made(reader, "a", "bug", "c")
    await lost(reader, *ids)
    await begin(reader)
    assert (await ended_replay(reader))["verdicts"] == {"done": 2, "parked": 1}
    [parked] = (await reader.as_("operator").get("/v1/parked-messages")).json()["items"]
    assert parked["id"] == str(ids[1])


async def test_a_consumer_that_is_not_rebuildable_says_what_to_do_instead(reader: RunningService) -> None:
    refused = await begin(reader, again=True, expect=409)
    assert "toy is not rebuildable" in refused["detail"]
    assert "heals a gap" in refused["detail"]
    refused = await begin(reader, publishers=["toy", "intake"], expect=400)
    assert refused["errors"][0]["pointer"] == "/publishers/1"


async def test_a_log_is_replayed_once_at_a_time_and_a_replay_can_be_cancelled(reader: RunningService) -> None:
    await lost(reader, *await made(reader, *"abcdef"))
    [begun] = await begin(reader, rate=0.01)
    await reader.until("select position = 1 from replays")
    assert "already" in (await begin(reader, expect=409))["detail"]
    answer = await reader.as_("operator").post(f"/v1/replays/{begun['id']}/_cancel")
    assert answer.json()["state"] == "cancelled"
    assert await notes(reader) == ["a"]


async def test_a_log_that_cannot_be_read_is_asked_again_and_the_reason_is_shown(toy: RunningService) -> None:
    allow(toy.bench, "toy:secrets:read")
    await lost(toy, *await made(toy, "a"))
    [begun] = await begin(toy)
    await toy.until("select error is not null from replays")
    shown = (await toy.as_("operator").get(f"/v1/replays/{begun['id']}")).json()
    assert (shown["state"], "invalid_scope" in shown["error"]) == ("running", True)
    allow(toy.bench)
    assert (await ended_replay(toy))["error"] is None
    assert await notes(toy) == ["a"]


async def test_a_replay_goes_on_after_a_restart_and_doubles_nothing(bench: Bench) -> None:
    async with AsyncExitStack() as stack:
        database = await bench.fresh_database("toy")
        stack.push_async_callback(bench.drop, database)
        allow(bench)
        exchange, tap = await _broker(stack, bench)
        sql = await asyncpg.connect(database.owner_url)
        stack.push_async_callback(sql.close)
        async with AsyncExitStack() as first, httpx.AsyncClient() as client:
            url = await served(first, bench, "toy", database, {})
            client.base_url = httpx.URL(url)
            toy = RunningService(bench, "toy", url, client, database, {}, sql, exchange, tap)
            await lost(toy, *await made(toy, *"abcdefghijkl"))
            await begin(toy, rate=4)
            await toy.until("select position between 4 and 11 from replays")
        assert await sql.fetchval("select position < 12 from replays")
        async with AsyncExitStack() as second, httpx.AsyncClient() as client:
            url = await served(second, bench, "toy", database, {})
            toy = RunningService(bench, "toy", url, client, database, {}, sql, exchange, tap)
            replay = await ended_replay(toy)
            assert await notes(toy) == [*"abcdefghijkl"]
        assert replay["position"] == 12


async def published(intake: RunningService, *events: Event) -> None:
    """What intake announced one day: in its log, and on the exchange."""
    source = f"urn:nld:oin:{TEST_OIN}:systeem:stagebrug-intake"
    for event in events:
        intake.versions[event.subject] += 1
        numbered = event.model_copy(update={"version": intake.versions[event.subject]})
        envelope = Envelope.of(numbered, source)
        await intake.sql.execute(
            "insert into outbox (event_id, type, routing_key, subject, version, message) values ($1,$2,$3,$4,$5,$6)",
            envelope.event_id,
            envelope.type,
            type(event).routing_key(),
            envelope.subject,
            envelope.version,
            envelope.to_json(),
        )
    await intake.sql.execute("select pg_notify('stagebrug', 'outbox')")
    await intake.published_everything()


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_may_read_the_logs_of_those_it_listens_to(name: str) -> None:
    handlers = importlib.import_module(f"services.{name}.handlers").handlers
    publishers = {handler.event.publisher for handler in handlers.by_type.values()}
    assert {f"{publisher}:events:read" for publisher in publishers} <= set(SCOPES[name].split())


@pytest.fixture
async def counting(service: StartService) -> tuple[RunningService, RunningService]:
    """Intake, and analytics that counted what it announced in a year."""
    intake = await service("intake")
    analytics = await service("analytics", intake_url=intake.url)
    year = [
        a_school(),
        an_employer(),
        an_offer(),
        *(ready(name) for name in ("Sam", "Bo", "Kim")),
        *(started(name) for name in ("Sam", "Bo")),
        a_contact("call"),
        suggested("bakery"),
        ended("Sam", Outcome.JOB),
        an_employer(places_per_year=9),
    ]
    await published(intake, *year)
    await analytics.until("select count(*) = $1 from inbox where status = 'done'", len(year))
    return intake, analytics


async def test_a_rebuildable_consumer_that_lost_its_database_equals_one_that_did_not(
    counting: tuple[RunningService, RunningService],
) -> None:
    _, analytics = counting
    live = await contents(analytics)
    assert sum(map(len, live.values())) > 10
    await analytics.sql.execute(f"truncate {', '.join(live)}, inbox, subject_state")
    assert sum(map(len, (await contents(analytics)).values())) == 0
    await begin(analytics, publishers=["intake"])
    replay = await ended_replay(analytics)
    assert replay["verdicts"] == {"done": 12}
    assert await contents(analytics) == live


async def test_again_mends_what_a_mistake_spoilt_and_an_old_state_never_replaces_a_newer_one(
    counting: tuple[RunningService, RunningService],
) -> None:
    _, analytics = counting
    live = await contents(analytics)
    await analytics.sql.execute("delete from employers")
    await analytics.sql.execute("delete from placements_started")
    await analytics.sql.execute("update inbox_memory set horizon = clock_timestamp()")  # however old the events are
    await begin(analytics, publishers=["intake"], again=True, untilPosition=6)
    first = await ended_replay(analytics)
    assert first["verdicts"] == {"done": 5, "stale": 1}  # the employer's newer state came at position 12
    await analytics.sql.execute("delete from replays")
    await begin(analytics, publishers=["intake"], again=True)
    assert (await ended_replay(analytics))["verdicts"]["done"] >= 11
    assert await contents(analytics) == live
    assert {handlers.rebuildable for handlers in (analytics_handlers, toy_handlers)} == {True, False}
