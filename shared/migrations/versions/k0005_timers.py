"""Durable timers: what is due when, and the claim that keeps replicas apart."""

from alembic import op

revision = "k0005"
down_revision = "k0004"

TIMERS = """
create table timers (
    kind text not null,
    subject text not null,
    due_at timestamptz not null,
    next_at timestamptz,
    payload jsonb not null default '{}',
    correlation_id text,
    attempts int not null default 0,
    error text,
    set_at timestamptz not null default clock_timestamp(),
    primary key (kind, subject)
)
"""

# Parked timers have no next_at: they are in nobody's way.
DUE = "create index timers_due on timers (next_at) where next_at is not null"

VACUUM = "alter table timers set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000)"

# The lock is on the timer's name and not on its row: whoever fires it takes the locks of what it is about first and
# the row after them, in the order of those who set or cancel it. The row is read again under the lock, since another
# replica may have fired it meanwhile.
CLAIM = """
create function timer_claim(p_kinds text[], out kind text, out subject text, out payload jsonb, out seconds float)
language plpgsql as $$
declare
    candidate record;
begin
    for candidate in
        select t.kind, t.subject from timers t
        where t.next_at <= clock_timestamp() and t.kind = any(p_kinds) order by t.next_at
    loop
        if pg_try_advisory_xact_lock(hashtextextended('timer ' || candidate.kind || ' ' || candidate.subject, 0)) then
            select t.kind, t.subject, t.payload into kind, subject, payload from timers t
            where t.kind = candidate.kind and t.subject = candidate.subject and t.next_at <= clock_timestamp();
            if found then
                return;
            end if;
        end if;
    end loop;
    select extract(epoch from min(t.next_at) - clock_timestamp()) into seconds from timers t
    where t.next_at is not null and t.kind = any(p_kinds);
end $$
"""


def upgrade() -> None:
    """Make the table and the claim."""
    for statement in (TIMERS, DUE, VACUUM, CLAIM):
        op.execute(statement)
