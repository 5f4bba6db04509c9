"""What is due is found by its time, where everybody has something for later."""

from alembic import op

revision = "n0011"
down_revision = "n0010"

DUE = "on deliveries (next_at, subscription_id) where state = 'waiting' and position is not null"


def upgrade() -> None:
    """Index what waits by when it is due, keeping nobody out; a second time after a failure, too."""
    with op.get_context().autocommit_block():
        op.execute("drop index concurrently if exists deliveries_due")
        op.execute(f"create index concurrently deliveries_due {DUE}")
