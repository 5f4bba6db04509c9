"""The intermediaries' side of webhooks: a real HTTP server that proves itself and checks signatures."""

import asyncio
import contextlib
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from typing import Any

import uvicorn
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from deploy.ports import LOOPBACK, free_ports

CALL_FOR_HELP = "nl.stagebrug.student-unmatched.v1"


class Receiver:
    """One server for all intermediaries of the demo; each has a path of its own."""

    def __init__(self) -> None:
        self.url = ""
        self.secrets: dict[str, str] = {}
        self.received: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.refused = 0
        self._new: set[str] = set()
        self.app = Starlette(routes=[Route("/{name}", self._answer, methods=["OPTIONS", "POST"])])

    def count(self, event_type: str) -> int:
        """How many events of a type came, each counted once for each who got it."""
        return len(
            {(name, e["id"]) for name, events in self.received.items() for e in events if e["type"] == event_type}
        )

    def called(self) -> set[str]:
        """Who was called for help since this was asked last."""
        new, self._new = self._new, set()
        return new

    async def _answer(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            origin = request.headers.get("webhook-request-origin", "")
            return Response(headers={"WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": "*", "Allow": "POST"})
        name, body = request.path_params["name"], await request.body()
        try:
            Webhook(self.secrets[name]).verify(body, dict(request.headers))
        except (WebhookVerificationError, KeyError):
            self.refused += 1
            return Response(status_code=401)
        event = json.loads(body)
        self.received[name].append(event)
        if event["type"] == CALL_FOR_HELP:
            self._new.add(name)
        return Response(status_code=204)


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the command."""
        yield


@contextlib.asynccontextmanager
async def served() -> AsyncIterator[Receiver]:
    """A receiver that listens on a free port of this machine."""
    receiver = Receiver()
    port = free_ports(["receiver"])["receiver"]
    receiver.url = f"http://{LOOPBACK}:{port}"
    server = _Server(uvicorn.Config(receiver.app, host=LOOPBACK, port=port, log_level="warning"))
    task = asyncio.create_task(server.serve())
    try:
        yield receiver
    finally:
        server.should_exit = True
        await task
