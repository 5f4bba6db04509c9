"""The inbox's statements; each says in one round trip what must hold together."""

from sqlalchemy import text

PROBE = text("select 1")

CLAIM = """
select inbox_claim($1, m.event_id, m.source, m.type, m.subject, m.version, m.state_group, m.in_order, m.again,
                   m.replayed)
from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[], $8::boolean[], $9::boolean[],
            $10::boolean[])
     as m (event_id, source, type, subject, version, state_group, in_order, again, replayed)
"""
"""For the driver itself: this one is called for every group."""

PATIENCE = 30.0
"""Seconds that an event waits for an earlier one of its subject of which nothing is known."""

WAIT = text("""
update inbox set status = 'waiting', message = :message,
    next_attempt_at = coalesce(next_attempt_at, clock_timestamp() + make_interval(secs => :patience))
where consumer = :consumer and event_id = :event_id
""")

RECORD = text("""
with unwatched as (
    delete from begun where consumer = :consumer and event_id = :event_id
)
insert into inbox as known (consumer, event_id, source, type, subject, version, status, attempts, next_attempt_at,
                            message, error)
values (:consumer, :event_id, :source, :type, :subject, :version, :status, 1,
        clock_timestamp() + make_interval(secs => (cast(:pauses as float[]))[1]), :message, :error)
on conflict (consumer, event_id) do update set
    status = case when known.attempts >= cardinality(cast(:pauses as float[])) then 'parked' else excluded.status end,
    attempts = known.attempts + 1,
    next_attempt_at = clock_timestamp() + make_interval(
        secs => (0.8 + 0.4 * random()) * coalesce((cast(:pauses as float[]))[known.attempts + 1], 0)),
    message = excluded.message, error = excluded.error
where known.status in ('retry', 'waiting')
returning status
""")

UNREADABLE = text("insert into unreadable (consumer, body, headers, error) values (:consumer, :body, :headers, :error)")

NO_HANDLER = "no handler in this service for "

TAKE_BACK = text("""
update inbox set status = 'retry', attempts = 0, next_attempt_at = clock_timestamp()
where consumer = :consumer and status = 'parked' and type = any(cast(:types as text[]))
  and error = :no_handler || type
""")

WATCH = text("""
insert into begun (consumer, event_id, starts)
select distinct cast(:consumer as text), event_id, 1 from unnest(cast(:event_ids as uuid[])) event_id
on conflict (consumer, event_id) do update set starts = begun.starts + 1, begun_at = clock_timestamp()
returning event_id, starts
""")

LIVED = text("""
update begun set starts = starts - 1, begun_at = '-infinity'
where consumer = :consumer and event_id = any(cast(:event_ids as uuid[])) and starts > 0
""")

UNWATCH = text("delete from begun where consumer = :consumer and event_id = :event_id")

HANDS_OFF = 60.0
"""Seconds for which a replica is left alone with what it took to try again: longer than one try may take."""

DUE = text("""
with due as (
    select consumer, event_id, message, received_at from inbox
    where consumer = :consumer
      and not exists (
        select from begun where begun.consumer = inbox.consumer and begun.event_id = inbox.event_id
          and begun.begun_at > clock_timestamp() - make_interval(secs => :hands_off))
      and (
        (status = 'retry' and next_attempt_at <= clock_timestamp())
        or (status = 'waiting'
            and not exists (
                select 1 from inbox earlier where earlier.consumer = inbox.consumer
                  and earlier.subject = inbox.subject and earlier.source = inbox.source
                  and earlier.version < inbox.version and earlier.status in ('retry', 'waiting', 'parked'))
            and (next_attempt_at <= clock_timestamp() or exists (
                select 1 from subject_state handled where handled.consumer = inbox.consumer
                  and handled.source = inbox.source and handled.subject = inbox.subject
                  and handled.state_group = 'in order' and handled.version >= inbox.version - 1))))
    order by received_at limit :limit for update skip locked
), taken as (
    insert into begun (consumer, event_id, starts) select consumer, event_id, 0 from due
    on conflict (consumer, event_id) do update set begun_at = clock_timestamp()
    returning event_id, starts
)
select due.message, taken.starts from due join taken using (event_id) order by due.received_at
""")
"""What is due, taken in hand; a start without a verdict makes it a suspect, as it may have ended the process."""
