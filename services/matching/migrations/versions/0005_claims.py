"""Who approaches an employer now."""

from alembic import op

revision = "0005_claims"
down_revision = "0004_finding"


def upgrade() -> None:
    """Make the table."""
    op.execute("""
    create table claims (
        id uuid primary key,
        employer_id uuid not null,
        school_id uuid not null,
        joined_by uuid[] not null,
        until_date date not null
    )
    """)
    op.execute("create index claims_employer on claims (employer_id)")
