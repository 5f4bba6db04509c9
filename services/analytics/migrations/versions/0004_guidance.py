"""What stands in the way of placements, and what became of former students: codes, of nobody."""

from alembic import op

revision = "0004_guidance"
down_revision = "0003_placements"

TABLES = """
create table bottlenecks (
    id uuid primary key,
    at timestamptz not null,
    version bigint not null,
    school_id uuid not null,
    region text not null,
    noticed_by text not null,
    noticed_date date not null,
    codes text[] not null,
    solutions text[] not null,
    solved text,
    led_to_end boolean not null
);
create table follow_ups (
    id uuid primary key,
    at timestamptz not null,
    version bigint not null,
    school_id uuid not null,
    region text not null,
    months int not null,
    outcome text not null,
    asked_date date not null
)
"""


def upgrade() -> None:
    """Make the tables."""
    for statement in TABLES.split(";\n"):
        op.execute(statement)
