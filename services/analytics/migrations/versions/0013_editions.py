"""Figures of all regions, counted beforehand: an edition is what all of them were at one moment."""

from alembic import op

revision = "0013_editions"
down_revision = "0012_scoped"

STATEMENTS = (
    """create table editions (
        id bigint generated always as identity primary key,
        at timestamptz not null,
        day date not null,
        position bigint not null,
        tables text not null,
        counts text not null,
        first_year int not null,
        seconds real not null
    )""",
    """create table edition_answers (
        edition_id bigint references editions on delete cascade,
        question text,
        answer text not null,
        primary key (edition_id, question)
    )""",
)


def upgrade() -> None:
    """Make the tables."""
    for statement in STATEMENTS:
        op.execute(statement)
