"""A mail to who has no account: its letter, with the address, is fetched when it is sent, and kept nowhere."""

from alembic import op

revision = "n0003"
down_revision = "n0002"


def upgrade() -> None:
    """A mail has a recipient whom we know, or a letter to fetch."""
    op.execute("alter table mails add column dataref text")
    op.execute("alter table mails alter column recipient drop not null")
