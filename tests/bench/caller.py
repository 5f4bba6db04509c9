"""Load over HTTP that costs the machine little: a client that only knows what our services answer."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Caller:
    """Keeps its connections; answers must be 2xx with a length."""

    def __init__(self, url: str, token: str = "") -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname, parts.port)
        self._head = f"Host: {parts.netloc}\r\n" + (f"Authorization: Bearer {token}\r\n" if token else "")
        self._free: list[Connection] = []

    async def call(self, method: str, path: str, body: Any = None) -> Any:
        """One call; what it answers, or None for 404."""
        content = b"" if body is None else json.dumps(body).encode()
        kind = "Content-Type: application/json\r\n" if content else ""
        head = f"{method} {path} HTTP/1.1\r\n{self._head}{kind}Content-Length: {len(content)}\r\n\r\n"
        connection = self._free.pop() if self._free else await asyncio.open_connection(*self._address)
        reader, writer = connection
        writer.write(head.encode() + content)
        answer = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next(
            int(line.partition(":")[2]) for line in answer.lower().split("\r\n") if line.startswith("content-length:")
        )
        text = await reader.readexactly(length)
        self._free.append(connection)
        status = int(answer.split(" ", 2)[1])
        if status >= 300 and status != 404:
            raise RuntimeError(f"{method} {path}: {status} {text[:300]!r}")
        return json.loads(text) if text and status != 404 else None

    async def close(self) -> None:
        """Close all connections."""
        for _, writer in self._free:
            writer.close()


async def paced(rate: float, count: int, call: Callable[[int, float], Awaitable[None]]) -> None:
    """Open loop: calls at fixed times, whether or not the ones before have ended; each is told when it was due."""
    began = time.perf_counter()
    async with asyncio.TaskGroup() as tasks:
        for number in range(count):
            due = began + number / rate
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            tasks.create_task(_awaited(call(number, due)))


async def crowded(callers: int, count: int, call: Callable[[int, float], Awaitable[None]]) -> float:
    """Closed loop: so many at once, one call after another; the seconds that it took."""
    began, numbers = time.perf_counter(), iter(range(count))

    async def go_on() -> None:
        for number in numbers:
            await call(number, time.perf_counter())

    await asyncio.gather(*(go_on() for _ in range(callers)))
    return time.perf_counter() - began


async def _awaited(call: Awaitable[None]) -> None:
    await call
