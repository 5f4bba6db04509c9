"""What a thief has who stole one service's passwords: that service, and nothing of the others."""

from urllib.parse import urlsplit

import aio_pika
import asyncpg
import httpx
import pytest

from shared import topology
from shared.messaging.publishing import EXCHANGE
from tests.support.bench import PASSWORD, Bench


@pytest.fixture
async def broken_into(bench: Bench) -> Bench:
    """A bench on which all of two services is there, and notifications' passwords are known."""
    for service in ("intake", "notifications"):
        if service not in bench.templates:
            await bench._template(service)
    return bench


async def test_a_stolen_database_password_of_notifications_reads_no_student(broken_into: Bench) -> None:
    stolen = broken_into.templates["notifications"].url
    elsewhere = urlsplit(broken_into.templates["intake"].url).path
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(urlsplit(stolen)._replace(path=elsewhere).geturl())
    thief = await asyncpg.connect(stolen)
    try:
        assert not await thief.fetchval(
            "select rolsuper or rolcreaterole or rolcreatedb or rolbypassrls or rolreplication from pg_roles where rolname = current_user"
        )
        for statement in (
            "create extension dblink",
            "create extension postgres_fdw",
            "copy (select 1) to program 'id'",
            "select pg_read_file('/etc/passwd')",
            "drop table event_log",
            "alter table outbox disable trigger all",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await thief.execute(statement)
    finally:
        await thief.close()


async def test_a_stolen_broker_password_of_notifications_publishes_nothing_of_intake(broken_into: Bench) -> None:
    connection = await aio_pika.connect(broken_into.amqp_url("notifications"))
    try:
        own = await (await connection.channel()).get_exchange(EXCHANGE, ensure=False)
        await own.publish(aio_pika.Message(b"{}"), "notifications.nobody-listens.v1", mandatory=False)
        channel = await connection.channel()
        exchange = await channel.get_exchange(EXCHANGE, ensure=False)
        with pytest.raises(aio_pika.exceptions.AMQPError):
            await exchange.publish(aio_pika.Message(b"{}"), "intake.student-ready.v1")
    finally:
        await connection.close()


@pytest.mark.parametrize("queue", ["intake", "parking.intake"])
async def test_it_neither_reads_nor_fills_nor_removes_a_queue_of_others(broken_into: Bench, queue: str) -> None:
    connection = await aio_pika.connect(broken_into.amqp_url("notifications"))
    try:
        for attempt in ("get", "delete", "purge"):
            found = await (await connection.channel()).get_queue(queue, ensure=False)
            with pytest.raises(aio_pika.exceptions.AMQPError):
                await getattr(found, attempt)()
        channel = await connection.channel()
        with pytest.raises(aio_pika.exceptions.AMQPError):
            await channel.default_exchange.publish(aio_pika.Message(b"{}"), queue)
    finally:
        await connection.close()


async def test_it_has_no_key_to_the_brokers_management(broken_into: Bench) -> None:
    parts = urlsplit(broken_into.servers.management_url)
    address = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    user = topology.user_of(broken_into.name, "notifications")
    async with httpx.AsyncClient(base_url=address, auth=(user, PASSWORD)) as client:
        assert (await client.get("/api/users")).status_code == 401
