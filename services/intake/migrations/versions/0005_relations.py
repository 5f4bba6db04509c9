"""Claims, remarks and questions: what schools tell each other of employers; and whose a contact was."""

from alembic import op

revision = "0005_relations"
down_revision = "0004_finding"

STATEMENTS = """
alter table contacts add column coach text;
create index contacts_school on contacts (school_id, id);
create index offers_brought_in_by on offers (brought_in_by, id);
create index employers_brought_in_by on employers (brought_in_by);
create index employers_cooperations on employers using gin ((facts -> 'cooperations') jsonb_path_ops);
create table claims (
    id uuid not null,
    version bigint default 0 not null,
    employer_id uuid not null,
    school_id uuid not null,
    author text not null,
    coach text,
    purpose text not null,
    student_id uuid,
    since_date date not null,
    days smallint not null,
    until_date date not null,
    state text not null,
    primary key (id),
    foreign key(employer_id) references employers (id),
    foreign key(school_id) references schools (id)
);
create index claims_employer on claims (employer_id, id);
create unique index claims_one_standing on claims (employer_id) where state = 'standing';
create index claims_school on claims (school_id, id);
create table claim_joins (
    claim_id uuid not null,
    school_id uuid not null,
    coach text,
    message text,
    state text not null,
    asked_at timestamp with time zone default clock_timestamp() not null,
    primary key (claim_id, school_id),
    foreign key(claim_id) references claims (id),
    foreign key(school_id) references schools (id)
);
create index claim_joins_school on claim_joins (school_id);
create table remarks (
    id uuid not null,
    employer_id uuid not null,
    school_id uuid not null,
    author text not null,
    coach text,
    audience text not null,
    said jsonb not null,
    hidden_reason text,
    recorded_at timestamp with time zone default clock_timestamp() not null,
    primary key (id),
    foreign key(employer_id) references employers (id),
    foreign key(school_id) references schools (id)
);
create index remarks_employer on remarks (employer_id, id);
create table remark_replies (
    id uuid not null,
    remark_id uuid not null,
    school_id uuid not null,
    author text not null,
    coach text,
    said jsonb not null,
    recorded_at timestamp with time zone default clock_timestamp() not null,
    primary key (id),
    foreign key(remark_id) references remarks (id) on delete cascade,
    foreign key(school_id) references schools (id)
);
create index remark_replies_remark on remark_replies (remark_id, id);
create table questions (
    id uuid not null,
    version bigint default 0 not null,
    employer_id uuid not null,
    school_id uuid not null,
    author text not null,
    coach text,
    question text not null,
    asked_of uuid[] not null,
    recorded_at timestamp with time zone default clock_timestamp() not null,
    primary key (id),
    foreign key(employer_id) references employers (id),
    foreign key(school_id) references schools (id)
);
create index questions_school on questions (school_id, id);
create index questions_asked_of on questions using gin (asked_of);
create table answers (
    id uuid not null,
    question_id uuid not null,
    school_id uuid not null,
    author text not null,
    coach text,
    answer text not null,
    remark_id uuid,
    recorded_at timestamp with time zone default clock_timestamp() not null,
    primary key (id),
    foreign key(question_id) references questions (id) on delete cascade,
    foreign key(school_id) references schools (id),
    foreign key(remark_id) references remarks (id) on delete set null
);
create index answers_question on answers (question_id, id);
"""


def upgrade() -> None:
    """Make the tables."""
    for statement in STATEMENTS.split(";\n"):
        if statement.strip():
            op.execute(statement)
