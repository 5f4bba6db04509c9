"""The world outside of a service under test: a receiver of webhooks, a mail server, and intake's answers to matching.

They run in a thread of their own, since they outlive the single test.
"""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass

import uvicorn
from fastapi import FastAPI, Response

from deploy.ports import free_ports
from tests.support.bench import QuietServer
from tests.support.smtp_catcher import SmtpCatcher
from tests.support.webhook_receiver import WebhookReceiver


@dataclass
class Outside:
    """Who is outside, and where."""

    receiver: WebhookReceiver
    post: SmtpCatcher
    intake_url: str

    @property
    def webhooks(self) -> list[str]:
        """The id of every request that came, first ones and repeated ones."""
        return [request.webhook_id for request in self.receiver.requests]

    def forget(self) -> None:
        """Begin anew, with a service that was built anew."""
        self.receiver.requests.clear()
        self.post.tried.clear()

    @property
    def mails(self) -> list[str]:
        """The Message-ID of every mail that came."""
        return [str(mail["Message-ID"]) for mail in self.post.tried]


@contextmanager
def outside_world(profiles: dict[str, str]) -> Iterator[Outside]:
    """Open it until the block ends."""
    opened: list[Outside] = []
    ready, ending = threading.Event(), threading.Event()

    async def live() -> None:
        async with AsyncExitStack() as stack:
            receiver = await stack.enter_async_context(WebhookReceiver())
            post = await stack.enter_async_context(SmtpCatcher())
            port = free_ports(["intake"])["intake"]
            server = QuietServer(uvicorn.Config(_intake(profiles), port=port, log_config=None, lifespan="off"))
            serving = asyncio.create_task(server.serve())
            opened.append(Outside(receiver, post, f"http://127.0.0.1:{port}"))
            ready.set()
            await asyncio.to_thread(ending.wait)
            server.should_exit = True
            await serving

    thread = threading.Thread(target=lambda: asyncio.run(live()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield opened[0]
    finally:
        ending.set()
        thread.join(10)


def _intake(profiles: dict[str, str]) -> FastAPI:
    app = FastAPI()

    @app.get("/v1/students/{student_id}/matching-profile")
    async def profile(student_id: str) -> Response:
        if student_id not in profiles:
            return Response(status_code=404)
        return Response(profiles[student_id], media_type="application/json")

    return app
