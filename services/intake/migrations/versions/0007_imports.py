"""Imports: files whose rows become part of the register; employers are found by what they are alike to."""

from alembic import op

revision = "0007_imports"
down_revision = "0006_offers"

STATEMENTS = """
create table imports (
    id uuid not null,
    kind text not null,
    school_id uuid,
    created_by text not null,
    state text not null,
    headings text[] not null,
    mapping jsonb not null,
    rows integer not null,
    file_hash text not null,
    key text,
    source text,
    source_date date,
    position integer not null,
    handled integer not null,
    found jsonb not null,
    done jsonb not null,
    on_problems text not null,
    cancelled_because text,
    attempts integer not null,
    recorded_at timestamp with time zone default clock_timestamp() not null,
    touched_at timestamp with time zone default clock_timestamp() not null,
    primary key (id),
    foreign key(school_id) references schools (id)
);
create index imports_school on imports (school_id, id);
create unique index imports_key on imports (created_by, key);
create index imports_unfinished on imports (touched_at) where state in ('checking', 'running');
create table import_rows (
    import_id uuid not null,
    row integer not null,
    cells text[] not null,
    primary key (import_id, row),
    foreign key(import_id) references imports (id) on delete cascade
);
create table import_problems (
    id bigserial not null,
    import_id uuid not null,
    row integer not null,
    field text not null,
    why text not null,
    primary key (id),
    foreign key(import_id) references imports (id) on delete cascade
);
create index import_problems_import on import_problems (import_id, id);
create table import_decisions (
    import_id uuid not null,
    row integer not null,
    employer_id uuid not null,
    likeness integer not null,
    decision text,
    decided_by text,
    primary key (import_id, row),
    foreign key(import_id) references imports (id) on delete cascade,
    foreign key(employer_id) references employers (id) on delete cascade
);
create table import_mappings (
    school_id uuid not null,
    kind text not null,
    headings jsonb not null,
    primary key (school_id, kind),
    foreign key(school_id) references schools (id) on delete cascade
);
create table import_keys (
    school_id uuid not null,
    kind text not null,
    key text not null,
    thing_id uuid not null,
    primary key (school_id, kind, key),
    foreign key(school_id) references schools (id) on delete cascade
);
create index import_keys_thing on import_keys (thing_id);
"""


def upgrade() -> None:
    """Make the tables."""
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
