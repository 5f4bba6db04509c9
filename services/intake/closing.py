"""Closures over time: reopened by hand, or by the calendar on the day after their last."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from services.intake.days import AMSTERDAM
from services.intake.domain.closure import Closure
from services.intake.store import ClosureStore
from shared.timers import cancel_timer, set_timer
from shared.unit_of_work import UnitOfWork

CLOSURE_ENDS = "closure-ends"


async def close(work: UnitOfWork, closure: Closure) -> Closure:
    """Keep a closure and tell of it; its end is set when it has one."""
    await ClosureStore(work.session).save(closure)
    if until := closure.facts.until_date:
        morning = datetime.combine(until + timedelta(days=1), time(), AMSTERDAM)
        await set_timer(work, CLOSURE_ENDS, closure.id, morning)
    return replace(closure, version=(await work.announce(closure.closed())).version)


async def reopen(work: UnitOfWork, closure: Closure, on: date) -> Closure:
    """End a closure and tell of it, so that matching looks again; raises `ClosureIsOver`."""
    reopened, event = closure.reopened(on)
    await ClosureStore(work.session).save(reopened)
    await cancel_timer(work, CLOSURE_ENDS, closure.id)
    return replace(reopened, version=(await work.announce(event)).version)
