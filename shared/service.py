"""The shell around every service: one call makes an app that serves, publishes, consumes and stops in good order."""

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from typing import Any, cast

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi_offline import FastAPIOffline
from sqlalchemy import MetaData, text
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from shared import dispatch, erasing, health, http, idempotency, openapi, parking, progress, replays, timer_list
from shared.event_feed import event_feed
from shared.health import Health
from shared.jobs import Jobs, run_job
from shared.limits import Limits
from shared.log_api import log_api
from shared.logging import configure_logging
from shared.messaging.consumer import Consumer
from shared.messaging.handlers import Handlers
from shared.messaging.inbox import Inbox
from shared.messaging.publishing import ConfirmedPublisher
from shared.messaging.relay import Relay
from shared.migrations import heads
from shared.pools import CONNECT_SECONDS, engine_of
from shared.replays import Replays
from shared.security import TokenChecker
from shared.settings import ServiceSettings
from shared.telemetry import PARTS_ENDED, configure_telemetry
from shared.unit_of_work import OUTBOX, Publisher, UnitOfWork, begin
from shared.upkeep import outbox_within, upkeep_of
from shared.wakeups import Wakeups

log = structlog.get_logger()

CONTACT = {"name": "Stagebrug", "email": "stagebrug@example.org", "url": "https://stagebrug.example.org"}
POOL, POOL_OVERFLOW = 10, 20
"""Connections a process keeps for calls and jobs, and may open beside them."""

HANDLING_POOL = 6, 4
"""The same for messages: the groups at once, a verdict without an effect, a look at the database, and health."""

DRAIN_SECONDS = 5.0
"""What is committed is published within milliseconds; a broker that is away is not waited for."""

Resources = Callable[[Any], AbstractAsyncContextManager[Any]]


class SchemaUnknown(RuntimeError):
    """The database's schema is not the one that this code knows."""


class OrderIncomplete(RuntimeError):
    """A service asks for order over a subject of which it does not hear everything."""


@dataclass
class Runtime:
    """What runs beside the HTTP API in a service's process."""

    engine: AsyncEngine
    handling: AsyncEngine
    """A pool for messages and health: calls that wait for each other are not to look like a database that is away."""
    publisher: Publisher
    wakeups: Wakeups
    publishing: ConfirmedPublisher
    inbox: Inbox
    consumer: Consumer
    tokens: TokenChecker
    limits: Limits
    resources: Any
    acting: str | None = None
    health: Health = field(init=False)
    replays: Replays = field(init=False)

    def pools(self) -> dict[str, tuple[QueuePool, int]]:
        """The pools of database connections, each with how many it may open."""
        return {
            "calls": (cast("QueuePool", self.engine.pool), POOL + POOL_OVERFLOW),
            "messages": (cast("QueuePool", self.handling.pool), sum(HANDLING_POOL)),
        }

    def unit_of_work(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """A transaction of its own."""
        scope = {"acting": self.acting} if self.acting else None
        return begin(self.engine, self.publisher, self.resources, scope=scope)


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
    uploads: Mapping[str, int] | None = None,
    acting: str | None = None,
    erases: erasing.Erasing | None = None,
) -> FastAPI:
    """The app of a service: its API, its handlers on the broker, its jobs, and what all services do alike.

    `uploads`: where files are posted, and how many bytes each may have.
    `acting`: the role in which its handlers and jobs work, where it has row-level security; calls say their own.
    `erases`: how it takes a person out of its tables.
    """
    jobs = Jobs(*(jobs.all if jobs else ()), *(erases.jobs().all if erases else ()))
    configure_logging(name, settings.log_format)
    configure_telemetry(name, settings.otlp_endpoint, settings.trace_ratio)

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            given = await stack.enter_async_context(resources(settings)) if resources else None
            app.state.runtime = await _start(stack, name, settings, metadata, handlers, jobs, given, acting)
            yield

    app = _described_app(name, settings, title, lifespan)
    app.state.handles = frozenset(handlers.by_type)
    http.install(app, uploads)
    idempotency.install(app)
    _allow_front_ends(app, settings)
    openapi.install(app)
    dispatch.install(app)
    routers = [api] if isinstance(api, APIRouter) else list(api)
    for router in (
        health.router,
        event_feed(name, raw_log_path),
        parking.router,
        progress.router,
        log_api(settings.inbox_days),
        replays.router,
        timer_list.router,
        *([erasing.router] if erases else ()),
        *routers,
    ):
        app.include_router(router)
    return app


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
        swagger_ui_parameters={"docExpansion": "none", "filter": True},  # 150 calls at once take seconds to draw
        redirect_slashes=False,
        lifespan=lifespan,
        responses=openapi.ERRORS,
        generate_unique_id_function=openapi.operation_id,
    )


def _allow_front_ends(app: FastAPI, settings: ServiceSettings) -> None:
    if settings.cors_origins:
        exposed = ["API-Version", "X-Request-Id", "ETag", "Location", "Deprecation", "Sunset", "Link"]
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=exposed,
        )


async def _start(
    stack: contextlib.AsyncExitStack,
    name: str,
    settings: ServiceSettings,
    metadata: MetaData,
    handlers: Handlers,
    jobs: Jobs,
    resources: Any,
    acting: str | None,
) -> Runtime:
    url = settings.database_url.get_secret_value()
    amqp_url = settings.amqp_url.get_secret_value()
    pooled = settings.listen_url is not None
    engine, handling = engine_of(url, POOL, POOL_OVERFLOW, pooled=pooled), engine_of(url, *HANDLING_POOL, pooled=pooled)
    for pool in (engine, handling):
        stack.push_async_callback(pool.dispose)
    await _check_schema(engine, name)
    if missing := handlers.missing_for_order():
        raise OrderIncomplete(f"{name} handles events in order but not these of the same subject: {missing}")
    publisher = Publisher.of(settings.source(name), metadata)
    direct = settings.direct_url
    wakeups = Wakeups(direct)
    publishing = ConfirmedPublisher(amqp_url, name)
    stack.push_async_callback(publishing.close)
    inbox = Inbox(handling, publisher, handlers, resources, acting)
    consumer = Consumer(amqp_url, handlers, inbox)
    tokens, limits = TokenChecker(settings), Limits(settings.calls_per_second, settings.calls_at_once)
    runtime = Runtime(
        engine, handling, publisher, wakeups, publishing, inbox, consumer, tokens, limits, resources, acting
    )
    bounded = functools.partial(outbox_within, handling, settings.outbox_alarm_rows)
    runtime.health = Health(name, runtime, also={"outbox": bounded})
    relay = Relay(direct, publishing, wakeups.subscribe(OUTBOX))
    runtime.replays = Replays(settings, handlers, inbox)
    publishing_tasks = _begin(wakeups.run(), relay.run(), runtime.health.run())
    stack.push_async_callback(_cancel, publishing_tasks)
    stack.push_async_callback(relay.drain, DRAIN_SECONDS)
    every = [*jobs.all, *parking.jobs, *runtime.replays.jobs, *upkeep_of(settings).all]
    working = _begin(
        inbox.run(wakeups.subscribe(parking.INBOX)), *(run_job(job, runtime.unit_of_work, wakeups) for job in every)
    )
    stack.push_async_callback(_finish, inbox)
    stack.push_async_callback(_cancel, working)
    [consuming] = _begin(consumer.run())
    stack.push_async_callback(_stop_consuming, consuming, consumer)
    await _started_or_waiting(consumer)
    return runtime


def _begin(*runs: Coroutine[Any, Any, None]) -> "list[asyncio.Task[None]]":
    tasks = [asyncio.create_task(run) for run in runs]
    for task in tasks:
        task.add_done_callback(_told_when_it_ended)
    return tasks


def _told_when_it_ended(task: "asyncio.Task[None]") -> None:
    """None of them ever ends by itself: an operator must hear of one that did, be it by a cancellation from within."""
    if task.cancelled():
        if not task.cancelling():
            PARTS_ENDED.inc()
            log.critical("part_of_service_ended", part=str(task.get_coro()))
    elif (error := task.exception()) is not None:
        PARTS_ENDED.inc()
        log.critical("part_of_service_ended", part=str(task.get_coro()), exc_info=error)


async def _started_or_waiting(consumer: Consumer) -> None:
    """Fail on a topology that is not as it should be; without a broker go on: calls are answered meanwhile."""
    either = [asyncio.create_task(event.wait()) for event in (consumer.started, consumer.refused)]
    await asyncio.wait(either, timeout=CONNECT_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    for waiting in either:
        waiting.cancel()
    if consumer.refused.is_set() and consumer.why:
        raise consumer.why


async def _finish(inbox: Inbox) -> None:
    """What was begun anew from the inbox gets its verdict, too; what takes longer is broken off.

    Else it would go on while what it needs is closed, and be parked for that.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DRAIN_SECONDS):
            await inbox.lanes.empty()
    await inbox.lanes.abandon()


async def _stop_consuming(consuming: "asyncio.Task[None]", consumer: Consumer) -> None:
    consumer.stop()
    await asyncio.gather(consuming, return_exceptions=True)


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
