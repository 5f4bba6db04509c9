"""Keys under which a caller creates something once, however often the call is sent."""

from alembic import op

revision = "k0006"
down_revision = "k0005"

KEYS = """
create table idempotency_keys (
    caller text not null,
    key text not null,
    fingerprint bytea not null,
    location text,
    used_at timestamptz not null default clock_timestamp(),
    primary key (caller, key)
)
"""
BY_AGE = "create index idempotency_keys_used_at on idempotency_keys (used_at)"


def upgrade() -> None:
    """A table of the kernel's own."""
    op.execute(KEYS)
    op.execute(BY_AGE)
