"""A search whose codes cannot be had now comes after those of others, and is asked about by one replica at a time."""

from alembic import op

revision = "0014_needs_later"
down_revision = "0013_editions"


def upgrade() -> None:
    """From when it may be asked about."""
    op.execute("alter table needs_wanted add column after timestamptz not null default '-infinity'")
