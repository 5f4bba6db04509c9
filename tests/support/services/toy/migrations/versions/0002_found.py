"""As a migration of a big table is written: an index that keeps nobody out is made outside a transaction."""

from alembic import op

revision = "toy2"
down_revision = "toy1"


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("create index concurrently notes_id on notes (id)")
