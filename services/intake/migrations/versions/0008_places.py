"""What the geocoder answered, postcode and municipality tables that an operator loads, and schools that leave."""

from alembic import op

revision = "0008_places"
down_revision = "0007_imports"

STATEMENTS = """
create table geocodes (
    postcode text not null,
    house_number text not null,
    municipality text,
    latitude double precision,
    longitude double precision,
    source text,
    answered_at timestamp with time zone,
    next_at timestamp with time zone not null,
    primary key (postcode, house_number)
);
create table postcodes (
    postcode text not null,
    first_number integer not null,
    last_number integer not null,
    municipality text not null,
    latitude double precision not null,
    longitude double precision not null,
    primary key (postcode, first_number)
);
create table municipalities (
    valid_from date not null,
    code text not null,
    name text not null,
    region text,
    region_name text,
    successor text,
    primary key (valid_from, code)
);
create table place_tables (
    kind text not null,
    valid_from date not null,
    source text not null,
    row_count integer not null,
    loaded_by text not null,
    loaded_at timestamp with time zone default clock_timestamp() not null,
    primary key (kind, valid_from)
);
create index employers_approximate on employers (id) where (location ->> 'approximate') = 'true';
create index schools_approximate on schools (id) where (location ->> 'approximate') = 'true';
create index students_approximate on students (id) where (location ->> 'approximate') = 'true';
alter table schools add column departure jsonb;
"""


def upgrade() -> None:
    """Make the tables, and what finds addresses that are known roughly only."""
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
