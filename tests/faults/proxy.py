"""A link between two processes that can fail in every way a network does: a TCP proxy in the test's own event loop."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import Enum

from deploy.ports import LOOPBACK

CHUNK = 64 * 1024


class Way(Enum):
    """Which way bytes go."""

    THERE = "to the server"
    BACK = "to the client"


@dataclass
class Link:
    """Listens on `port` and passes everything on to `target`, unless it is told to fail."""

    name: str
    target: int
    port: int = 0
    latency: float = 0.0
    """Seconds that each piece takes."""
    rate: float | None = None
    """Bytes a second, each way."""
    silent: frozenset[Way] = frozenset()
    """Ways on which nothing arrives any more, while every connection stays open."""
    cut_after: int | None = None
    """Bytes to the client after which connections break, in the middle of whatever that is."""
    passed: int = 0
    _server: asyncio.Server | None = None
    _open: "set[_Pair]" = field(default_factory=set)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def connections(self) -> int:
        """How many connections lead through it now."""
        return len(self._open)

    async def open(self) -> None:
        """Accept connections (again)."""
        if self._server is None:
            self._server = await asyncio.start_server(self._connected, LOOPBACK, self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Accept nothing, and break what stands."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self.reset()

    def reset(self) -> None:
        """Break every connection with a RST."""
        for pair in list(self._open):
            pair.abort()

    def silence(self, *ways: Way) -> None:
        """Let nothing arrive: both ways are a black hole, one way is a half-open connection."""
        self.silent = frozenset(ways)

    async def heal(self) -> None:
        """Pass everything on again; what was held in a black hole still arrives, as TCP would send it again."""
        self.latency, self.rate, self.silent, self.cut_after = 0.0, None, frozenset(), None
        self._changed.set()
        self._changed = asyncio.Event()
        await self.open()

    async def close(self) -> None:
        """End it with all its connections."""
        self.silent = frozenset()
        self._changed.set()
        await self.refuse()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._heard(Way.THERE)
        try:
            far_reader, far_writer = await asyncio.open_connection(LOOPBACK, self.target)
        except OSError:
            _break(writer)
            return
        pair = _Pair(writer, far_writer)
        self._open.add(pair)
        there = asyncio.create_task(self._pump(reader, far_writer, Way.THERE))
        back = asyncio.create_task(self._pump(far_reader, writer, Way.BACK))
        try:
            await asyncio.wait([there, back], return_when=asyncio.FIRST_COMPLETED)
        finally:
            there.cancel()
            back.cancel()
            pair.close()
            self._open.discard(pair)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, way: Way) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(CHUNK):
                await self._travel(piece, way)
                if way is Way.BACK and self.cut_after is not None and len(piece) > self.cut_after:
                    writer.write(piece[: self.cut_after])
                    await writer.drain()
                    self.reset()
                    return
                writer.write(piece)
                await writer.drain()
                self.passed += len(piece)

    async def _travel(self, piece: bytes, way: Way) -> None:
        await self._heard(way)
        pause = self.latency + (len(piece) / self.rate if self.rate else 0.0)
        if pause:
            changed = self._changed
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await changed.wait()
            await self._heard(way)

    async def _heard(self, way: Way) -> None:
        while way in self.silent:
            await self._changed.wait()


@dataclass(eq=False)
class _Pair:
    near: asyncio.StreamWriter
    far: asyncio.StreamWriter

    def abort(self) -> None:
        for writer in (self.near, self.far):
            _break(writer)

    def close(self) -> None:
        for writer in (self.near, self.far):
            writer.close()


def _break(writer: asyncio.StreamWriter) -> None:
    plain = writer.get_extra_info("socket")
    with contextlib.suppress(OSError):
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@contextlib.asynccontextmanager
async def links(**targets: int) -> AsyncIterator[dict[str, Link]]:
    """A link to each target's port, by name."""
    made = {name: Link(name, port) for name, port in targets.items()}
    try:
        for link in made.values():
            await link.open()
        yield made
    finally:
        for link in made.values():
            await link.close()
