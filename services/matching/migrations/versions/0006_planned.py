"""Places that are planned before they are proposed."""

from alembic import op

revision = "0006_planned"
down_revision = "0005_claims"


def upgrade() -> None:
    """Add until when a planned place may move; a student has one at most."""
    op.execute("alter table proposals drop constraint proposals_state_check")
    op.execute("""
    alter table proposals add constraint proposals_state_check
        check (state in ('planned', 'open', 'accepted', 'declined', 'expired', 'refused', 'placed'))
    """)
    op.execute("alter table proposals add column movable_until timestamptz")
    op.execute("create index proposals_planned on proposals (region, movable_until) where state = 'planned'")
    op.execute("create unique index proposals_one_planned on proposals (student_id) where state = 'planned'")
