"""A coordinator who acts for another school, or for some of its students, answers their proposals too."""

from alembic import op

revision = "0011_delegations"
down_revision = "0010_kept"


def upgrade() -> None:
    """Make the table."""
    op.execute("""
        create table delegations (
            id uuid primary key,
            school_id uuid not null,
            email text not null,
            student_ids uuid[] not null,
            from_date date not null,
            until_date date not null
        )
    """)
    op.execute("create index delegations_email on delegations (email)")
