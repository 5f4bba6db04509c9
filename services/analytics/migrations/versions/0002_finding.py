"""Employers that went up in another one: figures count them as one."""

from alembic import op

revision = "0002_finding"
down_revision = "0001"

TABLE = """
create table employers_merged (
    id uuid primary key,
    at timestamptz not null,
    employer_id uuid not null
)
"""

STANDING = """
create function standing_employer(asked uuid) returns uuid language sql stable as $$
    with recursive way (id) as (
        select asked
        union
        select merged.employer_id from employers_merged merged join way on merged.id = way.id
    )
    select id from way where not exists (select from employers_merged merged where merged.id = way.id)
$$
"""


def upgrade() -> None:
    """Make the table, and the function that follows it."""
    op.execute(TABLE)
    op.execute(STANDING)
