"""Services behind PgBouncer in transaction mode: a session is lent from transaction to transaction."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.conftest import StartService
from tests.intake.world import a_world, good
from tests.matching import world as matching
from tests.support.bench import PASSWORD, Bench
from tests.support.pooler import pooled


@pytest.fixture
async def pooler(bench: Bench) -> AsyncIterator[str]:
    """Where it listens: two sessions for all that a service does at once."""
    users = {f"{bench.name}_{service}": PASSWORD for service in ("intake", "matching")}
    async with pooled(bench.servers.postgres_url, users) as place:
        yield place


async def test_calls_and_their_events_go_through_a_pooler(service: StartService, pooler: str) -> None:
    intake = await service("intake", pooler=pooler)
    world = await a_world(intake)
    offer, student = await world.offer(), await world.searching()
    path = f"/v1/students/{student['id']}"
    await asyncio.gather(*(good(world.first.get(path)) for _ in range(20)))
    placement = (await world.place(student, offer)).json()
    await intake.published_everything()
    assert await intake.sql.fetchval("select count(*) from event_log where subject = $1", placement["id"]) == 1
    # whose transaction it was is not left behind for the next one on the same session
    answers = await asyncio.gather(*(who.get(path) for _ in range(10) for who in (world.first, world.second)))
    assert [answer.status_code for answer in answers] == [200, 404] * 10


async def test_events_have_their_effect_through_a_pooler(service: StartService, pooler: str) -> None:
    async with matching.a_fake_intake() as intake:
        world = await matching.a_world(await service("matching", intake_url=intake.url, pooler=pooler), intake)
        await world.offer()
        student = await world.student()
        proposal = await world.proposed()
        assert proposal.student_id == student
        assert (await world.accept(proposal.proposal_id)).json()["state"] == "accepted"
        assert (await world.other.get(f"/v1/students/{student}/search")).status_code == 404
