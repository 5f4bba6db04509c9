"""Order without gaps where it is asked for, and what may end the process is known by its starts without a verdict."""

from alembic import op

revision = "k0002"
down_revision = "k0001"

BEGUN = """
create table begun (
    consumer text not null,
    event_id uuid not null,
    starts int not null,
    begun_at timestamptz not null default clock_timestamp(),
    primary key (consumer, event_id)
)
"""

HEARTBEAT = """
create table heartbeat (process text primary key, at timestamptz not null)
"""

CLAIM = """
create function inbox_claim(
    p_consumer text, p_event_id uuid, p_source text, p_type text, p_subject text, p_version bigint,
    p_state_group text, p_in_order boolean, p_again boolean, p_replayed boolean
) returns text language plpgsql as $$
declare
    handled bigint;
    patient boolean := true;
begin
    perform pg_advisory_xact_lock(hashtextextended(p_consumer || ' ' || p_subject, 0));
    if p_again then
        update inbox set status = 'done'
        from inbox before
        where inbox.consumer = p_consumer and inbox.event_id = p_event_id
          and before.consumer = inbox.consumer and before.event_id = inbox.event_id
          and (inbox.status = 'waiting' or (inbox.status = 'retry' and inbox.next_attempt_at <= clock_timestamp()))
        returning before.status <> 'waiting' or before.next_attempt_at > clock_timestamp() into patient;
    elsif not p_replayed and inbox_forgot(p_event_id) then
        return 'forgotten';
    else
        insert into inbox (consumer, event_id, source, type, subject, version, status)
        values (p_consumer, p_event_id, p_source, p_type, p_subject, p_version, 'done')
        on conflict do nothing;
    end if;
    if not found then
        return 'known';
    end if;
    if p_in_order then
        if exists (
            select 1 from inbox where consumer = p_consumer and source = p_source and subject = p_subject
              and version < p_version and status in ('retry', 'waiting', 'parked')
        ) then
            return 'waiting';
        end if;
        select version into handled from subject_state
        where consumer = p_consumer and source = p_source and subject = p_subject and state_group = 'in order';
        if patient and p_version > coalesce(handled, 0) + 1 then
            return 'waiting';
        end if;
        insert into subject_state as newest (consumer, source, subject, state_group, version)
        values (p_consumer, p_source, p_subject, 'in order', p_version)
        on conflict (consumer, source, subject, state_group)
        do update set version = greatest(newest.version, excluded.version);
        perform pg_notify('stagebrug', 'inbox') from inbox
        where consumer = p_consumer and source = p_source and subject = p_subject and status = 'waiting' limit 1;
    end if;
    if p_state_group is not null then
        insert into subject_state as newest (consumer, source, subject, state_group, version)
        values (p_consumer, p_source, p_subject, p_state_group, p_version)
        on conflict (consumer, source, subject, state_group)
        do update set version = excluded.version where newest.version < excluded.version;
        if not found then
            return 'stale';
        end if;
    end if;
    return 'new';
end $$
"""


def upgrade() -> None:
    """Make a claim beside the old one, which replicas of the old version still call, and room for what is watched."""
    op.execute(BEGUN)
    op.execute(HEARTBEAT)
    op.execute(CLAIM)
