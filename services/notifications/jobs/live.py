"""Positions for the feed and the stream, and the one reader of each per process that tells those who wait for more."""

from services.notifications.clients import Resources
from services.notifications.jobs import jobs
from services.notifications.store import FeedStore, StreamStore
from shared.unit_of_work import UnitOfWork

AT_ONCE = 500


@jobs.every(seconds=1.0, wake="numbering")
async def number(work: UnitOfWork) -> bool:
    """Give positions to what was written since: in commit order, without gaps, by one replica at a time."""
    shown = await StreamStore(work.session).number()
    if shown:
        work.notify("stream")
    # sent only once they are in the feed: a receiver that misses one finds it there
    given = await FeedStore(work.session).number()
    if given:
        work.notify("deliveries")
        work.notify("feed")
    return bool(shown + given)


@jobs.every(seconds=1.0, wake="stream")
async def tell_listeners(work: UnitOfWork) -> bool:
    """Read on where this process stopped, and tell those who listen here."""
    resources: Resources = work.resources
    stream = StreamStore(work.session)
    if resources.hub.position is None:
        resources.hub.position = await stream.head()
    shown = await stream.after(resources.hub.position, AT_ONCE)
    resources.hub.tell(shown)
    return len(shown) == AT_ONCE


@jobs.every(seconds=1.0, wake="feed")
async def tell_readers(work: UnitOfWork) -> bool:
    """Let those who wait for their feed here know that there is more of it."""
    readers = work.resources.readers
    if waiting := readers.waiting:
        readers.tell(await FeedStore(work.session).heads_of(waiting))
    return False
