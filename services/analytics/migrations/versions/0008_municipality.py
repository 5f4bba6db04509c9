"""In which municipality schools, employers and offers are; what was counted before is known after counting again."""

from alembic import op

revision = "0008_municipality"
down_revision = "0007_anew"


def upgrade() -> None:
    """One more column for each, and for those in which is counted anew."""
    for name in ("schools", "employers", "offers"):
        op.execute(f"alter table {name} add column municipality text")
        op.execute(f"alter table anew_{name} add column municipality text")
