"""Transactions beside a job's own."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.unit_of_work import UnitOfWork, begin

Apart = Callable[[], AbstractAsyncContextManager[UnitOfWork]]


def apart(work: UnitOfWork) -> Apart:
    """Units of work like this one, each a transaction of its own: what waits for an outside system holds none open."""
    engine = work.session.bind
    assert isinstance(engine, AsyncEngine)
    return partial(begin, engine, work.publisher, work.resources)
