"""What was due and found by looking has timers now."""

from alembic import op

revision = "0002"
down_revision = "0001"

STATEMENTS = (
    """
    insert into timers (kind, subject, due_at, next_at, payload)
    select 'proposal-runs-out', id::text, expires_at, expires_at, jsonb_build_object('region', region)
    from proposals where state = 'open'
    """,
    """
    insert into timers (kind, subject, due_at, next_at, payload)
    select 'circle-widens', region, min(due_at), min(due_at), jsonb_build_object('region', region)
    from searches where state = 'searching' and due_at is not null group by region
    """,
)


def upgrade() -> None:
    """Set the timers of what is under way."""
    for statement in STATEMENTS:
        op.execute(statement)
