"""Promises broken on purpose, in the process under test, so that each check is seen to fail.

Loaded by `tests.faults.under_test` alone, when STAGEBRUG_SABOTAGE names them (several with a + between).
"""

import asyncio
import os
import secrets
import sys
from collections.abc import Callable
from random import random
from typing import Any

import aio_pika
import aiormq
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from shared.errors import Transient
from shared.unit_of_work import UnitOfWork

_forgotten: set[asyncio.Task[Any]] = set()


def apply(names: str) -> None:
    """Break what the names say."""
    for name in names.split("+"):
        SABOTAGES[name]()


def acknowledged_early() -> None:
    """I1: the broker counts every message as acknowledged when it has left the socket."""
    consume = aio_pika.RobustQueue.consume

    async def careless(self: Any, callback: Any, no_ack: bool = False, **options: Any) -> Any:
        return await consume(self, callback, no_ack=True, **options)

    async def nothing(*_: Any, **__: Any) -> None:
        """There is nothing left to acknowledge."""

    _replace(aio_pika.RobustQueue, "consume", careless)
    _replace(aio_pika.IncomingMessage, "ack", nothing)


def unconfirmed() -> None:
    """I1: what is handed to the library counts as published."""
    publish = aio_pika.Exchange.publish

    async def hopeful(self: Any, *given: Any, **options: Any) -> aiormq.spec.Basic.Ack:
        task = asyncio.create_task(publish(self, *given, **options))
        _forgotten.add(task)
        task.add_done_callback(_forget)
        return aiormq.spec.Basic.Ack()

    _replace(aio_pika.Exchange, "publish", hopeful)


def told_before_commit() -> None:
    """I2: events leave in a transaction of their own, and the one with the rows sometimes fails."""
    flush = UnitOfWork.flush

    async def hasty(self: UnitOfWork) -> None:
        if not self._pending or type(self) is not UnitOfWork:
            await flush(self)
            return
        engine = self.session.bind
        assert isinstance(engine, AsyncEngine)
        async with AsyncSession(engine) as other, other.begin():
            beside = UnitOfWork(other, self.publisher)
            beside._pending, beside._topics = self._pending, set(self._topics)
            await flush(beside)
        if random() < 0.3:
            raise RuntimeError("sabotage: the rows are rolled back, the events are gone")

    _replace(UnitOfWork, "flush", hasty)


def effect_beside_inbox() -> None:
    """I3: an effect is committed in a transaction of its own, and the one with the inbox row sometimes fails."""
    from services.analytics.store.projections import ProjectionStore

    keep = ProjectionStore.keep

    async def beside(self: Any, rows: Any) -> None:
        engine = self._session.bind
        assert isinstance(engine, AsyncEngine)
        async with AsyncSession(engine) as other, other.begin():
            await keep(ProjectionStore(other), rows)
        if random() < 0.2:
            raise Transient("sabotage: the inbox row is rolled back, the effect is not")

    _replace(ProjectionStore, "keep", beside)


def mail_of_many_keys() -> None:
    """I9: every copy of a mail has a key of its own, and goes out twice."""
    import aiosmtplib

    send = aiosmtplib.send

    async def twice(message: Any, **options: Any) -> Any:
        await send(message, **options)
        del message["Message-ID"]
        message["Message-ID"] = f"<{secrets.token_hex(8)}@localhost>"
        return await send(message, **options)

    _replace(aiosmtplib, "send", twice)


def slow_publishing() -> None:
    """I7: every event takes its time."""
    publish = aio_pika.Exchange.publish

    async def slow(self: Any, *given: Any, **options: Any) -> Any:
        await asyncio.sleep(6)
        return await publish(self, *given, **options)

    _replace(aio_pika.Exchange, "publish", slow)


def leak() -> None:
    """I8: every message leaves a file open."""
    ack = aio_pika.IncomingMessage.ack

    async def leaving(self: Any, *given: Any, **options: Any) -> None:
        os.open("/dev/null", os.O_RDONLY)
        await ack(self, *given, **options)

    _replace(aio_pika.IncomingMessage, "ack", leaving)


def always_well() -> None:
    """I10: readiness is a constant."""
    from fastapi.responses import JSONResponse

    from shared import health

    async def ready() -> JSONResponse:
        return JSONResponse({"ready": True, "checks": {}})

    health.router.routes[:] = [r for r in health.router.routes if getattr(r, "path", "") != "/health/ready"]
    health.router.add_api_route("/health/ready", ready, response_model=None)


def poison() -> None:
    """F12: one message ends the process that counts it, without a word."""
    from services.analytics.store.projections import ProjectionStore
    from tests.faults.strikes.poisoned import POISON

    keep = ProjectionStore.keep

    async def deadly(self: Any, rows: Any) -> None:
        rows = list(rows)
        if any(row.values.get("brin") == POISON for row in rows):
            sys.stderr.write("sabotage: poisoned\n")
            sys.stderr.flush()
            os._exit(9)
        await keep(self, rows)

    _replace(ProjectionStore, "keep", deadly)


def _replace(owner: Any, name: str, by: Any) -> None:
    setattr(owner, name, by)


def _forget(task: "asyncio.Task[Any]") -> None:
    _forgotten.discard(task)
    if not task.cancelled():
        task.exception()


SABOTAGES: dict[str, Callable[[], None]] = {
    "acknowledged-early": acknowledged_early,
    "unconfirmed": unconfirmed,
    "told-before-commit": told_before_commit,
    "effect-beside-inbox": effect_beside_inbox,
    "mail-of-many-keys": mail_of_many_keys,
    "slow-publishing": slow_publishing,
    "leak": leak,
    "always-well": always_well,
    "poison": poison,
}
