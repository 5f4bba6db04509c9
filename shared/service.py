"""The shell around every service: one call makes an app that serves, publishes, consumes and stops in good order."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi_offline import FastAPIOffline
from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from shared import health, http, parking, progress
from shared.event_feed import event_feed
from shared.jobs import Job, Jobs, run_job
from shared.logging import configure_logging
from shared.messaging.consumer import Consumer
from shared.messaging.handlers import Handlers
from shared.messaging.inbox import Inbox
from shared.messaging.publishing import ConfirmedPublisher
from shared.messaging.relay import Relay
from shared.migrations import heads
from shared.security import TokenChecker
from shared.settings import ServiceSettings
from shared.telemetry import configure_telemetry
from shared.unit_of_work import OUTBOX, Publisher, UnitOfWork, begin
from shared.wakeups import Wakeups

log = structlog.get_logger()

CONTACT = {"name": "Stagebrug", "email": "stagebrug@example.org", "url": "https://stagebrug.example.org"}
POOL, POOL_OVERFLOW = 10, 20
"""Connections a process keeps and may open beside them: as many as it may have messages in hand, and calls beside."""

Resources = Callable[[Any], AbstractAsyncContextManager[Any]]


class SchemaUnknown(RuntimeError):
    """The database's schema is not the one that this code knows."""


@dataclass
class Runtime:
    """What runs beside the HTTP API in a service's process."""

    engine: AsyncEngine
    publisher: Publisher
    wakeups: Wakeups
    publishing: ConfirmedPublisher
    consumer: Consumer
    tokens: TokenChecker
    resources: Any
    tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def unit_of_work(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """A transaction of its own."""
        return begin(self.engine, self.publisher, self.resources)


def create_service(
    name: str,
    settings: ServiceSettings,
    *,
    title: str,
    metadata: MetaData,
    handlers: Handlers,
    api: APIRouter | Sequence[APIRouter] = (),
    jobs: Jobs | None = None,
    resources: Resources | None = None,
    raw_log_path: str = "/v1/events",
) -> FastAPI:
    """The app of a service: its API, its handlers on the broker, its jobs, and what all services do alike."""
    configure_logging(name, settings.log_format)
    configure_telemetry(name, settings.otlp_endpoint, settings.trace_ratio)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            given = await stack.enter_async_context(resources(settings)) if resources else None
            app.state.runtime = await _start(stack, name, settings, metadata, handlers, jobs or Jobs(), given)
            yield

    app = _described_app(name, settings, title, lifespan)
    app.state.handles = frozenset(handlers.by_type)
    http.install(app)
    _allow_front_ends(app, settings)
    _document_400_only(app)
    routers = [api] if isinstance(api, APIRouter) else list(api)
    for router in (health.router, event_feed(name, raw_log_path), parking.router, progress.router, *routers):
        app.include_router(router)
    return app


_PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}


def _documented(description: str) -> dict[str, Any]:
    return {"description": description, "content": {http.PROBLEM: {"schema": _PROBLEM_SCHEMA}}}


_ERRORS: dict[int | str, dict[str, Any]] = {
    400: _documented("The input is not valid: all errors at once."),
    401: _documented("No valid token."),
    403: _documented("The role does not allow it."),
    404: _documented("Not there, or not for the caller to see."),
    409: _documented("Refused as things are."),
    413: _documented("The body is too large."),
    422: {"description": "Never: invalid input is 400."},
    503: _documented("Away for a moment; nothing was recorded."),
}


def _described_app(name: str, settings: ServiceSettings, title: str, lifespan: Any) -> FastAPI:
    """An empty app whose document and docs page keep the rules and ask nothing of other hosts."""
    return FastAPIOffline(
        title=f"Stagebrug {name}",
        summary=title,
        version=http.API_VERSION,
        contact=CONTACT,
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
        servers=[{"url": settings.public_url.rstrip("/"), "description": "This installation."}],
        openapi_url="/v1/openapi.json",
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
        responses=_ERRORS,
    )


def _allow_front_ends(app: FastAPI, settings: ServiceSettings) -> None:
    if settings.cors_origins:
        exposed = ["API-Version", "X-Request-Id", "ETag", "Location"]
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=exposed,
        )


def _document_400_only(app: FastAPI) -> None:
    """Invalid input is 400 everywhere, so that FastAPI's own 422 leaves the document."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = generate()
            for operations in document["paths"].values():
                for operation in operations.values():
                    operation["responses"].pop("422", None)
            for name in ("HTTPValidationError", "ValidationError"):
                document.get("components", {}).get("schemas", {}).pop(name, None)
        return app.openapi_schema or {}

    setattr(app, "openapi", openapi)  # noqa: B010 — FastAPI's documented way, which mypy refuses as an assignment


async def _start(
    stack: contextlib.AsyncExitStack,
    name: str,
    settings: ServiceSettings,
    metadata: MetaData,
    handlers: Handlers,
    jobs: Jobs,
    resources: Any,
) -> Runtime:
    url = settings.database_url.get_secret_value()
    amqp_url = settings.amqp_url.get_secret_value()
    engine = create_async_engine(
        url.replace("postgresql://", "postgresql+asyncpg://", 1),
        pool_size=POOL,
        max_overflow=POOL_OVERFLOW,
        hide_parameters=True,  # else an SQL error puts facts about students into logs
    )
    stack.push_async_callback(engine.dispose)
    await _check_schema(engine, name)
    publisher = Publisher.of(settings.source(name), metadata)
    wakeups = Wakeups((settings.listen_url or settings.database_url).get_secret_value())
    publishing = ConfirmedPublisher(amqp_url, name)
    stack.push_async_callback(publishing.close)
    inbox = Inbox(engine, publisher, handlers, resources)
    consumer = Consumer(amqp_url, handlers, inbox)
    runtime = Runtime(engine, publisher, wakeups, publishing, consumer, TokenChecker(settings), resources)
    relay = Relay(url, publishing, wakeups.subscribe(OUTBOX))

    async def retry_due(_: UnitOfWork) -> bool:
        return await inbox.handle_due()

    every = [*jobs.all, Job("retry_due", 1.0, parking.INBOX, retry_due)]
    for run in (wakeups.run(), relay.run(), *(run_job(job, runtime.unit_of_work, wakeups) for job in every)):
        runtime.tasks.append(asyncio.create_task(run))
    stack.push_async_callback(_cancel, runtime.tasks)
    starting = asyncio.create_task(consumer.start())
    stack.push_async_callback(_stop_consuming, starting, consumer)
    await _started_or_waiting(starting)
    return runtime


async def _started_or_waiting(starting: "asyncio.Task[None]") -> None:
    """Fail on a topology that is not there; go on without a broker that is away: calls are answered meanwhile."""
    done, _ = await asyncio.wait([starting], timeout=5)
    if done:
        starting.result()


async def _stop_consuming(starting: "asyncio.Task[None]", consumer: Consumer) -> None:
    if not starting.done():
        await _cancel([starting])
    await consumer.stop()


async def _cancel(tasks: "list[asyncio.Task[None]]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _check_schema(engine: AsyncEngine, service: str) -> None:
    async with engine.connect() as connection:
        for table, expected in heads(service).items():
            there = (await connection.execute(text("select to_regclass(:t)"), {"t": table})).scalar()
            found = (await connection.execute(text(f"select version_num from {table}"))).scalar() if there else None  # noqa: S608 — a name of ours
            if found != expected:
                raise SchemaUnknown(
                    f"The database of {service} is at {found or 'no revision'}, this code needs {expected}: "
                    "run `stagebrug migrate`."
                )
