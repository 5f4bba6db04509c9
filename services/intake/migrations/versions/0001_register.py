"""The register: schools, employers, offers, contact moments, students with their access log, placements, tips."""

from alembic import op

revision = "0001"
down_revision = None

STATEMENTS = """
create table placements (
    id uuid not null,
    version bigint default 0 not null,
    proposal_id uuid,
    student_id uuid not null,
    school_id uuid not null,
    offer_id uuid not null,
    employer_id uuid not null,
    region text not null,
    municipality text,
    kind text not null,
    state text not null,
    predecessor_id uuid,
    refused_reason text,
    stay jsonb not null,
    ending jsonb,
    recorded_at timestamp with time zone default clock_timestamp() not null,
    primary key (id),
    unique (proposal_id)
);
create index placements_offer on placements (offer_id);
create index placements_school on placements (school_id, id);
create index placements_student on placements (student_id);
create table schools (
    id uuid not null,
    version bigint default 0 not null,
    brin text not null,
    region text not null,
    municipality text,
    location jsonb not null,
    facts jsonb not null,
    recorded_at timestamp with time zone default clock_timestamp() not null,
    primary key (id),
    unique (brin)
);
create table student_accesses (
    id bigint generated always as identity,
    student_id uuid not null,
    accessed_at timestamp with time zone default clock_timestamp() not null,
    subject text not null,
    action text not null,
    primary key (id)
);
create index student_accesses_student on student_accesses (student_id, id);
create table employers (
    id uuid not null,
    version bigint default 0 not null,
    kvk_number text,
    postcode text,
    search_text text not null,
    kind text not null,
    sectors text[] not null,
    size_class text not null,
    recognition text not null,
    region text not null,
    municipality text,
    location jsonb not null,
    brought_in_by uuid,
    private_to uuid,
    suggested boolean not null,
    pause jsonb,
    facts jsonb not null,
    recorded_at timestamp with time zone default clock_timestamp() not null,
    primary key (id),
    foreign key(brought_in_by) references schools (id),
    foreign key(private_to) references schools (id)
);
create index employers_kvk_number on employers (kvk_number);
create index employers_postcode on employers (postcode);
create index employers_region on employers (region, id);
create table students (
    id uuid not null,
    version bigint default 0 not null,
    school_id uuid not null,
    state text not null,
    search_text text not null,
    region text not null,
    municipality text,
    location jsonb,
    facts jsonb not null,
    recorded_at timestamp with time zone default clock_timestamp() not null,
    primary key (id),
    foreign key(school_id) references schools (id)
);
create index students_school on students (school_id, id);
create table offers (
    id uuid not null,
    version bigint default 0 not null,
    employer_id uuid not null,
    kind text not null,
    sector text not null,
    state text not null,
    brought_in_by uuid,
    withdrawn_reason text,
    facts jsonb not null,
    recorded_at timestamp with time zone default clock_timestamp() not null,
    primary key (id),
    foreign key(employer_id) references employers (id),
    foreign key(brought_in_by) references schools (id)
);
create index offers_employer on offers (employer_id);
create table tips (
    id uuid not null,
    employer_id uuid not null,
    region text not null,
    source text not null,
    author text not null,
    known_already boolean not null,
    given jsonb not null,
    recorded_at timestamp with time zone default clock_timestamp() not null,
    primary key (id),
    foreign key(employer_id) references employers (id)
);
create index tips_region on tips (region, id);
create table contacts (
    id uuid not null,
    employer_id uuid not null,
    school_id uuid not null,
    author text not null,
    contact_date date not null,
    offer_id uuid,
    talk jsonb not null,
    recorded_at timestamp with time zone default clock_timestamp() not null,
    primary key (id),
    foreign key(employer_id) references employers (id),
    foreign key(school_id) references schools (id),
    foreign key(offer_id) references offers (id)
);
create index contacts_employer on contacts (employer_id, id);
"""


def upgrade() -> None:
    """Make the tables."""
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
