"""PDOK Locatieserver as seen from outside: a real HTTP server with recorded answers (`recorded/README.md`)."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from deploy.ports import free_ports
from tests.support.bench import QuietServer

RECORDED = json.loads((Path(__file__).parent / "recorded" / "pdok.json").read_text())
NOTHING = {"response": {"numFound": 0, "start": 0, "maxScore": 0.0, "numFoundExact": True, "docs": []}}
KNOWN = {"q", "fq", "fl", "rows", "start", "sort", "df", "bq", "qf", "lat", "lon", "wt"}


@dataclass
class FakePdok:
    """Answers as recorded; `trouble` holds what it answers to the next questions instead."""

    url: str
    trouble: list[Response] = field(default_factory=list)
    broken: Response | None = None
    """What it answers to everything, while it is set."""
    thinking: asyncio.Event | None = None
    """Until when it holds back its answers."""
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    at_once: int = 0
    most_at_once: int = 0

    async def free(self, request: Request) -> Response:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            if self.thinking is not None:
                await self.thinking.wait()
            return self._answer(request)
        finally:
            self.at_once -= 1

    def _answer(self, request: Request) -> Response:
        question = " ".join(request.query_params.getlist("fq"))
        self.asked.append(question)
        self.agents.add(request.headers["user-agent"])
        if unknown := request.query_params.keys() - KNOWN:
            return JSONResponse({"detail": f"unknown parameters: {unknown}"}, 400)
        if self.trouble:
            return self.trouble.pop(0)
        return self.broken or JSONResponse(RECORDED.get(question, NOTHING))


@contextlib.asynccontextmanager
async def fake_pdok() -> AsyncIterator[FakePdok]:
    """Serve on a free port of this machine."""
    port = free_ports(["pdok"])["pdok"]
    fake = FakePdok(f"http://127.0.0.1:{port}/search/v3_1")
    app = Starlette(routes=[Route("/search/v3_1/free", fake.free)])
    server = QuietServer(uvicorn.Config(app, port=port, log_config=None, lifespan="off", timeout_graceful_shutdown=1))
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(10):
        while not server.started:
            await asyncio.sleep(0.01)  # a poll with a deadline
    try:
        yield fake
    finally:
        server.should_exit = True
        await task


async def until(read: Any, seen: Any, within: float = 30) -> Any:
    """Read again until it is as hoped; what was read."""
    async with asyncio.timeout(within):
        while not seen(found := await read()):
            await asyncio.sleep(0.1)  # a poll with a deadline
    return found
