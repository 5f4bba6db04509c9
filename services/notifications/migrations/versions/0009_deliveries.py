"""The feed outlasts bodies, and subscribers bound what is sent to them."""

from alembic import op

revision = "n0009"
down_revision = "n0008"

STATEMENTS = (
    "alter table deliveries add column bare boolean not null default false, add column person uuid",
    "create index deliveries_bodies on deliveries (created_at) where not bare",
    "create index deliveries_bare on deliveries (created_at) where bare",
    "drop index deliveries_age",
    "alter table heads add column forgotten bigint not null default 0",
    "alter table subscriptions add column at_once int not null default 4, add column per_minute int",
    "alter table subscriptions add check (at_once between 1 and 20), add check (per_minute > 0)",
)


def upgrade() -> None:
    """Keep which bodies are gone, how far each feed was forgotten, and the bounds that a subscriber set."""
    for statement in STATEMENTS:
        op.execute(statement)
