"""A case system that moves twice while it is being left is left twice."""

from alembic import op

revision = "n0012"
down_revision = "n0011"


def upgrade() -> None:
    """Rows have ids of their own; those of the version before are known by their system's."""
    op.execute("alter table left_case_systems add column system_id uuid")
