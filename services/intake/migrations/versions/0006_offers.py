"""Reservations and coaches on seats; delegations, coaches and job coaches of students; regions' settings.

The policies count as soon as the tables have row-level security.
"""

from alembic import op

revision = "0006_offers"
down_revision = "0005_relations"

STATEMENTS = """
alter table offers add column reservations jsonb default '[]' not null;
alter table placements add column coach jsonb;
alter table placements add column wish_rank smallint;
create table student_coaches (
    student_id uuid not null,
    kind text not null,
    school_id uuid not null,
    email text not null,
    until_date date,
    facts jsonb not null,
    assigned_by text not null,
    assigned_at timestamp with time zone default clock_timestamp() not null,
    primary key (student_id, kind),
    foreign key(school_id) references schools (id)
);
create index student_coaches_email on student_coaches (email);
create table delegations (
    id uuid not null,
    school_id uuid not null,
    email text not null,
    from_date date not null,
    until_date date not null,
    ended_at timestamp with time zone,
    given_by text not null,
    facts jsonb not null,
    recorded_at timestamp with time zone default clock_timestamp() not null,
    primary key (id),
    foreign key(school_id) references schools (id)
);
create index delegations_email on delegations (email);
create index delegations_school on delegations (school_id, id);
create function lent_ids(p_setting text) returns uuid[] language sql stable parallel safe as $$
    select string_to_array(nullif(current_setting(p_setting, true), ''), ',')::uuid[]
$$;
create policy lent on students using (id = any (lent_ids('stagebrug.students')));
create policy caseload on students for select using (id = any (lent_ids('stagebrug.caseload')));
create policy lent on placements using (student_id = any (lent_ids('stagebrug.students')));
create policy caseload on placements for select using (student_id = any (lent_ids('stagebrug.caseload')));
create table region_settings (
    region text not null,
    version bigint not null,
    settings jsonb not null,
    changed_by text not null,
    changed_at timestamp with time zone default clock_timestamp() not null,
    primary key (region)
);
"""


def upgrade() -> None:
    """Make the columns and tables."""
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
