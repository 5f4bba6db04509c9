"""Who objects to sharing is heard at once."""

from alembic import op

revision = "0023_objections"
down_revision = "0022_vum"


def upgrade() -> None:
    """Let a ground know that somebody objects to it, and why the school goes on all the same."""
    op.execute("alter table grounds add column objected_date date, add column kept_because text")
