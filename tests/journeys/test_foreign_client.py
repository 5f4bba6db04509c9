"""Somebody else's program, with nothing of ours: plain aio-pika and the public cloudevents library."""

import asyncio
import secrets
from urllib.parse import quote, urlsplit

import aio_pika
import httpx
from cloudevents.v1.http import from_http

from tests.journeys.world import World, employer_of


async def user_made_by_the_operator(world: World) -> str:
    """What docs/operations.md tells an operator to do; the address that the foreign program gets."""
    servers, vhost = world.stack.servers, quote(world.stack.name, safe="")
    parts, name, password = urlsplit(servers.management_url), "foreign", secrets.token_hex(8)
    auth = (parts.username or "", parts.password or "")
    async with httpx.AsyncClient(base_url=f"http://{parts.hostname}:{parts.port}", auth=auth) as management:
        rights = {"configure": "^foreign", "write": "^foreign", "read": r"^(foreign.*|stagebrug\.events)$"}
        for path, body in (
            (f"/api/users/{name}", {"password": password, "tags": ""}),
            (f"/api/permissions/{vhost}/{name}", rights),
        ):
            (await management.put(path, json=body)).raise_for_status()
    broker = urlsplit(servers.rabbitmq_url)
    return f"amqp://{name}:{password}@{broker.hostname}:{broker.port}/{vhost}"


async def test_a_foreign_program_reads_an_event_with_public_libraries(world: World) -> None:
    connection = await aio_pika.connect(await user_made_by_the_operator(world))
    async with connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("foreign", exclusive=True)
        await queue.bind("stagebrug.events", "intake.employer-registered.v1")
        coordinator = await world.school("AM11")
        employer = await employer_of(coordinator)
        async with asyncio.timeout(15), queue.iterator() as messages:
            async for message in messages:
                event = from_http({"content-type": message.content_type or ""}, message.body)
                await message.ack()
                if event["subject"] == employer["id"]:
                    break
    assert event["type"] == "nl.stagebrug.employer-registered.v1"
    assert event["source"].startswith("urn:nld:oin:")
    assert event.data["employerId"] == employer["id"]
    assert message.message_id == event["id"]
