"""The proxy fails as asked: whatever is concluded from a broken link rests on this."""

import asyncio
from collections.abc import AsyncIterator
from time import monotonic

import pytest

from deploy.ports import LOOPBACK
from tests.faults.proxy import Link, Way, links


@pytest.fixture
async def link() -> AsyncIterator[Link]:
    """A link to a server that says everything back."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(1000):
            writer.write(piece)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(echo, LOOPBACK, 0)
    async with links(echo=server.sockets[0].getsockname()[1]) as made:
        yield made["echo"]
    server.close()


async def said_back(link: Link, what: bytes = b"0123456789", within: float = 2.0) -> bytes:
    """What comes back of what is sent over a new connection."""
    reader, writer = await asyncio.open_connection(LOOPBACK, link.port)
    try:
        writer.write(what)
        async with asyncio.timeout(within):
            return await reader.readexactly(len(what))
    finally:
        writer.close()


async def test_a_healthy_link_passes_everything(link: Link) -> None:
    assert await said_back(link) == b"0123456789"


async def test_a_refusing_link_takes_no_connection_until_it_is_healed(link: Link) -> None:
    await link.refuse()
    with pytest.raises(ConnectionRefusedError):
        await said_back(link)
    await link.heal()
    assert await said_back(link)


async def test_a_reset_breaks_open_connections(link: Link) -> None:
    reader, writer = await asyncio.open_connection(LOOPBACK, link.port)
    writer.write(b"x")
    await reader.readexactly(1)
    link.reset()
    with pytest.raises(ConnectionResetError):
        await reader.readexactly(1)


async def test_a_black_hole_holds_what_was_sent_and_delivers_it_when_healed(link: Link) -> None:
    reader, writer = await asyncio.open_connection(LOOPBACK, link.port)
    writer.write(b"x")
    await reader.readexactly(1)
    link.silence(Way.THERE, Way.BACK)
    writer.write(b"y")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await reader.readexactly(1)
    await link.heal()
    async with asyncio.timeout(2):
        assert await reader.readexactly(1) == b"y"
    writer.close()


async def test_a_half_open_link_sends_and_hears_nothing(link: Link) -> None:
    reader, writer = await asyncio.open_connection(LOOPBACK, link.port)
    writer.write(b"x")
    await reader.readexactly(1)
    link.silence(Way.BACK)
    before = link.passed
    writer.write(b"y" * 100)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await reader.readexactly(1)
    assert link.passed == before + 100
    writer.close()


async def test_latency_and_rate_take_their_time(link: Link) -> None:
    for setting in ({"latency": 0.1}, {"rate": 100.0}):
        for name, value in setting.items():
            setattr(link, name, value)
        began = monotonic()
        assert await said_back(link)
        assert monotonic() - began >= 0.2
        await link.heal()


async def test_a_cut_leaves_half_a_frame(link: Link) -> None:
    link.cut_after = 4
    with pytest.raises((asyncio.IncompleteReadError, ConnectionResetError)):
        await said_back(link)
