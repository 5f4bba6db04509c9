"""Subscribers may have a queue of their own over AMQP, or a case system in which calls for help become cases."""

from alembic import op

revision = "n0008"
down_revision = "n0007"

STATEMENTS = (
    "alter table subscriptions add column protocol text not null default 'http'",
    "alter table subscriptions add check (protocol in ('http', 'amqp', 'zgw'))",
    "alter table subscriptions add column logins jsonb not null default '[]'",
    """
    create table case_systems (
        id uuid primary key references subscriptions on delete cascade,
        region text not null,
        municipality text not null,
        settings jsonb not null,
        callback_hash text,
        unique (region, municipality)
    )
    """,
    """
    create table cases (
        call_id uuid not null references calls on delete cascade,
        system_id uuid not null references case_systems on delete cascade,
        url text not null,
        status text not null check (status in ('open', 'taken', 'answered', 'declined')),
        check_at timestamptz,
        checked_at timestamptz,
        primary key (call_id, system_id)
    )
    """,
    "create index cases_due on cases (check_at) where check_at is not null",
    "create index cases_url on cases (system_id, url)",
)


def upgrade() -> None:
    """Keep how events reach a subscriber, who may read its queue, and which call became which case."""
    for statement in STATEMENTS:
        op.execute(statement)
