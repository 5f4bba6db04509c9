"""Employers that went up in another one."""

from alembic import op

revision = "0004_finding"
down_revision = "0003"


def upgrade() -> None:
    """Make the table."""
    op.execute("create table merged_employers (id uuid primary key, into_id uuid not null)")
    op.execute("create index merged_employers_into on merged_employers (into_id)")
