"""Desks of intermediaries that have no system: whom a region writes to, the letters, and the links in them."""

from alembic import op

revision = "n0007"
down_revision = "n0006"

STATEMENTS = (
    """
    create table desks (
        id uuid primary key,
        region text not null,
        kind text not null,
        name text not null,
        email text not null,
        bounced_at timestamptz,
        unique (region, kind, email)
    )
    """,
    """
    create table desk_letters (
        id uuid primary key,
        call_id uuid not null references calls (id) on delete cascade,
        desk_id uuid not null references desks (id) on delete cascade,
        round int not null,
        reminder int not null,
        state text not null,
        tries int not null default 0,
        next_at timestamptz,
        error text,
        created_at timestamptz not null,
        unique (call_id, desk_id, round, reminder)
    )
    """,
    "create index desk_letters_due on desk_letters (next_at) where state = 'waiting'",
    "create index desk_letters_desk on desk_letters (desk_id)",
    """
    create table desk_links (
        digest bytea primary key,
        letter_id uuid not null references desk_letters (id) on delete cascade,
        purpose text not null,
        used_at timestamptz
    )
    """,
    "create index desk_links_letter on desk_links (letter_id)",
)


def upgrade() -> None:
    """What is kept of a link is a digest: who reads the table can open none."""
    for statement in STATEMENTS:
        op.execute(statement)
