"""Who of the school looks after a placed student, by a code, and which former students are to be asked after."""

from alembic import op

revision = "0011_coaches"
down_revision = "0010_needs"


FOLLOW_UPS_DUE = """
create table {name} (
    follow_up_id uuid primary key,
    at timestamptz not null,
    school_id uuid not null,
    months integer not null,
    due_date date not null
)
"""


def upgrade() -> None:
    """In what is shown and in what is counted anew."""
    for prefix in ("", "anew_"):
        op.execute(FOLLOW_UPS_DUE.format(name=f"{prefix}follow_ups_due"))
    op.execute(
        "create trigger moves_position after insert or update or delete or truncate on follow_ups_due "
        "for each statement execute function projections_move()"
    )
    for name in ("placements_started", "placements_changed"):
        op.execute(f"alter table {name} add column coach_code text")
        op.execute(f"alter table anew_{name} add column coach_code text")
