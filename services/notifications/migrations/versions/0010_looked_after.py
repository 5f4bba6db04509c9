"""Laid ready for ten thousand at once, with fewer indexes; contacts of systems; case systems that are left."""

from alembic import op

revision = "n0010"
down_revision = "n0009"

PLACED = "position is not null"
WAITS = f"state = 'waiting' and {PLACED}"

INDEXES = {
    "deliveries_next": f"on deliveries (subscription_id, next_at) where {WAITS}",
    "deliveries_order": f"on deliveries (subscription_id, subject, position) where {WAITS}",
    "deliveries_placed": f"on deliveries (subscription_id, position) where {PLACED}",
}

BESIDE = (
    "alter table mails add column if not exists address text",
    "drop index concurrently if exists mails_alerts",
    "create unique index concurrently mails_alerts on mails (event_key, address) where address is not null",
    """alter table answers drop constraint if exists answers_outcome_check,
        add constraint answers_outcome_check check (outcome in ('taken', 'answered', 'declined')) not valid""",
    "alter table answers validate constraint answers_outcome_check",
)

STATEMENTS = (
    "drop index deliveries_due, deliveries_subject, deliveries_feed",
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
)


def upgrade() -> None:
    """Index by subscription what has a position: numbering writes each row anew, and with it its place in indexes.

    What keeps nobody out comes first, each statement by itself and so that it can be done again.
    """
    with op.get_context().autocommit_block():
        for name, what in INDEXES.items():
            op.execute(f"drop index concurrently if exists {name}")
            op.execute(f"create index concurrently {name} {what}")
        for statement in BESIDE:
            op.execute(statement)
    for statement in STATEMENTS:
        op.execute(statement)
