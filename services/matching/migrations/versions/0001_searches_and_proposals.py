"""Offers, searches, proposals and all that bears on them."""

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = """
create table schools (
    id uuid primary key,
    brin text not null,
    name text not null,
    region text not null
);
create index schools_brin on schools (brin);

create table employers (
    id uuid primary key,
    region text not null,
    latitude double precision not null,
    longitude double precision not null,
    facts jsonb not null
);
create index employers_region on employers (region, latitude);

create table pauses (
    employer_id uuid primary key,
    from_date date not null,
    until_date date
);

create table offers (
    id uuid primary key,
    version bigint not null default 0,
    employer_id uuid not null,
    region text not null,
    latitude double precision not null,
    longitude double precision not null,
    sector text not null,
    is_open boolean not null,
    brought_in_by uuid,
    private_to uuid,
    facts jsonb not null,
    opened_at timestamptz not null,
    unfilled_at timestamptz,
    look_at timestamptz
);
create index offers_open on offers (region, sector, latitude) where is_open;
create index offers_employer on offers (employer_id);
create index offers_to_look_at on offers (look_at) where is_open and look_at is not null;

create table searches (
    id uuid primary key,
    version bigint not null default 0,
    school_id uuid not null,
    region text not null,
    state text not null check (state in ('searching', 'proposed', 'accepted', 'on-hold', 'ended')),
    step text not null,
    since timestamptz not null,
    step_since timestamptz not null,
    ready_at timestamptz not null,
    due_at timestamptz,
    unmatched_at timestamptz,
    hardness_set_to smallint check (hardness_set_to between 0 and 3),
    latitude double precision,
    longitude double precision,
    reach_km double precision,
    profile jsonb,
    check (profile is null or state <> 'ended')
);
create index searches_searching on searches (region, latitude) where state = 'searching';
create index searches_due on searches (due_at) where state = 'searching' and due_at is not null;

create table refusals (
    student_id uuid not null,
    offer_id uuid not null,
    reason text not null,
    until_date date not null,
    primary key (student_id, offer_id)
);
create index refusals_until on refusals (until_date);

create table proposals (
    id uuid primary key,
    version bigint not null default 0,
    student_id uuid not null,
    school_id uuid not null,
    offer_id uuid not null,
    employer_id uuid not null,
    region text not null,
    state text not null check (state in ('open', 'accepted', 'declined', 'expired', 'refused', 'placed')),
    step text not null,
    kind text not null,
    choice smallint not null,
    score integer not null,
    weights_version text not null,
    reasons jsonb not null,
    begin_date date not null,
    end_date date,
    weekdays text[] not null,
    proposed_at timestamptz not null,
    expires_at timestamptz not null,
    reason text
);
create unique index proposals_one_at_a_time on proposals (student_id) where state in ('open', 'accepted');
create index proposals_student on proposals (student_id, id);
create index proposals_offer on proposals (offer_id, id);
create index proposals_school on proposals (school_id, id);
create index proposals_expiring on proposals (expires_at) where state = 'open';

create table placements (
    id uuid primary key,
    student_id uuid not null,
    school_id uuid not null,
    offer_id uuid not null,
    employer_id uuid not null,
    begin_date date not null,
    end_date date,
    ended_date date,
    outcome text
);
create index placements_offer on placements (offer_id);
create index placements_employer on placements (employer_id);

create table contacts (
    id uuid primary key,
    employer_id uuid not null,
    school_id uuid not null,
    student_id uuid,
    outcome text not null,
    contact_date date not null
);
create index contacts_employer on contacts (employer_id, contact_date);

create table tips (
    id uuid primary key,
    employer_id uuid not null,
    source text not null,
    tip_date date not null
);
create index tips_employer on tips (employer_id);

create table region_settings (
    region text primary key,
    settings jsonb not null
);
"""


def upgrade() -> None:
    """Make the tables."""
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
