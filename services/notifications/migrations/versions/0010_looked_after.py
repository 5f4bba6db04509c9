"""Laid ready for ten thousand at once, with fewer indexes; contacts of systems; case systems that are left."""

from alembic import op

revision = "n0010"
down_revision = "n0009"

PLACED = "position is not null"

STATEMENTS = (
    "drop index deliveries_due, deliveries_subject, deliveries_feed",
    "create index deliveries_due on deliveries (subscription_id, next_at) where {waits}",
    "create index deliveries_subject on deliveries (subscription_id, subject, position) where {waits}",
    "create index deliveries_feed on deliveries (subscription_id, position) where {placed}",
    """create table left_case_systems (
        id uuid primary key,
        region text not null,
        municipality text not null,
        settings jsonb not null,
        callback_hash text,
        tries int not null default 0,
        next_at timestamptz not null
    )""",
    "alter table subscriptions add column contact text",
    "alter table mails add column address text",
    "create unique index mails_alerts on mails (event_key, address) where address is not null",
    "alter table answers drop constraint answers_outcome_check",
    "alter table answers add check (outcome in ('taken', 'answered', 'declined'))",
)


def upgrade() -> None:
    """Index by subscription what has a position: numbering writes each row anew, and with it its place in indexes."""
    for statement in STATEMENTS:
        op.execute(statement.format(placed=PLACED, waits=f"state = 'waiting' and {PLACED}"))
