"""Locations, accreditation requests, employers that stopped, and when they were verified."""

from alembic import op

revision = "0003_employers"
down_revision = "0002"

STATEMENTS = """
alter table employers add column stopped jsonb;
alter table employers add column verified_on date;
alter table employers add column verifier uuid;
update employers set
    verified_on = case when suggested then null else (recorded_at at time zone 'Europe/Amsterdam')::date end,
    verifier = coalesce(brought_in_by, (
        select (known ->> 'school_id')::uuid
        from jsonb_array_elements(facts -> 'cooperations') with ordinality as listed (known, place)
        order by known ->> 'since_date' desc nulls last, place limit 1
    ));
create index employers_verifier on employers (verifier, verified_on);
alter table offers add column situation jsonb;
create table locations (
    id uuid not null,
    employer_id uuid not null,
    branch_number text,
    region text not null,
    municipality text,
    location jsonb not null,
    closed_date date,
    facts jsonb not null,
    recorded_at timestamp with time zone default clock_timestamp() not null,
    primary key (id),
    foreign key(employer_id) references employers (id)
);
create index locations_employer on locations (employer_id, id);
create index locations_region on locations (region, employer_id);
create table accreditations (
    id uuid not null,
    employer_id uuid not null,
    school_id uuid,
    region text not null,
    state text not null,
    request jsonb not null,
    steps jsonb not null,
    recorded_at timestamp with time zone default clock_timestamp() not null,
    primary key (id),
    foreign key(employer_id) references employers (id),
    foreign key(school_id) references schools (id)
);
create unique index accreditations_one_at_a_time on accreditations (employer_id)
    where state in ('requested', 'submitted', 'visit-planned');
create index accreditations_employer on accreditations (employer_id, id);
create index accreditations_region on accreditations (region, id);
"""


def upgrade() -> None:
    """Make the tables and fill in what is known already."""
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
