"""A real process of notifications, killed again and again while it delivers: nothing is lost, and what comes twice is one."""

import asyncio
import secrets
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from random import Random

from tests.faults.crash.histories import who_wants_to_hear
from tests.faults.crash.house import House, Visit, visiting
from tests.faults.crash.outside import outside_world
from tests.notifications import facts
from tests.support.bench import Bench

KILLS, EVENTS = 5, 12
"""Deaths, and events that are announced before each of them."""

ANSWERS_AFTER = 0.05
"""Seconds: so that most deaths find requests on their way."""

_BEFORE = {0: 1, 1: 0}
"""Deaths at once: one finds a request that was sent and not answered, one is soon enough to find nothing claimed."""

GIVEN = {"allow_loopback_sinks": "true", "webhook_pauses": "0,1,1,1,1,1,1,1,1", "handshake_pauses": "0,1,1"}
BACK = "update deliveries set next_at = clock_timestamp(), leased_until = null where state = 'waiting'"
"""The lease of who died ends: a test cannot wait for half a minute."""


async def test_a_process_killed_at_any_moment_of_a_delivery_loses_none_and_repeats_only_the_same(
    bench: Bench, tmp_path: Path
) -> None:
    seed = secrets.randbelow(100_000)
    chance = Random(seed)
    with outside_world({}) as outside:
        receiver = outside.receiver
        receiver.answers_after = ANSWERS_AFTER
        given = {**GIVEN, "smtp_url": outside.post.url, "sink": receiver.url}
        house = await House.built("notifications", bench, tmp_path, given, {})
        try:
            await house.start()
            async with visiting(house) as visit:
                await who_wants_to_hear(visit)
                for death in range(KILLS):
                    await _announced(visit)
                    await _after_some_requests(receiver.requests, _BEFORE.get(death, chance.randrange(EVENTS)))
                    if death not in _BEFORE:
                        await asyncio.sleep(chance.uniform(0, 2 * ANSWERS_AFTER))  # the moment is what is random
                    house.end()
                    await visit.sql.execute(BACK)
                    await house.start()
                await _all_delivered(visit)
                planned = {str(row["event_id"]): row["message"] for row in await visit.sql.fetch(_PLANNED)}
        finally:
            house.end()
    came = Counter(request.webhook_id for request in receiver.requests)
    assert len(planned) == KILLS * EVENTS, f"seed {seed}"
    assert came.keys() == planned.keys(), f"seed {seed}: lost, or another id for the same"
    assert came.total() > len(planned), f"seed {seed}: no death found anything on its way, so that nothing was shown"
    for request in receiver.requests:
        assert request.body.decode() == planned[request.webhook_id], f"seed {seed}: one id for two messages"


_PLANNED = "select event_id, message from deliveries where state = 'delivered'"


async def _announced(visit: Visit) -> None:
    for _ in range(EVENTS):
        await visit.announce(facts.a_placement())


async def _after_some_requests(requests: Sequence[object], more: int) -> None:
    """Wait until so many more came: what is planned and claimed is under way then."""
    wanted = len(requests) + more
    async with asyncio.timeout(30):
        while len(requests) < wanted:
            await asyncio.sleep(0.005)  # a poll with a deadline


async def _all_delivered(visit: Visit) -> None:
    async with asyncio.timeout(60):
        while await visit.sql.fetchval("select count(*) from deliveries where state = 'delivered'") < KILLS * EVENTS:
            await asyncio.sleep(0.1)  # a poll with a deadline
