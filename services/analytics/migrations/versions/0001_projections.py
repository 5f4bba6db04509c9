"""The projections that figures are counted from."""

from alembic import op

revision = "0001"
down_revision = None

PROPOSAL = """
    proposal_id uuid primary key,
    at timestamptz not null,
    student_id uuid not null,
    school_id uuid not null,
    offer_id uuid not null,
    employer_id uuid not null,
    region text not null,
    step text not null"""

PLACEMENT = """
    placement_id uuid primary key,
    at timestamptz not null,
    proposal_id uuid,
    student_id uuid not null,
    school_id uuid not null,
    offer_id uuid not null,
    employer_id uuid not null,
    region text not null,
    kind text not null"""

STATEMENTS = f"""
create table schools (
    id uuid primary key,
    at timestamptz not null,
    version bigint not null,
    brin text not null,
    name text not null,
    kind text not null,
    region text not null,
    student_count int
);
create table employers (
    id uuid primary key,
    at timestamptz not null,
    version bigint not null,
    region text not null,
    sector text,
    size_class text not null,
    places_per_year int,
    places_trend text not null,
    jobs_per_year int,
    jobs_trend text not null,
    found_through text,
    brought_in_by uuid,
    cooperations jsonb not null
);
create table offers (
    id uuid primary key,
    at timestamptz not null,
    version bigint not null,
    employer_id uuid not null,
    region text not null,
    kind text not null,
    sector text not null,
    seats int not null,
    begin_date date not null,
    end_date date,
    brought_in_by uuid
);
create table offers_withdrawn (id uuid primary key, at timestamptz not null, reason text not null);
create table students_ready (
    student_id uuid,
    version bigint,
    at timestamptz not null,
    school_id uuid not null,
    region text not null,
    primary key (student_id, version)
);
create table students_withdrawn (
    student_id uuid,
    version bigint,
    at timestamptz not null,
    primary key (student_id, version)
);
create table students_unmatched (
    student_id uuid,
    version bigint,
    at timestamptz not null,
    school_id uuid not null,
    region text not null,
    primary key (student_id, version)
);
create table proposals ({PROPOSAL});
create index proposals_student on proposals (student_id, at);
create index proposals_offer on proposals (offer_id, at);
create table proposals_accepted ({PROPOSAL}, choice int not null);
create table proposals_declined ({PROPOSAL}, reason text not null);
create table proposals_expired ({PROPOSAL}, reason text not null);
create table placements_started ({PLACEMENT}, begin_date date not null, end_date date);
create index placements_started_student on placements_started (student_id, at);
create table placements_ended ({PLACEMENT}, ended_date date not null, outcome text not null);
create table placements_refused (
    placement_id uuid primary key,
    at timestamptz not null,
    proposal_id uuid not null,
    student_id uuid not null,
    offer_id uuid not null,
    reason text not null
);
create index placements_refused_proposal on placements_refused (proposal_id);
create table contacts (
    contact_id uuid primary key,
    at timestamptz not null,
    employer_id uuid not null,
    school_id uuid not null,
    channel text not null,
    initiator text not null,
    outcome text not null,
    arguments text[] not null,
    contact_date date not null
);
create table suggestions (
    tip_id uuid primary key,
    at timestamptz not null,
    employer_id uuid not null,
    call_id uuid,
    source text not null,
    region text not null,
    known_already boolean not null
);
create table calls (
    call_id uuid,
    version bigint,
    at timestamptz not null,
    intermediary text not null,
    region text not null,
    students uuid[] not null,
    primary key (call_id, version)
);
create table calls_answered (
    answer_id uuid primary key,
    at timestamptz not null,
    call_id uuid not null,
    intermediary text not null,
    region text not null
);
create table calls_declined (
    call_id uuid,
    version bigint,
    at timestamptz not null,
    intermediary text not null,
    region text not null,
    reason text not null,
    primary key (call_id, version)
)
"""


def upgrade() -> None:
    """Make the projections."""
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
