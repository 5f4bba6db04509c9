"""Who guides a student at a placement, and the agreement in versions with its signatures: the own school's alone."""

from alembic import op

revision = "0014_agreements"
down_revision = "0013_labour_market_told"

TABLES = """
create table agreements (
    id uuid primary key,
    placement_id uuid not null references placements (id),
    student_id uuid not null references students (id),
    school_id uuid not null references schools (id),
    employer_id uuid not null references employers (id),
    number int not null,
    author text not null,
    terms jsonb not null,
    stay jsonb not null,
    parties jsonb not null,
    paper jsonb not null,
    signatures jsonb not null default '[]',
    recorded_at timestamptz not null default clock_timestamp(),
    constraint agreements_number unique (placement_id, number)
)
;
create index agreements_student on agreements (student_id)
;
create index agreements_school on agreements (school_id, id)
;
create index agreements_employer on agreements (employer_id)
;
create table supervisions (
    placement_id uuid primary key references placements (id),
    student_id uuid not null references students (id),
    school_id uuid not null references schools (id),
    employer_id uuid not null references employers (id),
    author text not null,
    facts jsonb not null,
    recorded_at timestamptz not null default clock_timestamp()
)
;
create index supervisions_student on supervisions (student_id)
;
create index supervisions_school on supervisions (school_id)
;
create index supervisions_employer on supervisions (employer_id)
;
select protect_by_school('agreements', 'school_id'), protect_by_school('supervisions', 'school_id')
;
-- who acts for some students of another school draws up their agreements, too
create policy lent on agreements using (student_id = any (lent_ids('stagebrug.students')))
;
create policy lent on supervisions using (student_id = any (lent_ids('stagebrug.students')))
;
-- who guides the student at work is what a job coach must know
create policy caseload on supervisions for select using (student_id = any (lent_ids('stagebrug.caseload')))
"""


def upgrade() -> None:
    """Keep what was agreed."""
    for statement in TABLES.split("\n;\n"):
        op.execute(statement)
