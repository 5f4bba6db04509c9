"""The days of the week of a placement, so that two students can share a seat; when a region's nightly plan is due."""

from alembic import op

revision = "0007_weekdays"
down_revision = "0006_planned"


def upgrade() -> None:
    """Add the columns; what was kept before named no days, and holds the seat on all of them."""
    op.execute("alter table placements add column weekdays text[] not null default '{}'")
    op.execute("alter table region_settings add column nightly_at timestamptz")
