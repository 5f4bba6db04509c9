"""Sectors and regions that are closed for a while."""

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table."""
    op.execute("""
    create table closures (
        id uuid primary key,
        region text not null,
        sector text,
        from_date date not null,
        until_date date
    )
    """)
    op.execute("create index closures_region on closures (region)")
