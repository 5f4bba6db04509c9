"""The next searches whose codes are wanted are found by index, however many wait: all of them were sorted each time."""

from alembic import op

revision = "0015_needs_in_turn"
down_revision = "0014_needs_later"


def upgrade() -> None:
    """Index beside who works, so that it can be done again."""
    with op.get_context().autocommit_block():
        op.execute("drop index concurrently if exists needs_wanted_in_turn")
        op.execute("create index concurrently needs_wanted_in_turn on needs_wanted (after, student_id)")
