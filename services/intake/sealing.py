"""Sealing the access log, a part in each transaction."""

import structlog

from services.intake.store import AccessSealStore
from services.intake.store.access_seals import AT_ONCE
from shared.unit_of_work import UnitOfWork

log = structlog.get_logger()


async def seal(work: UnitOfWork) -> bool:
    """Seal the next part; True when there may be another."""
    sealed = await AccessSealStore(work.session).seal()
    if sealed is None:
        return False
    # outside the database, so that a log that was rewritten together with its seals still shows
    log.info("access_log_sealed", part=sealed.number, lines=sealed.lines, digest=sealed.digest)
    return sealed.lines == AT_ONCE
