"""When an employer's record was verified, and which calls for help somebody took up."""

from alembic import op

revision = "0009_verified_and_taken"
down_revision = "0008_municipality"

CALLS_TAKEN = """
create table {name} (
    call_id uuid,
    version bigint,
    at timestamptz not null,
    intermediary text not null,
    region text not null,
    primary key (call_id, version)
)
"""


def upgrade() -> None:
    """For what is shown, and for what is counted anew."""
    for prefix in ("", "anew_"):
        op.execute(f"alter table {prefix}employers add column verified_date date")
        op.execute(CALLS_TAKEN.format(name=f"{prefix}calls_taken"))
    op.execute(
        "create trigger moves_position after insert or update or delete or truncate on calls_taken "
        "for each statement execute function projections_move()"
    )
