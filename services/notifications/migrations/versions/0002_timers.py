"""A call whose turn comes has a timer now."""

from alembic import op

revision = "n0002"
down_revision = "n0001"

STATEMENTS = (
    """
    insert into timers (kind, subject, due_at, next_at)
    select 'call-turn', id::text, next_ask_at, next_ask_at from calls where next_ask_at is not null
    """,
    "drop index calls_due",
)


def upgrade() -> None:
    """Set the timers of the calls under way."""
    for statement in STATEMENTS:
        op.execute(statement)
