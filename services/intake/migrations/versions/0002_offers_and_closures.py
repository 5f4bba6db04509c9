"""Closures of sectors and regions, and what was decided about placements there; labour-market figures."""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = """
create table closures (
    id uuid not null,
    version bigint default 0 not null,
    region text not null,
    sector text,
    state text not null,
    reopened_date date,
    closed_by text not null,
    facts jsonb not null,
    recorded_at timestamp with time zone default clock_timestamp() not null,
    primary key (id)
);
create index closures_region on closures (region, id);
create table closure_decisions (
    closure_id uuid not null,
    placement_id uuid not null,
    school_id uuid not null,
    decision text not null,
    decided_by text not null,
    decided_at timestamp with time zone default clock_timestamp() not null,
    primary key (closure_id, placement_id),
    foreign key(closure_id) references closures (id),
    foreign key(placement_id) references placements (id),
    foreign key(school_id) references schools (id)
);
create table labour_market_figures (
    region text not null,
    sector text not null,
    kind text not null,
    period text not null,
    figure double precision not null,
    source text not null,
    published_date date not null,
    primary key (region, sector, kind, period)
);
"""


def upgrade() -> None:
    """Make the tables."""
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
