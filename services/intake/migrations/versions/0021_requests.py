"""Requests to intermediaries, what became of tips, and companies without a student."""

from alembic import op

revision = "0021_requests"
down_revision = "0020_asked_by_link"

# placement and student may have been erased: no foreign key to them; by the student's id it is erased
STATEMENTS = """
create table requests (
    id uuid primary key,
    version bigint not null default 0,
    kind text not null,
    intermediary text not null,
    school_id uuid not null references schools (id),
    employer_id uuid not null references employers (id),
    placement_id uuid not null,
    student_id uuid not null,
    region text not null,
    state text not null,
    asked jsonb not null,
    steps jsonb not null,
    recorded_at timestamptz not null default clock_timestamp()
)
;
create index requests_school on requests (school_id, id)
;
create index requests_intermediary on requests (intermediary, region, id)
;
create index requests_employer on requests (employer_id)
;
create index requests_student on requests (student_id)
;
select protect_by_school('requests', 'school_id'), let_read('requests', 'intermediary')
;
create policy intermediary_changes on requests for update using (acting() = 'intermediary')
;
-- a step is an insert that meets its row
create policy intermediary_steps on requests for insert with check (acting() = 'intermediary')
;
alter table tips add column rejection jsonb
;
create index tips_author on tips (author, id)
;
create index placements_employer on placements (employer_id)
"""


def upgrade() -> None:
    """A school's request is seen by the school, and by the kind of intermediary that it asks."""
    for statement in STATEMENTS.split("\n;\n"):
        op.execute(statement)
