"""Drafts of a region's plan, and what coordinators pinned or forbade."""

from alembic import op

revision = "0008_plans"
down_revision = "0007_weekdays"


def upgrade() -> None:
    """Make the tables."""
    op.execute("""
    create table plans (
        id uuid primary key,
        version bigint not null default 0,
        region text not null,
        kind text not null,
        made_at timestamptz not null,
        made_by text not null,
        weights_version text not null,
        figures jsonb not null,
        advice jsonb not null,
        at_most integer,
        adopted_at timestamptz
    )
    """)
    op.execute("create index plans_region on plans (region, id)")
    op.execute("create index plans_made_at on plans (made_at)")
    op.execute("""
    create table plan_lines (
        plan_id uuid not null references plans (id) on delete cascade,
        student_id uuid not null,
        offer_id uuid,
        stands boolean not null,
        choice smallint,
        score integer,
        begin_date date,
        end_date date,
        weekdays text[] not null default '{}',
        rule text,
        obstacle text,
        primary key (plan_id, student_id)
    )
    """)
    op.execute("create index plan_lines_student on plan_lines (student_id)")
    op.execute("""
    create table pins (
        id uuid primary key,
        student_id uuid not null,
        offer_id uuid not null,
        kind text not null,
        reason text not null,
        until_date date not null,
        made_at timestamptz not null,
        made_by text not null,
        unique (student_id, offer_id)
    )
    """)
    op.execute("create index pins_offer on pins (offer_id)")
    op.execute("create index pins_until on pins (until_date)")
