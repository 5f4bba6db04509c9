"""Placements that follow another one, and those that were called off before they began."""

from alembic import op

revision = "0003_placements"
down_revision = "0002_finding"

STATEMENTS = (
    "alter table placements_started add column predecessor_id uuid",
    """
    create table placements_cancelled (
        placement_id uuid primary key,
        at timestamptz not null,
        proposal_id uuid,
        student_id uuid,
        school_id uuid,
        offer_id uuid,
        employer_id uuid,
        region text,
        kind text,
        begin_date date
    )
    """,
    """
    create view placements_begun as
    select * from placements_started
    where not exists (
        select from placements_cancelled where placements_cancelled.placement_id = placements_started.placement_id)
    """,
)


def upgrade() -> None:
    """Keep what a placement follows, and leave out what never began."""
    for statement in STATEMENTS:
        op.execute(statement)
