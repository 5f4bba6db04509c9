"""What could not be handled, for the operator: look at it, mend it, let it be tried again, or discard it with a reason.

Nothing is lost by any of it: an edit keeps what was there, a discarded message stays, and who did what is written down.
"""

from fastapi import APIRouter

from shared.jobs import Job
from shared.parking import acting, bulk, looking, unreadable
from shared.parking.messages import INBOX
from shared.parking.upkeep import forget_attempts
from shared.security import Role, requires

__all__ = ["INBOX", "jobs", "router"]

router = APIRouter(prefix="/v1", tags=["operators"], dependencies=[requires(Role.OPERATOR)])
for part in (looking, bulk, acting, unreadable):
    router.include_router(part.router)

jobs = (
    Job("work_off_parked_replays", 1.0, bulk.REPLAYS, bulk.work_off),
    Job("forget_attempts", 3600.0, None, forget_attempts),
)
"""What a service does by itself for parked messages."""
