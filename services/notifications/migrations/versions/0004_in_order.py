"""Deliveries go out in order by subject, can be tried again by hand, and find a receiver that is away."""

from alembic import op

revision = "n0004"
down_revision = "n0003"

STATEMENTS = (
    "alter table deliveries add column subject text",
    "update deliveries set subject = message::jsonb ->> 'subject' where state in ('waiting', 'failed')",
    "alter table deliveries add column tries_before int not null default 0",
    "create index deliveries_subject on deliveries (subscription_id, subject, position) where state = 'waiting'",
    "create index deliveries_failed on deliveries (subscription_id, id) where state = 'failed'",
    "alter table subscriptions add column misses int not null default 0",
)


def upgrade() -> None:
    """Keep what each delivery is about, and how often a receiver was missed in a row."""
    for statement in STATEMENTS:
        op.execute(statement)
