"""What the figures of the process are counted from, how far the projections are, and a place to count again."""

from alembic import op

revision = "0006_figures"
down_revision = "0005_opinions"

TABLES = """
create table placements_changed (
    placement_id uuid,
    version bigint,
    at timestamptz not null,
    begin_date date not null,
    end_date date,
    primary key (placement_id, version)
);
create table claims (
    id uuid primary key,
    at timestamptz not null,
    version bigint not null,
    employer_id uuid not null,
    school_id uuid not null,
    joined_by uuid[] not null,
    since_date date not null,
    until_date date not null
);
create index claims_employer on claims (employer_id);
create table offers_unfilled (
    offer_id uuid,
    version bigint,
    at timestamptz not null,
    region text not null,
    sector text not null,
    since_date date not null,
    primary key (offer_id, version)
);
create table plans (
    plan_id uuid primary key,
    at timestamptz not null,
    region text not null,
    kind text not null,
    by_effort jsonb not null
);
create index plans_region on plans (region, at desc);
alter table students_unmatched add column sector text;
alter table initiatives
    add column aim text,
    add column target_groups text[],
    add column sectors text[],
    add column partners text[];
create index placements_started_employer on placements_started (employer_id, begin_date);
create index contacts_employer on contacts (employer_id, school_id, contact_date);
create index proposals_accepted_student on proposals_accepted (student_id, at);
create index proposals_declined_student on proposals_declined (student_id, at);
create index proposals_expired_student on proposals_expired (student_id, at);
create index placements_refused_student on placements_refused (student_id, at);
create index placements_ended_student on placements_ended (student_id, ended_date);
create index calls_answered_call on calls_answered (call_id)
"""

BEGUN = """
create view placements_begun as
select p.placement_id, p.at, p.proposal_id, p.student_id, p.school_id, p.offer_id, p.employer_id, p.region, p.kind,
       coalesce(c.begin_date, p.begin_date) as begin_date,
       case when c.placement_id is null then p.end_date else c.end_date end as end_date,
       p.predecessor_id
from placements_started p left join (
    select distinct on (placement_id) placement_id, begin_date, end_date from placements_changed
    order by placement_id, version desc
) c using (placement_id)
where not exists (select from placements_cancelled where placements_cancelled.placement_id = p.placement_id)
"""

POSITION = """
create table projections_moved (stripe int primary key, position bigint not null) with (fillfactor = 50);
insert into projections_moved select stripe, 0 from generate_series(0, 63) stripe;
create function projections_move() returns trigger language plpgsql as $$
begin
    update projections_moved set position = position + 1 where stripe = pg_backend_pid() % 64;
    return null;
end
$$
"""

PROJECTIONS = [
    "schools",
    "employers",
    "employers_merged",
    "offers",
    "offers_withdrawn",
    "offers_unfilled",
    "students_ready",
    "students_withdrawn",
    "students_unmatched",
    "proposals",
    "proposals_accepted",
    "proposals_declined",
    "proposals_expired",
    "placements_started",
    "placements_changed",
    "placements_cancelled",
    "placements_ended",
    "placements_refused",
    "contacts",
    "claims",
    "bottlenecks",
    "follow_ups",
    "suggestions",
    "initiatives",
    "responses",
    "calls",
    "calls_answered",
    "calls_declined",
    "plans",
]


def upgrade() -> None:
    """Make the tables; let each change of a projection move its position."""
    for statement in TABLES.split(";\n"):
        op.execute(statement)
    op.execute("drop view placements_begun")
    op.execute(BEGUN)
    for statement in POSITION.split(";\n", 2):
        op.execute(statement)
    for name in PROJECTIONS:
        op.execute(
            f"create trigger moves_position after insert or update or delete or truncate on {name} "
            "for each statement execute function projections_move()"
        )
