"""Parked messages: groups, a short history of attempts, operators' actions, replays of them and from others' logs."""

from alembic import op

revision = "k0004"
down_revision = "k0003"

# "the same mistake": an error without what differs from message to message
GROUP = """
create function error_group(p_error text) returns text language sql immutable parallel safe as $$
    select substr(md5(
        left(regexp_replace(regexp_replace(p_error,
            '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|0x[0-9a-fA-F]+', '#', 'g'),
            '[0-9]+', '#', 'g'), 300)), 1, 12)
$$
"""

TABLES = """
create index inbox_parked_group on inbox (error_group(error)) where status = 'parked'
;
create table inbox_attempts (
    id bigint generated always as identity,
    consumer text not null,
    event_id uuid not null,
    at timestamptz not null default clock_timestamp(),
    status text not null,
    error text,
    primary key (consumer, event_id, id)
)
;
create index inbox_attempts_at on inbox_attempts (at)
;
alter table unreadable
    add column status text not null default 'parked' check (status in ('parked', 'discarded', 'repaired')),
    add column repaired_as uuid
;
create table parked_replays (
    id uuid primary key,
    state text not null default 'running' check (state in ('running', 'done', 'cancelled')),
    filter jsonb not null,
    rate double precision not null check (rate > 0),
    reason text,
    requested_by text not null,
    total bigint not null,
    released bigint not null default 0,
    after_id uuid,
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp(),
    paced_at timestamptz not null default 'epoch'
)
;
create index parked_replays_running on parked_replays (created_at) where state = 'running'
;
-- who did what to which message, when and why: kept
create table operator_actions (
    id bigint generated always as identity primary key,
    event_id uuid,
    unreadable_id bigint,
    action text not null check (action in ('replay', 'edit', 'discard', 'repair')),
    by text not null,
    at timestamptz not null default clock_timestamp(),
    reason text,
    replay_id uuid,
    before bytea,
    after bytea,
    check ((event_id is null) <> (unreadable_id is null))
)
;
create index operator_actions_event on operator_actions (event_id)
;
create index operator_actions_unreadable on operator_actions (unreadable_id) where unreadable_id is not null
;
create index operator_actions_replay on operator_actions (replay_id) where replay_id is not null
;
create table replays (
    id uuid primary key,
    publisher text not null,
    state text not null default 'running' check (state in ('running', 'done', 'cancelled', 'failed')),
    again boolean not null,
    after_position bigint not null,
    position bigint not null,
    begins_after bigint not null default 0,
    until_position bigint,
    since timestamptz,
    until timestamptz,
    rate double precision not null check (rate > 0),
    reason text not null,
    requested_by text not null,
    read bigint not null default 0,
    verdicts jsonb not null default '{}',
    error text,
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp(),
    paced_at timestamptz not null default 'epoch'
)
;
create unique index replays_running on replays (publisher) where state = 'running'
"""

ATTEMPTS = """
create function keep_attempt() returns trigger language plpgsql as $$
begin
    if new.status = 'waiting' then  -- a claim takes it up as done before it sees that an earlier one is open
        delete from inbox_attempts where consumer = new.consumer and event_id = new.event_id and status = 'done';
        return null;
    end if;
    insert into inbox_attempts (consumer, event_id, status, error)
    values (new.consumer, new.event_id, new.status, case when new.status <> 'done' then new.error end);
    delete from inbox_attempts where consumer = new.consumer and event_id = new.event_id and id not in (
        select id from inbox_attempts where consumer = new.consumer and event_id = new.event_id
        order by id desc limit 20);
    return null;
end $$
;
create trigger keep_first_attempt after insert on inbox for each row
when (new.status in ('retry', 'parked') and new.attempts > 0) execute function keep_attempt()
;
create trigger keep_attempt after update of status on inbox for each row
when ((new.status in ('retry', 'parked') and new.attempts > old.attempts)
      or (old.status = 'retry' and new.status = 'done') or (old.status = 'done' and new.status = 'waiting'))
execute function keep_attempt()
"""


def upgrade() -> None:
    """Make the tables, and let the database itself write the history of attempts."""
    for part in (GROUP, TABLES, ATTEMPTS):
        for statement in part.split("\n;\n"):
            op.execute(statement)
