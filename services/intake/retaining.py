"""Forgetting what is over, by itself: a bounded piece in each transaction."""

from datetime import date

import structlog

from services.intake.domain.erasure import Erasure, ErasureReason
from services.intake.domain.retention import RULES
from services.intake.erasing import erase
from services.intake.store.acting import Capacity, act_as
from services.intake.store.retention import KINDS, STUDENT_KINDS, RetentionStore
from shared.unit_of_work import UnitOfWork

log = structlog.get_logger()


async def retain(work: UnitOfWork, today: date) -> bool:
    """Forget a piece of everything that is over on a day; True when there is more."""
    await act_as(work.session, Capacity.RETENTION)
    store, more = RetentionStore(work.session), False
    for kind in KINDS:
        forgotten = await store.forget(kind, RULES[kind].last_day_before(today))
        more = more or forgotten > 0  # of the access log whole parts go, which are seldom full
        if forgotten:
            log.info("forgotten", kind=kind, rows=forgotten)
    for kind in STUDENT_KINDS:
        if found := await store.student(kind, RULES[kind].last_day_before(today)):
            student_id, school_id = found
            await erase(work, Erasure(student_id, school_id, ErasureReason.RETENTION, "register"))
            log.info("forgotten", kind=kind, rows=1)
            more = True
    return more
