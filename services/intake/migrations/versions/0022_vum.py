"""Which employers are shown to others through VUM, and what was asked there, for a day."""

from alembic import op

revision = "0022_vum"
down_revision = "0021_requests"

STATEMENTS = """
create table vum_employers (
    employer_id uuid primary key references employers (id) on delete cascade,
    allowed_by text not null,
    allowed_at timestamptz not null default clock_timestamp()
)
;
create table vum_questions (
    id uuid primary key,
    party text not null,
    offers uuid[] not null,
    opened integer[] not null default '{}',
    asked_at timestamptz not null default clock_timestamp()
)
;
create index vum_questions_asked on vum_questions (asked_at)
"""


def upgrade() -> None:
    """Let an employer be shown, and count what a party opens of an answer."""
    for statement in STATEMENTS.split("\n;\n"):
        op.execute(statement)
