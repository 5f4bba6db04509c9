"""Telling analytics what happened, and asking what it made of it."""

from datetime import timedelta
from typing import Any

from services.analytics.store import metadata
from shared.events import Event
from shared.events.envelope import Envelope
from tests.analytics.events import NOON
from tests.support.service import RunningService


async def tell(analytics: RunningService, event: Event, after: float = 0, *, version: int = 1) -> Envelope:
    """Announce an event that was recorded `after` seconds after noon, and wait until it is counted."""
    source = f"urn:nld:oin:00000099000000000001:systeem:stagebrug-{event.publisher}"
    numbered = event.model_copy(update={"version": version})
    envelope = Envelope.of(numbered, source).model_copy(update={"time": NOON + timedelta(seconds=after)})
    await analytics.deliver(envelope, type(event).routing_key())
    assert await analytics.handled(envelope) == ["done"]
    return envelope


async def summary(analytics: RunningService) -> dict[str, Any]:
    async with analytics.as_("operator") as operator:
        found: dict[str, Any] = (await operator.get("/v1/figures/summary")).json()
    return found


async def rows(analytics: RunningService, name: str, **query: str) -> dict[str, list[int | None]]:
    async with analytics.as_("operator") as operator:
        answer = await operator.get(f"/v1/tables/{name}", params=query)
    return {row["code"]: row["values"] for row in answer.json()["rows"]}


async def contents(analytics: RunningService) -> dict[str, list[str]]:
    """Everything that is kept, as text."""
    own = sorted(metadata.tables)
    found = {name: await analytics.sql.fetch(f"select t::text as row from {name} t order by 1") for name in own}
    return {name: [row["row"] for row in of] for name, of in found.items()}
