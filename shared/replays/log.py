"""Reading another service's log, page by page."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

import httpx

from shared.events.envelope import Envelope
from shared.security import machine_client
from shared.settings import ServiceSettings

PAGE = 1000
"""Events asked for at once: the most that a log gives."""

PATHS = {"notifications": "/v1/log"}
"""Where a service serves its raw log if not at `/v1/events`, which is the outsiders' feed there."""

LONGEST_ANSWER_SECONDS = 20


@dataclass(frozen=True)
class Logged:
    """An event and its place in its publisher's log."""

    position: int
    envelope: Envelope


@dataclass
class Log:
    """One service's log, and how far it was read."""

    client: httpx.AsyncClient
    url: str
    types: Sequence[str]
    after: int = 0
    begins_after: int = 0
    """The last position that its publisher no longer keeps, as far as it was asked."""

    async def page(self) -> Sequence[Logged]:
        """The next events of these types, at most `PAGE`; none at the end. Raises httpx's errors."""
        query: dict[str, Any] = {"after": self.after, "limit": PAGE, "types": list(self.types)}
        answer = await self.client.get(self.url, params=query)
        answer.raise_for_status()
        page = answer.json()
        self.after, self.begins_after = page["next"], page.get("beginsAfter", 0)
        return [Logged(item["position"], Envelope.model_validate(item["event"])) for item in page["items"]]

    async def pages(self) -> AsyncIterator[Sequence[Envelope]]:
        """The events since the last one read, as far as the log reaches now."""
        while page := await self.page():
            yield [logged.envelope for logged in page]


def log_url(settings: ServiceSettings, service: str, publisher: str) -> str:
    """Where `service` reads the log of `publisher`, which may be itself."""
    base = settings.public_url if publisher == service else str(getattr(settings, f"{publisher}_url"))
    return base.rstrip("/") + PATHS.get(publisher, "/v1/events")


def log_client(settings: ServiceSettings, publisher: str) -> AbstractAsyncContextManager[httpx.AsyncClient]:
    """A client that may read the log of `publisher`, and nothing else."""
    return machine_client(settings, f"{publisher}:events:read", seconds=LONGEST_ANSWER_SECONDS)
