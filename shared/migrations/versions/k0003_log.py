"""The log is sealed, what is old is forgotten month by month, and a log can be published again.

The service's role owns nothing, so partitions are made and dropped by functions of the owner's (security definer, with
a search path of their own, for nobody but that role).
"""

from alembic import op

revision = "k0003"
down_revision = "k0002"

TABLES = """
alter table log_head
    add column forgotten bigint not null default 0,
    add column digest bytea not null default ''
;
alter table relay_lease add column backend_started timestamptz
;
alter table event_log add column digest bytea
;
create table event_log_seal (
    position bigint primary key,
    digest bytea not null,
    sealed_at timestamptz not null default clock_timestamp()
)
;
-- what was logged before there were seals is not sealed: the chain begins here
insert into event_log_seal (position, digest) select position, '' from log_head
;
-- what rows that are gone held, so that counts go on where they were
create table event_log_forgotten (
    what text not null, name text not null, number bigint not null, primary key (what, name)
)
;
create table inbox_memory (
    only_row boolean primary key default true check (only_row),
    horizon timestamptz not null default '-infinity',
    kept_up_at timestamptz not null default '-infinity'
)
;
insert into inbox_memory default values
;
create table republications (
    id uuid primary key,
    state text not null check (state in ('running', 'done', 'cancelled')),
    reason text not null,
    requested_by text not null,
    first_position bigint not null,
    next_position bigint not null,
    last_position bigint not null,
    rate double precision not null check (rate > 0),
    skip_unroutable boolean not null,
    published bigint not null default 0,
    skipped bigint not null default 0,
    error text,
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz not null default clock_timestamp()
)
;
create unique index republications_running on republications (state) where state = 'running'
;
-- one row per subject, overwritten with each of its events: room for updates in the page, and vacuumed while still small
alter table subject_state set (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02)
"""

IDS = """
create function first_id_of(p_moment timestamptz) returns uuid language sql immutable as $$
    select (lpad(to_hex(floor(extract(epoch from p_moment) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid
$$
;
create function moment_of(p_id uuid) returns timestamptz language sql immutable as $$
    select case when substr(p_id::text, 15, 1) = '7' then
        to_timestamp(('x0000' || substr(p_id::text, 1, 8) || substr(p_id::text, 10, 4))::bit(64)::bigint / 1000.0) end
$$
;
create function inbox_horizon() returns timestamptz language sql stable as $$ select horizon from inbox_memory $$
;
create function inbox_forgot(p_event_id uuid) returns boolean language sql volatile as $$
    select coalesce(moment_of(p_event_id) < inbox_horizon(), false)
$$
"""

MAKE = """
create function make_partition(p_table text, p_month date) returns boolean language plpgsql security definer
set search_path = pg_catalog, public, pg_temp set lock_timeout = '2s' set timezone = 'UTC' as $$
declare
    made text := p_table || to_char(p_month, '_YYYY_MM');
    low uuid := first_id_of(p_month::timestamptz);
    high uuid := first_id_of((p_month + interval '1 month')::timestamptz);
begin
    if p_table not in ('inbox', 'event_log') or p_month <> date_trunc('month', p_month) then
        raise 'no partition for % of %', p_table, p_month;
    end if;
    if to_regclass('public.' || made) is not null then
        return false;
    end if;
    -- made beside the table and attached: that stops nobody who reads or writes it, as making it in place would
    execute format('create table public.%I (like public.%I including all)', made, p_table);
    -- rows are only added: vacuumed as they come, so that no large vacuum waits for the end of the transaction ids
    execute format('alter table public.%I set (autovacuum_vacuum_insert_scale_factor = 0,
                    autovacuum_vacuum_insert_threshold = 50000)', made);
    execute format('lock table only public.%I in access exclusive mode', p_table || '_default');
    execute format('with moved as (delete from public.%I where event_id >= $1 and event_id < $2 returning *)
                    insert into public.%I select * from moved', p_table || '_default', made) using low, high;
    execute format('alter table public.%I attach partition public.%I for values from (%L) to (%L)',
                   p_table, made, low, high);
    return true;
end $$
;
create function make_partitions(p_months int) returns int language plpgsql security definer
set search_path = pg_catalog, public, pg_temp set timezone = 'UTC' as $$
declare
    this_month date := date_trunc('month', clock_timestamp());
    made int := 0;
begin
    -- the months ahead, and those whose rows the default partition took; ids that lie about their time stay there
    select count(*) filter (where make_partition(wanted.name, wanted.month)) into made from (
        select name, (this_month + make_interval(months => ahead))::date as month
        from unnest(array['inbox', 'event_log']) name, generate_series(0, p_months) ahead
        union select 'inbox', date_trunc('month', moment_of(event_id))::date from inbox_default
        where moment_of(event_id) between this_month - interval '2 years' and this_month + interval '4 months'
          and moment_of(event_id) >= inbox_horizon()
        union select 'event_log', date_trunc('month', moment_of(event_id))::date from event_log_default
        where moment_of(event_id) between this_month - interval '2 years' and this_month + interval '4 months'
    ) wanted;
    return made;
end $$
"""

PARTITIONS = """
create function partitions() returns table (table_name text, name text, month_end timestamptz, bytes bigint)
language sql stable as $$
    select parent.relname::text, child.relname::text,
           moment_of(substring(pg_get_expr(child.relpartbound, child.oid) from 'TO \\(''([0-9a-f-]+)''\\)')::uuid),
           pg_total_relation_size(child.oid)
    from pg_inherits join pg_class parent on parent.oid = inhparent join pg_class child on child.oid = inhrelid
    where parent.oid in ('public.inbox'::regclass, 'public.event_log'::regclass)
$$
"""

FORGET_INBOX = """
create function forget_inbox(p_days int, p_discarded_days int) returns boolean language plpgsql security definer
set search_path = pg_catalog, public, pg_temp set lock_timeout = '2s' as $$
declare
    due timestamptz := clock_timestamp() - make_interval(days => p_days);
    old record;
    kept boolean;
    gone bigint := 0;
    closed text := format('(status = ''done'' or (status = ''discarded'' and received_at < %L))',
                          clock_timestamp() - make_interval(days => p_discarded_days));
begin
    for old in select name, month_end from partitions() where table_name = 'inbox' and month_end < due order by 2 loop
        execute format('lock table public.%I in share row exclusive mode', old.name);
        -- first the horizon: who claims an old id from now on is told that it may have been handled
        update inbox_memory set horizon = greatest(horizon, old.month_end);
        execute format('select exists (select from public.%I where not %s)', old.name, closed) into kept;
        execute format('insert into event_log_forgotten as before (what, name, number)
            select ''handled'', type, count(*) from public.%I where %s group by type
            on conflict (what, name) do update set number = before.number + excluded.number', old.name, closed);
        if not kept then
            execute format('drop table public.%I', old.name);
            return true;
        end if;
        execute format('delete from public.%I where %s', old.name, closed);
    end loop;
    -- ids of others say nothing of their time, so they are remembered as long as the longest; late ones of ours fall
    -- under the horizon
    with old_rows as (
        delete from inbox_default where (status = 'done' or status = 'discarded')
          and received_at < clock_timestamp() - make_interval(days => case
              when status = 'done' and moment_of(event_id) < inbox_horizon() then p_days else p_discarded_days end)
        returning type
    ), counted as (
        insert into event_log_forgotten as before (what, name, number)
        select 'handled', type, count(*) from old_rows group by type
        on conflict (what, name) do update set number = before.number + excluded.number
    )
    select count(*) into gone from old_rows;
    return false;
end $$
"""

FORGET_LOG = """
create function forget_log(p_days int) returns boolean language plpgsql security definer
set search_path = pg_catalog, public, pg_temp set lock_timeout = '2s' as $$
declare
    due timestamptz := clock_timestamp() - make_interval(days => p_days);
    old record;
    newest bigint;
    last_logged timestamptz;
begin
    for old in select name, month_end from partitions() where table_name = 'event_log' and month_end < due order by 2
    loop
        execute format('lock table public.%I in share row exclusive mode', old.name);
        execute format('select max(position), max(logged_at) from public.%I', old.name)
            into newest, last_logged;
        -- an event that waited long was logged long after its making: its month stays until that is long ago, too
        continue when last_logged >= due or exists (
            select from republications where state = 'running' and next_position <= newest);
        execute format('insert into event_log_forgotten as before (what, name, number)
            select ''published'', type, count(*) from public.%I group by type
            on conflict (what, name) do update set number = before.number + excluded.number', old.name);
        execute format('drop table public.%I', old.name);
        update log_head set forgotten = greatest(forgotten, coalesce(newest, 0));
        delete from event_log_seal where position < (
            select max(position) from event_log_seal where position <= (select forgotten from log_head));
        return true;
    end loop;
    return false;
end $$
"""

POSITION = """
create function log_position_at(p_moment timestamptz) returns bigint language plpgsql stable strict as $$
declare
    low bigint := (select forgotten from log_head) + 1;
    high bigint := (select position from log_head) + 1;
    middle bigint;
    logged timestamptz;
begin
    -- positions rise with the moment of logging, so that halving finds it without an index of its own
    while low < high loop
        middle := (low + high) / 2;
        select logged_at into logged from event_log where position = middle;
        if logged >= p_moment then high := middle; else low := middle + 1; end if;
    end loop;
    return low;
end $$
"""

FOR_NOBODY_ELSE = """
-- its functions make tables, also in a copy of the database that belongs to somebody else
grant usage, create on schema public to current_user
;
revoke execute on function make_partition(text, date), make_partitions(int), forget_inbox(int, int), forget_log(int)
from public
"""


def upgrade() -> None:
    """Seal, forget, publish again."""
    for part in (TABLES, IDS, PARTITIONS, MAKE, FORGET_INBOX, FORGET_LOG, POSITION, FOR_NOBODY_ELSE):
        for statement in part.split("\n;\n"):
            op.execute(statement)
