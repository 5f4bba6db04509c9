"""The history of attempts is forgotten when nobody can need it any more."""

from sqlalchemy import text

from shared.unit_of_work import UnitOfWork

KEPT_DAYS = 90
AT_ONCE = 1000

_FORGET = text("""
delete from inbox_attempts where (consumer, event_id, id) in (
    select consumer, event_id, id from inbox_attempts attempt
    where at < clock_timestamp() - make_interval(days => :days) and not exists (
        select 1 from inbox where inbox.consumer = attempt.consumer and inbox.event_id = attempt.event_id
          and inbox.status <> 'done')
    limit :most for update skip locked)
""")


async def forget_attempts(work: UnitOfWork) -> bool:
    """Remove old attempts at messages that came to a good end; True when there may be more."""
    done = await work.session.execute(_FORGET, {"days": KEPT_DAYS, "most": AT_ONCE})
    return bool(getattr(done, "rowcount", 0) == AT_ONCE)
