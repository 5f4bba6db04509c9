"""One address for several nodes, as in front of any cluster: each connection goes to the next one that takes it."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager


@asynccontextmanager
async def balanced(addresses: Sequence[tuple[str, int]], port: int) -> AsyncIterator[None]:
    """Serve the port of this machine until the block ends."""
    turn = itertools.count()

    async def connect() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        for _ in addresses:
            host, there = addresses[next(turn) % len(addresses)]
            with contextlib.suppress(OSError, TimeoutError):
                async with asyncio.timeout(1):
                    return await asyncio.open_connection(host, there)
        raise ConnectionRefusedError

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, to = await connect()
        except OSError:
            writer.close()
            return
        with contextlib.suppress(asyncio.CancelledError):  # the test is over; else the loop tells of each connection
            await asyncio.gather(pump(reader, to), pump(there, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()
