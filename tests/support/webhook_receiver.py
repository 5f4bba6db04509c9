"""A receiver of webhooks as an outside organisation would run one: a real HTTP server that proves itself and checks
every signature with the public `standardwebhooks` library."""

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import uvicorn
from standardwebhooks import Webhook
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.ports import free_ports
from tests.support.bench import QuietServer


@dataclass(frozen=True)
class Received:
    """One event as it came over the wire."""

    event: dict[str, Any]
    headers: Mapping[str, str]
    body: bytes
    path: str = "/events"

    @property
    def type(self) -> str:
        """The CloudEvents type."""
        return str(self.event["type"])

    @property
    def data(self) -> dict[str, Any]:
        """The event's data."""
        found: dict[str, Any] = self.event["data"]
        return found

    @property
    def webhook_id(self) -> str:
        """The id that stays the same over all tries."""
        return self.headers["webhook-id"]


class Served:
    """`async with Served(endpoint) as s:` an endpoint at every path of a free port, over TLS with uvicorn's settings."""

    def __init__(self, endpoint: Callable[[Request], Awaitable[Response]], **tls: Any) -> None:
        port = free_ports(["outside"])["outside"]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}/"
        app = Starlette(routes=[Route("/{path:path}", endpoint, methods=["POST", "OPTIONS", "GET", "PUT", "DELETE"])])
        self._server = QuietServer(
            uvicorn.Config(app, port=port, log_config=None, lifespan="off", timeout_graceful_shutdown=1, **tls)
        )

    async def __aenter__(self) -> Self:
        """Serve."""
        self._task = asyncio.create_task(self._server.serve())
        async with asyncio.timeout(10):
            while not self._server.started:
                await asyncio.sleep(0.01)  # a poll with a deadline
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving."""
        self._server.should_exit = True
        await self._task


@dataclass
class WebhookReceiver:
    """`async with WebhookReceiver() as r:` `r.url` is its address, `await r.next(within=5)` the next event that came.

    `answers` holds what it answers to the next requests, each a status or (status, headers); afterwards it answers 204.
    While `gate` is cleared it answers nothing, afterwards `answers_after` seconds late. With `secret` set, each signature is checked before an event counts.
    """

    allowed_origin: str | None = "*"
    allowed_rate: str | None = None
    answers: list[int | tuple[int, dict[str, str]]] = field(default_factory=list)
    body: bytes = b""
    answers_after: float = 0
    secret: str | None = None
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    handshakes: list[Mapping[str, str]] = field(default_factory=list)
    requests: list[Received] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    _waiting: asyncio.Queue[Received] = field(default_factory=asyncio.Queue)
    url: str = ""
    tls: dict[str, Any] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        """Serve on a free port of this machine."""
        self.gate.set()
        self._served = Served(self._receive, **self.tls)
        self.url = f"{self._served.url}events"
        await self._served.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop serving."""
        self.gate.set()
        await self._served.__aexit__(kind, error, trace)

    async def next(self, within: float = 5.0) -> Received:
        """The next event that was answered with 2xx; TimeoutError when none comes."""
        async with asyncio.timeout(within):
            return await self._waiting.get()

    async def of_type(self, event_type: str, within: float = 5.0) -> Received:
        """The next event of a type; others before it are passed over."""
        async with asyncio.timeout(within):
            while (received := await self._waiting.get()).type != event_type:
                pass
        return received

    async def requested(self, count: int, within: float = 5.0) -> Sequence[Received]:
        """All requests so far, once there are so many, whatever was answered to them."""
        async with asyncio.timeout(within):
            while len(self.requests) < count:
                await asyncio.sleep(0.01)  # a poll with a deadline
        return list(self.requests)

    def came(self) -> list[Received]:
        """What came and was not asked for with `next` yet."""
        found = []
        with contextlib.suppress(asyncio.QueueEmpty):
            while True:
                found.append(self._waiting.get_nowait())
        return found

    async def _receive(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            self.handshakes.append(dict(request.headers))
            allowed = {"WebHook-Allowed-Origin": self.allowed_origin, "WebHook-Allowed-Rate": self.allowed_rate}
            return Response(status_code=200, headers={name: value for name, value in allowed.items() if value})
        body = await request.body()
        received = Received(json.loads(body), dict(request.headers), body, request.url.path)
        self.requests.append(received)
        await self.gate.wait()
        if self.answers_after:
            await asyncio.sleep(self.answers_after)  # it is slow
        if self.secret is not None:
            try:
                Webhook(self.secret).verify(body, dict(request.headers))
            except Exception as error:  # noqa: BLE001 — whatever it is, the signature does not hold
                self.refused.append(repr(error))
                return Response(status_code=401)
        answer = self.answers.pop(0) if self.answers else 204
        status, headers = answer if isinstance(answer, tuple) else (answer, {})
        if 200 <= status < 300:
            self._waiting.put_nowait(received)
        return Response(self.body if status != 204 else b"", status, headers)
