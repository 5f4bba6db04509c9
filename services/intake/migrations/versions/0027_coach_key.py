"""The key of the codes that events call coaches by: without it, whoever knows an address could find its code."""

from alembic import op

revision = "0027_coach_key"
down_revision = "0026_access_seals"


def upgrade() -> None:
    """One, for good: with another key a coach would be counted as two."""
    op.execute("create table coach_keys (key bytea primary key)")
    op.execute(
        "insert into coach_keys values (sha256(convert_to(gen_random_uuid()::text || gen_random_uuid(), 'UTF8')))"
    )
