"""A municipality's case system as the tests of it set it up, and how they wait for what becomes of it."""

import asyncio
from typing import Any

import httpx

from shared.events.notifications import IntermediaryAsked
from tests.notifications import facts
from tests.support.case_system import FakeCaseSystem
from tests.support.service import RunningService

PATH = f"/v1/regions/{facts.REGION}/case-systems/{facts.MUNICIPALITY}"


async def set_up(region: httpx.AsyncClient, system: FakeCaseSystem, **more: Any) -> dict[str, Any]:
    answer = await region.put(PATH, json={**system.settings, **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def becomes(region: httpx.AsyncClient, within: float = 8.0, **wanted: Any) -> dict[str, Any]:
    async with asyncio.timeout(within):
        while True:
            found = (await region.get(PATH)).json()
            if all(found[name] == value for name, value in wanted.items()):
                return dict(found)
            await asyncio.sleep(0.02)  # a poll with a deadline


async def call_for_help(running: RunningService) -> IntermediaryAsked:
    await running.announce(facts.an_unmatched_student())
    while (asked := await running.next_event(IntermediaryAsked)).intermediary != "municipality":
        pass
    return asked


async def the_case(
    running: RunningService, region: httpx.AsyncClient, system: FakeCaseSystem
) -> tuple[IntermediaryAsked, dict[str, Any]]:
    await set_up(region, system)
    await becomes(region, state="active")
    asked = await call_for_help(running)
    (case,) = await system.has_cases()
    await running.until("select count(*) from cases")
    return asked, case
