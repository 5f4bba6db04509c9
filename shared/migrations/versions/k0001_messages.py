"""Outbox, event log, inbox: what delivers every event at least once and lets it have its effect once."""

from alembic import op

revision = "k0001"
down_revision = None

STATEMENTS = """
create table outbox (
    id bigint generated always as identity primary key,
    event_id uuid not null unique,
    type text not null,
    routing_key text not null,
    subject text not null,
    version bigint not null,
    message text not null,
    created_at timestamptz not null default clock_timestamp(),
    attempts int not null default 0,
    next_attempt_at timestamptz,
    last_error text
);
create index outbox_subject on outbox (subject, id);
alter table outbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, fillfactor = 70);

create table event_log (
    event_id uuid not null,
    position bigint not null,
    type text not null,
    routing_key text not null,
    subject text not null,
    version bigint not null,
    message text not null,
    recorded_at timestamptz not null,
    logged_at timestamptz not null default clock_timestamp(),
    primary key (event_id)
) partition by range (event_id);
create table event_log_default partition of event_log default;
create index event_log_position on event_log (position);
create index event_log_subject on event_log (subject);

create table log_head (only_row boolean primary key default true check (only_row), position bigint not null);
insert into log_head (position) values (0);

create table relay_lease (
    only_row boolean primary key default true check (only_row),
    epoch bigint not null,
    until timestamptz not null,
    backend int not null
);
insert into relay_lease (epoch, until, backend) values (0, '-infinity', 0);

create table inbox (
    consumer text not null,
    event_id uuid not null,
    source text not null,
    type text not null,
    subject text not null,
    version bigint not null,
    status text not null check (status in ('done', 'retry', 'waiting', 'parked', 'discarded')),
    attempts int not null default 0,
    next_attempt_at timestamptz,
    received_at timestamptz not null default clock_timestamp(),
    message bytea,
    error text,
    note text,
    primary key (consumer, event_id)
) partition by range (event_id);
create table inbox_default partition of inbox default;
create index inbox_open on inbox (consumer, status, next_attempt_at) where status in ('retry', 'waiting', 'parked');
create index inbox_open_subject on inbox (subject) where status in ('retry', 'waiting', 'parked');

create table subject_state (
    consumer text not null,
    source text not null,
    subject text not null,
    state_group text not null,
    version bigint not null,
    primary key (consumer, source, subject, state_group)
);

create table unreadable (
    id bigint generated always as identity primary key,
    consumer text not null,
    received_at timestamptz not null default clock_timestamp(),
    body bytea not null,
    headers text not null,
    error text not null
);
"""

CLAIM = """
create function inbox_claim(
    p_consumer text, p_event_id uuid, p_source text, p_type text, p_subject text, p_version bigint,
    p_state_group text, p_in_order boolean, p_again boolean
) returns text language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtextextended(p_consumer || ' ' || p_subject, 0));
    if p_again then
        update inbox set status = 'done', next_attempt_at = null
        where consumer = p_consumer and event_id = p_event_id
          and (status = 'waiting' or (status = 'retry' and next_attempt_at <= clock_timestamp()));
    else
        insert into inbox (consumer, event_id, source, type, subject, version, status)
        values (p_consumer, p_event_id, p_source, p_type, p_subject, p_version, 'done')
        on conflict do nothing;
    end if;
    if not found then
        return 'known';
    end if;
    if p_in_order and exists (
        select 1 from inbox where consumer = p_consumer and source = p_source and subject = p_subject
          and version < p_version and status in ('retry', 'waiting', 'parked')
    ) then
        return 'waiting';
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
    """Make the kernel's tables."""
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
    op.execute(CLAIM)
