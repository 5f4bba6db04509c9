"""Found by school and by region; the newest days of a placement without reading those of all others."""

from alembic import op

revision = "0012_scoped"
down_revision = "0011_coaches"

_PROPOSALS = ("proposals", "proposals_accepted", "proposals_declined", "proposals_expired")

INDEXES = {
    **{f"{name}_school": f"{name} (school_id, at)" for name in ("students_ready", "students_unmatched", *_PROPOSALS)},
    **{f"{name}_region": f"{name} (region, at)" for name in ("students_ready", "students_unmatched", *_PROPOSALS)},
    "placements_started_school": "placements_started (school_id, begin_date)",
    "placements_started_region": "placements_started (region, begin_date)",
    "placements_started_proposal": "placements_started (proposal_id)",
    "placements_started_offer": "placements_started (offer_id, at)",
    "placements_ended_school": "placements_ended (school_id, ended_date)",
    "placements_ended_region": "placements_ended (region, ended_date)",
    "contacts_school": "contacts (school_id, contact_date)",
    "contacts_days": "contacts (contact_date)",
    "bottlenecks_school": "bottlenecks (school_id, noticed_date)",
    "follow_ups_school": "follow_ups (school_id, asked_date)",
    "offers_brought_in": "offers (brought_in_by)",
    "offers_region": "offers (region)",
    "employers_brought_in": "employers (brought_in_by)",
    "employers_region": "employers (region)",
    "employers_cooperations": "employers using gin (cooperations jsonb_path_ops)",
    "suggestions_employer": "suggestions (employer_id)",
}

BEGUN = """
create or replace view placements_begun as
select p.placement_id, p.at, p.proposal_id, p.student_id, p.school_id, p.offer_id, p.employer_id, p.region, p.kind,
       coalesce(c.begin_date, p.begin_date) as begin_date,
       case when c.placement_id is null then p.end_date else c.end_date end as end_date,
       p.predecessor_id
from placements_started p left join (
    select placement_id, begin_date, end_date from placements_changed c where not exists (
        select from placements_changed newer where newer.placement_id = c.placement_id and newer.version > c.version)
) c using (placement_id)
where not exists (select from placements_cancelled where placements_cancelled.placement_id = p.placement_id)
"""


def upgrade() -> None:
    """Index beside who works, each statement so that it can be done again."""
    with op.get_context().autocommit_block():
        for name, what in INDEXES.items():
            op.execute(f"drop index concurrently if exists {name}")
            op.execute(f"create index concurrently {name} on {what}")
    op.execute(BEGUN)
