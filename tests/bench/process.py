"""A part of a chain in a process of its own: it says when it is ready, and ends when its input does."""

import asyncio
import importlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import uvicorn
import uvloop

from tests.bench.place import Place, with_the_toy
from tests.support.bench import QuietServer

Go = Callable[[], Awaitable[None]]
"""Called by a part when everything is connected; returns when it is time to begin."""

STARTS_WITHIN = 180
LONGEST_LINE = 2**20
"""Bytes: of what a part says, logs of a service among it."""


async def serve(config: uvicorn.Config, go: Go) -> None:
    """Serve until the input ends."""
    server = QuietServer(config)
    serving = asyncio.create_task(server.serve())
    try:
        while not server.started and not serving.done():
            await asyncio.sleep(0.02)  # a poll; the starter has the deadline
        await go()
        await serving
    finally:
        server.should_exit = True
        await serving


@dataclass
class Part:
    """A child process, ready to begin."""

    name: str
    process: asyncio.subprocess.Process
    _lines: asyncio.Queue[bytes] = field(default_factory=asyncio.Queue)

    @property
    def pid(self) -> int:
        """Whose processor time to count."""
        return self.process.pid

    async def go(self) -> None:
        """Let it begin."""
        assert self.process.stdin is not None
        self.process.stdin.write(b"go\n")
        await self.process.stdin.drain()

    def must_run(self) -> None:
        """Raise `RuntimeError` once it has ended: nothing comes of it any more."""
        if self.process.returncode is not None:
            raise RuntimeError(f"{self.name} ended too early, with {self.process.returncode}")

    async def heard(self) -> str:
        """The next line that it says; raises `RuntimeError` where it ends instead."""
        if not (line := await self._lines.get()):
            raise RuntimeError(f"{self.name} ended too early")
        return line.decode().rstrip("\n")

    async def listen(self) -> None:
        """Take what it says until it ends, whether or not somebody wants it: it would wait for us."""
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            self._lines.put_nowait(line)
        self._lines.put_nowait(b"")


@asynccontextmanager
async def part(name: str, place: Place) -> AsyncIterator[Part]:
    """`bare.writer` and the like, started and connected."""
    command = [sys.executable, "-m", "tests.bench.process", name, place.to_json()]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, limit=LONGEST_LINE)
    try:
        assert process.stdout is not None
        async with asyncio.timeout(STARTS_WITHIN):
            while (line := await process.stdout.readline()) != b"ready\n":
                if not line:
                    raise RuntimeError(f"{name} ended before it was ready")
        started = Part(name, process)
        listening = asyncio.create_task(started.listen())
        yield started
        assert process.stdin is not None
        process.stdin.close()
        async with asyncio.timeout(STARTS_WITHIN):
            await listening
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def say(line: str) -> None:
    """Tell the starter (`Part.heard`)."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def _main(name: str, place: Place) -> None:
    loop, commands = asyncio.get_running_loop(), asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    begin, end = asyncio.Event(), asyncio.Event()

    async def listen() -> None:
        while await commands.readline():
            begin.set()
        end.set()

    async def go() -> None:
        say("ready")
        await begin.wait()

    async def work() -> None:
        module, _, role = name.partition(".")
        await getattr(importlib.import_module(f"tests.bench.{module}"), role)(place, go)
        await end.wait()

    with_the_toy()
    working = asyncio.create_task(work())
    tasks = [working, asyncio.create_task(listen()), asyncio.create_task(end.wait())]
    await asyncio.wait([working, tasks[2]], return_when=asyncio.FIRST_COMPLETED)
    if working.done():
        working.result()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


if __name__ == "__main__":
    uvloop.run(_main(sys.argv[1], Place.from_json(sys.argv[2])))
