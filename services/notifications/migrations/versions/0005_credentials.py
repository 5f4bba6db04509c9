"""Receivers may know us by a token or a certificate, and have an authority of their own."""

from alembic import op

revision = "n0005"
down_revision = "n0004"


def upgrade() -> None:
    """Keep what a receiver wants to see, and whom it is vouched for by."""
    op.execute("alter table subscriptions add column credential jsonb, add column authority text")
