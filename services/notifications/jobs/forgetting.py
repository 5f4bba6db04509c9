"""Buffers are emptied: what was delivered, shown and mailed is kept for days, not for good (STANDARDS §7).

Of a delivery its body goes first: who was away for long still finds in the feed what happened, and where to ask.
"""

from datetime import timedelta

from services.notifications.clients import Resources
from services.notifications.jobs import jobs
from services.notifications.store import FeedStore, MailStore, MatterStore, StreamStore, SurroundingsStore
from shared.unit_of_work import UnitOfWork

STREAM_KEPT = timedelta(hours=1)
"""A client that was away for longer loads its page anew anyway."""


STUDENT_KEPT = timedelta(days=90)
"""After a student's search: a placement that is refused meanwhile still has to find the student's school."""


@jobs.every(seconds=600)
async def forget(work: UnitOfWork) -> bool:
    """Delete what is too old; again at once while there is much of it."""
    resources: Resources = work.resources
    age = timedelta(days=resources.settings.keep_days)
    await StreamStore(work.session).forget(STREAM_KEPT)
    await MailStore(work.session).forget(age)
    await MatterStore(work.session).forget(age)
    await SurroundingsStore(work.session).forget_settled(STUDENT_KEPT)
    feed = FeedStore(work.session)
    stripped = await feed.strip(age, resources.settings.public_url)
    return bool(stripped + await feed.forget(timedelta(days=resources.settings.feed_days)))
