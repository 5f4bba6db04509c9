"""What schools and employers answered in questionnaires, by a pseudonym for each round; initiatives."""

from alembic import op

revision = "0005_opinions"
down_revision = "0004_guidance"


def upgrade() -> None:
    """Make the tables."""
    op.execute("""
    create table responses (
        id uuid primary key,
        at timestamptz not null,
        version bigint not null,
        round_id uuid not null,
        questionnaire text not null,
        region text not null,
        school_kind text,
        opened_at timestamptz not null,
        answers jsonb not null
    )
    """)
    op.execute("""
    create table initiatives (
        id uuid primary key,
        at timestamptz not null,
        version bigint not null,
        region text not null,
        school_id uuid,
        kind text not null,
        begin_date date not null,
        ended_date date,
        employers jsonb not null
    )
    """)
    op.execute("create index responses_round on responses (questionnaire, region, opened_at)")
