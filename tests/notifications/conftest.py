"""A running notifications with a region that it knows, and receivers outside."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.conftest import StartService
from tests.notifications import facts
from tests.support.case_system import FakeCaseSystem
from tests.support.service import RunningService
from tests.support.smtp_catcher import SmtpCatcher
from tests.support.webhook_receiver import WebhookReceiver

QUICK = {
    "allow_loopback_sinks": "true",
    "webhook_pauses": "0,0.05,0.05",
    "handshake_pauses": "0,0.05",
    "mail_pauses": "0,0.05,0.05",
    "webhook_seconds": "3",
}
"""A schedule that a test can wait for; that of a day is tested without waiting."""


@pytest.fixture
async def post() -> AsyncIterator[SmtpCatcher]:
    """The mail server."""
    async with SmtpCatcher() as catcher:
        yield catcher


@pytest.fixture(autouse=True)
def nothing_fails_in_the_background(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A job that fails is only logged, so the log is looked at."""
    yield
    ours = [record for record in caplog.get_records("call") if not record.name.startswith("aio_pika")]
    failed = [record.getMessage() for record in ours if "_failed" in record.getMessage()]
    assert not [each for each in failed if "job_failed" in each or "errand_failed" in each]


@pytest.fixture
async def running(service: StartService, post: SmtpCatcher, request: pytest.FixtureRequest) -> RunningService:
    """Notifications, knowing two schools of one region."""
    more: dict[str, str] = getattr(request, "param", {})
    started = await service("notifications", **{"smtp_url": post.url, **QUICK, **more})
    assert await started.tell(facts.a_school()) == "done"
    assert await started.tell(facts.a_school(facts.OTHER_SCHOOL, facts.OTHER_BRIN)) == "done"
    async with asyncio.timeout(5):
        while await started.sql.fetchval("select count(*) from stream where position is null"):
            await asyncio.sleep(0.01)  # a poll with a deadline: else a stream would begin with the schools
    return started


@dataclass
class Subscriber:
    """An outside organisation with its receiver, its client on the API and its subscription."""

    receiver: WebhookReceiver
    client: httpx.AsyncClient
    id: str
    secret: str

    async def read(self) -> dict[str, Any]:
        """The subscription as it is now."""
        answer = await self.client.get(f"/v1/subscriptions/{self.id}")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def becomes(self, state: str, within: float = 8.0) -> dict[str, Any]:
        """Wait for a state."""
        async with asyncio.timeout(within):
            while (found := await self.read())["state"] != state:
                await asyncio.sleep(0.02)  # a poll with a deadline
        return found

    async def becomes_for(self, reason: str, within: float = 8.0) -> dict[str, Any]:
        """Wait for a reason."""
        async with asyncio.timeout(within):
            while (found := await self.read())["reason"] != reason:
                await asyncio.sleep(0.02)  # a poll with a deadline
        return found

    async def do(self, verb: str) -> dict[str, Any]:
        """`_pause`, `_resume`, `_test`, `_rotate`."""
        answer = await self.client.post(f"/v1/subscriptions/{self.id}/{verb}")
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def feed(self, **query: Any) -> dict[str, Any]:
        """The subscription's feed."""
        answer = await self.client.get("/v1/events", params={"subscription": self.id, **query})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def deliveries(self) -> list[dict[str, Any]]:
        """What was to be delivered, with every try."""
        answer = await self.client.get(f"/v1/subscriptions/{self.id}/deliveries")
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    async def decided(self, within: float = 5.0) -> list[dict[str, Any]]:
        """The deliveries, once none of them waits any more."""
        async with asyncio.timeout(within):
            while True:
                found = await self.deliveries()
                if all(each["state"] != "waiting" for each in found):
                    return found
                await asyncio.sleep(0.02)  # a poll with a deadline


def outsider(running: RunningService, kind: str, **area: Any) -> httpx.AsyncClient:
    """A client with the token of an outside organisation."""
    claim = {"kind": kind, "regions": [facts.REGION], "municipalities": [], **area}
    if kind == "municipality":
        claim = {**claim, "municipalities": area.get("municipalities", [facts.MUNICIPALITY])}
    return running.as_("intermediary", sub=f"{kind}-{len(area)}", intermediary=claim)


Subscribing = Callable[..., Awaitable[Subscriber]]


@pytest.fixture
async def subscriber(running: RunningService) -> AsyncIterator[Subscribing]:
    """`await subscriber("wsp")`: an organisation with a receiver that has proved itself."""
    async with AsyncExitStack() as stack:

        async def subscribe(
            kind: str, *, receiver: WebhookReceiver | None = None, active: bool = True, area: Any = None, **body: Any
        ) -> Subscriber:
            receiving = receiver if receiver else await stack.enter_async_context(WebhookReceiver())
            client = await stack.enter_async_context(outsider(running, kind, **(area or {})))
            made = await client.post("/v1/subscriptions", json={"sink": receiving.url, **body})
            assert made.status_code == 201, made.text
            receiving.secret = made.json()["secret"]
            found = Subscriber(receiving, client, made.json()["id"], made.json()["secret"])
            if active:
                await found.becomes("active")
            return found

        yield subscribe


@pytest.fixture
async def region(running: RunningService) -> AsyncIterator[httpx.AsyncClient]:
    """The region's coordinator."""
    async with running.as_("regional-coordinator", regions=[facts.REGION]) as client:
        yield client


@pytest.fixture
async def almere() -> AsyncIterator[FakeCaseSystem]:
    """The municipality's case system."""
    async with FakeCaseSystem() as system:
        yield system
