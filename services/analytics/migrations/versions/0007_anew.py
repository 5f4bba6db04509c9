"""A place to count again while the figures are shown, and how far that is."""

from alembic import op

revision = "0007_anew"
down_revision = "0006_figures"

PROJECTIONS = [
    "schools",
    "employers",
    "employers_merged",
    "offers",
    "offers_withdrawn",
    "offers_unfilled",
    "students_ready",
    "students_withdrawn",
    "students_unmatched",
    "proposals",
    "proposals_accepted",
    "proposals_declined",
    "proposals_expired",
    "placements_started",
    "placements_changed",
    "placements_cancelled",
    "placements_ended",
    "placements_refused",
    "contacts",
    "claims",
    "bottlenecks",
    "follow_ups",
    "suggestions",
    "initiatives",
    "responses",
    "calls",
    "calls_answered",
    "calls_declined",
    "plans",
]

PROGRESS = """
create table rebuilding (
    publisher text primary key,
    counts text not null,
    position bigint not null,
    counted bigint not null,
    at timestamptz not null default clock_timestamp()
)
"""


def upgrade() -> None:
    """Make the tables; a later migration changes those of both kinds (tests/analytics/test_rebuild.py)."""
    for name in PROJECTIONS:
        op.execute(f"create table anew_{name} (like {name})")
        op.execute(f"create unique index on anew_{name} (" + ", ".join(_KEYS.get(name, "id").split()) + ")")
    op.execute(PROGRESS)


_KEYS = {
    "students_ready": "student_id version",
    "students_withdrawn": "student_id version",
    "students_unmatched": "student_id version",
    "offers_unfilled": "offer_id version",
    "proposals": "proposal_id",
    "proposals_accepted": "proposal_id",
    "proposals_declined": "proposal_id",
    "proposals_expired": "proposal_id",
    "placements_started": "placement_id",
    "placements_changed": "placement_id version",
    "placements_cancelled": "placement_id",
    "placements_ended": "placement_id",
    "placements_refused": "placement_id",
    "contacts": "contact_id",
    "suggestions": "tip_id",
    "calls": "call_id version",
    "calls_answered": "answer_id",
    "calls_declined": "call_id version",
    "plans": "plan_id",
}
