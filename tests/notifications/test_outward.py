"""Events over AMQP: a foreign client reads its own queue, nothing else, and misses nothing."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlsplit

import aio_pika
import aiormq
import httpx
import pytest
from aio_pika.abc import AbstractQueue
from cloudevents.core.bindings.amqp import AMQPMessage, from_amqp_event

from deploy import broker
from shared.events.notifications import DeliveryFailed
from shared.ids import new_id
from shared.topology import Management
from tests.conftest import StartService
from tests.notifications import facts
from tests.notifications.conftest import QUICK, outsider
from tests.support.bench import Bench
from tests.support.service import RunningService
from tests.support.smtp_catcher import SmtpCatcher

FAILED = "nl.stagebrug.delivery-failed.v1"
STARTED = "nl.stagebrug.placement-started.v1"
REFUSED = (aiormq.exceptions.ChannelAccessRefused, aio_pika.exceptions.ChannelInvalidStateError)


@dataclass
class Outside:
    """The outward virtual host, seen by the administrator."""

    vhost: str
    management: Management
    running: RunningService = field(init=False)

    async def queues(self) -> set[str]:
        """The queues there are."""
        return {each["name"] for each in await self.management.call("GET", "queues", self.vhost)}

    async def users(self) -> set[str]:
        """The users of subscribers."""
        found = await self.management.call("GET", "users")
        return {each["name"] for each in found if each["name"].startswith(f"{self.vhost}.")}

    async def until_users(self, *names: str, within: float = 8.0) -> None:
        """Wait until there are these and no others."""
        async with asyncio.timeout(within):
            while await self.users() != set(names):
                await asyncio.sleep(0.05)  # a poll with a deadline

    async def cut(self, user: str, within: float = 15.0) -> None:
        """Close the connections of a user on this virtual host, as soon as the broker lists one."""
        async with asyncio.timeout(within):
            while not (mine := await self._connections(user)):
                await asyncio.sleep(0.05)  # a poll with a deadline
        for name in mine:
            await self.management.call("DELETE", "connections", name, missing_ok=True)

    async def _connections(self, user: str) -> list[str]:
        found = await self.management.call("GET", "connections")
        return [each["name"] for each in found if (each.get("user"), each.get("vhost")) == (user, self.vhost)]


@pytest.fixture
async def outside(
    service: StartService, bench: Bench, post: SmtpCatcher, request: pytest.FixtureRequest
) -> AsyncIterator[Outside]:
    """Notifications with an outward virtual host of its own."""
    vhost = f"{bench.name}-outside"
    management_url = bench.servers.management_url
    own = urlsplit(bench.amqp_url("notifications"))
    more: dict[str, str] = getattr(request, "param", {})
    async with Management(management_url) as management:
        found = Outside(vhost, management)
        try:
            found.running = await service(
                "notifications",
                smtp_url=post.url,
                outward_amqp_url=own._replace(path=f"/{quote(vhost, safe='')}").geturl(),
                outward_management_url=management_url,
                **QUICK,
                **more,
            )
            assert await found.running.tell(facts.a_school()) == "done"
            yield found
        finally:
            broker.drop(management_url, vhost, sorted(await found.users()))


@dataclass
class Reader:
    """A municipality with its subscription and what it was told to read it by."""

    client: httpx.AsyncClient
    shown: dict[str, Any]

    @property
    def url(self) -> str:
        """Where it reads, with its newest login."""
        box = self.shown["amqp"]
        scheme, _, place = box["address"].partition("://")
        login = f"{quote(box['users'][0], safe='')}:{quote(self.shown['secret'], safe='')}"
        return f"{scheme}://{login}@{place}/{quote(box['virtualHost'], safe='')}"

    @contextlib.asynccontextmanager
    async def reading(self, queue: str | None = None) -> AsyncIterator[AbstractQueue]:
        """Its queue (or what it takes for one), as a client of its own opens it."""
        async with await aio_pika.connect(self.url) as connection:
            channel = await connection.channel()
            yield await channel.get_queue(queue or self.shown["amqp"]["queue"], ensure=False)

    async def becomes(self, state: str, within: float = 8.0) -> dict[str, Any]:
        """Wait for a state."""
        async with asyncio.timeout(within):
            while (found := (await self.client.get(f"/v1/subscriptions/{self.shown['id']}")).json())["state"] != state:
                await asyncio.sleep(0.02)  # a poll with a deadline
        return dict(found)

    async def tries_again(self) -> int:
        """Ask for what was given up; how many it are."""
        answer = await self.client.post(f"/v1/subscriptions/{self.shown['id']}/deliveries/_retry", json={})
        assert answer.status_code == 202, answer.text
        return int(answer.json()["count"])

    async def rotate(self, **body: Any) -> None:
        """Get another user and password."""
        answer = await self.client.post(f"/v1/subscriptions/{self.shown['id']}/_rotate", json=body or None)
        assert answer.status_code == 200, answer.text
        self.shown = answer.json()


@contextlib.asynccontextmanager
async def subscribed(outside: Outside, kind: str = "municipality", **body: Any) -> AsyncIterator[Reader]:
    async with outsider(outside.running, kind) as client:
        made = await client.post("/v1/subscriptions", json={"protocol": "amqp", **body})
        assert made.status_code == 201, made.text
        reader = Reader(client, made.json())
        await reader.becomes("active")
        yield reader


async def take(queue: AbstractQueue, count: int, within: float = 10.0) -> list[dict[str, Any]]:
    """So many events, each acknowledged, parsed by a public library."""
    found: list[dict[str, Any]] = []
    async with asyncio.timeout(within):
        while len(found) < count:
            message = await queue.get(fail=False)
            if message is None:
                await asyncio.sleep(0.02)  # a poll with a deadline
                continue
            found.append(parsed(message))
            await message.ack()
    return found


def parsed(message: aio_pika.abc.AbstractIncomingMessage) -> dict[str, Any]:
    assert message.delivery_mode == aio_pika.DeliveryMode.PERSISTENT
    event = from_amqp_event(AMQPMessage({"content-type": message.content_type}, {}, message.body))
    assert message.message_id == event.get_id()
    return {"id": event.get_id(), "type": event.get_type(), "data": event.get_data()}


async def test_a_foreign_client_reads_its_own_events_from_its_own_queue(outside: Outside) -> None:
    async with subscribed(outside) as reader, reader.reading() as queue:
        placement = facts.a_placement()
        await outside.running.announce(placement)
        (event,) = await take(queue, 1)
        assert (event["type"], event["data"]["municipality"]) == (STARTED, facts.MUNICIPALITY)
        assert event["data"]["studentId"] != str(placement.student_id)
        feed = (await reader.client.get("/v1/events", params={"subscription": reader.shown["id"]})).json()
        assert [each["event"]["id"] if "event" in each else each["id"] for each in feed["items"]] == [event["id"]]
        assert "secret" not in (await reader.client.get(f"/v1/subscriptions/{reader.shown['id']}")).json()


async def test_it_is_refused_the_queue_of_another_and_to_publish_and_to_declare(outside: Outside) -> None:
    async with subscribed(outside) as one, subscribed(outside, "wsp") as other:
        theirs = other.shown["amqp"]["queue"]
        with pytest.raises(REFUSED):
            async with one.reading(theirs) as queue:
                await queue.get(fail=False)
        forbidden: tuple[Callable[[Any], Awaitable[Any]], ...] = (
            lambda raw: raw.basic_publish(b"forged", exchange="", routing_key=theirs),
            lambda raw: raw.basic_publish(b"forged", exchange="amq.topic", routing_key="x"),
            lambda raw: raw.queue_declare("mine-too"),
            lambda raw: raw.queue_bind(one.shown["amqp"]["queue"], "amq.topic", "#"),
            lambda raw: raw.queue_delete(one.shown["amqp"]["queue"]),
        )
        for act in forbidden:
            with pytest.raises(REFUSED):
                async with one.reading() as queue:
                    await act(await queue.channel.get_underlay_channel())
        inside = one.url.rpartition("/")[0] + "/" + quote(outside.running.bench.name, safe="")
        with pytest.raises((aiormq.exceptions.AMQPError, aio_pika.exceptions.AMQPError)):
            await aio_pika.connect(inside)


async def test_connections_that_are_killed_in_the_middle_lose_nothing_and_disorder_nothing(outside: Outside) -> None:
    publisher = f"{outside.running.bench.name}-notifications"
    async with subscribed(outside) as reader:
        first = [await outside.running.announce(facts.a_placement()) for _ in range(10)]
        placement = facts.a_placement()
        await outside.running.announce(placement)
        killing = asyncio.create_task(outside.cut(publisher))
        seen = []
        async with contextlib.AsyncExitStack() as stack:
            queue = await stack.enter_async_context(reader.reading())
            seen += await take(queue, 5)
            await queue.get(fail=False)  # in hand and not acknowledged when its connection goes
            await outside.cut(reader.shown["amqp"]["users"][0])
            with contextlib.suppress(Exception):
                await stack.aclose()
        for _ in range(10):
            await outside.running.announce(facts.a_placement())
        await outside.running.announce(facts.an_ended_placement(**facts.ids_of(placement)))
        await killing
        async with reader.reading() as queue:
            while len({each["id"] for each in seen}) < len(first) + 12:
                seen += await take(queue, 1)
        last = [each["type"] for each in seen if each["data"]["placementId"] == _its_id(seen)]
        assert last[0] == STARTED
        assert last[-1] == "nl.stagebrug.placement-ended.v1"


def _its_id(seen: list[dict[str, Any]]) -> str:
    (ended,) = {each["data"]["placementId"] for each in seen if each["type"] != STARTED}
    return str(ended)


async def test_a_new_password_counts_beside_the_old_one_for_a_day(outside: Outside) -> None:
    async with subscribed(outside) as reader:
        old = Reader(reader.client, reader.shown)
        await reader.rotate()
        await outside.until_users(*reader.shown["amqp"]["users"])
        for each in (old, reader):
            async with each.reading() as queue:
                await queue.get(fail=False)
        later = "jsonb_set(logins, '{1,until}', to_jsonb(now() - interval '1 second'))"
        await outside.running.sql.execute(f"update subscriptions set logins = {later}")
        await outside.running.sql.execute("select pg_notify('stagebrug', 'outward')")
        await outside.until_users(reader.shown["amqp"]["users"][0])


async def test_a_password_that_others_saw_ends_at_once_and_cuts_who_reads_with_it(outside: Outside) -> None:
    async with subscribed(outside) as reader:
        cut = asyncio.Event()
        async with await aio_pika.connect(reader.url) as connection:
            connection.close_callbacks.add(lambda *_: cut.set())
            await reader.rotate(atOnce=True)
            await outside.until_users(*reader.shown["amqp"]["users"])
            async with asyncio.timeout(8):
                await cut.wait()
        await outside.running.announce(facts.a_placement())
        async with reader.reading() as queue:
            await take(queue, 1)


async def test_the_queue_and_its_user_go_with_the_subscription(outside: Outside) -> None:
    async with subscribed(outside) as reader, subscribed(outside, "wsp") as other:
        answer = await reader.client.delete(f"/v1/subscriptions/{reader.shown['id']}")
        assert answer.status_code == 204
        await outside.until_users(*other.shown["amqp"]["users"])
        async with asyncio.timeout(8):
            while await outside.queues() != {other.shown["amqp"]["queue"]}:
                await asyncio.sleep(0.05)  # a poll with a deadline


async def test_a_queue_that_somebody_removed_is_made_again_and_the_event_arrives(outside: Outside) -> None:
    async with subscribed(outside) as reader:
        await outside.management.call("DELETE", "queues", outside.vhost, reader.shown["amqp"]["queue"])
        await outside.running.announce(facts.a_placement())
        async with asyncio.timeout(8):
            while reader.shown["amqp"]["queue"] not in await outside.queues():
                await asyncio.sleep(0.05)  # a poll with a deadline
        await reader.tries_again()
        async with reader.reading() as queue:
            await take(queue, 1)


@pytest.mark.parametrize("outside", [{"outward_messages": "1"}], indirect=True)
async def test_a_full_queue_takes_nothing_more_and_its_owner_reads_why(outside: Outside) -> None:
    async with subscribed(outside) as reader:
        for _ in range(8):
            await outside.running.announce(facts.a_placement())
        failed = await outside.running.next_event(DeliveryFailed)
        assert failed.code == "queue-full"
        assert (await reader.becomes("failing"))["reason"] == "queue-full"
        given_up = await outside.running.sql.fetchval("select count(*) from deliveries where state = 'failed'")
        async with reader.reading() as queue:
            await take(queue, 1)
            assert await reader.tries_again() >= given_up
            await take(queue, 1)


async def test_an_owner_reads_in_another_queue_that_an_event_was_given_up(outside: Outside) -> None:
    async with subscribed(outside, types=[STARTED]) as reader:
        answer = await reader.client.post("/v1/subscriptions", json={"protocol": "amqp", "types": [FAILED]})
        other = Reader(reader.client, answer.json())
        await other.becomes("active")
        lost = DeliveryFailed(
            subscription_id=reader.shown["id"], delivery_id=new_id(), failed_type=STARTED, code="queue-full"
        )
        assert await outside.running.tell(lost) == "done"
        async with other.reading() as queue:
            (told,) = await take(queue, 1)
    assert (told["type"], told["data"]["code"]) == (FAILED, "queue-full")


async def test_users_that_an_operator_made_stay(outside: Outside) -> None:
    theirs = f"{outside.vhost}.monitoring"
    await outside.management.call("PUT", "users", theirs, body={"password_hash": "", "tags": ""})
    async with subscribed(outside) as reader:
        assert (await reader.client.delete(f"/v1/subscriptions/{reader.shown['id']}")).status_code == 204
        await outside.until_users(theirs)


async def test_what_makes_no_sense_over_amqp_is_refused_with_where(outside: Outside) -> None:
    async with outsider(outside.running, "municipality") as client:
        sink = {"protocol": "amqp", "sink": "https://gemeente.example/in"}
        answer = await client.post("/v1/subscriptions", json=sink)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/sink")


async def test_an_installation_without_an_outward_virtual_host_says_so(running: RunningService) -> None:
    async with outsider(running, "municipality") as client:
        answer = await client.post("/v1/subscriptions", json={"protocol": "amqp"})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:stagebrug:problem:amqp-is-off")
