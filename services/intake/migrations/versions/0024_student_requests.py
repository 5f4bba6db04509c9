"""What schools ask UWV for a student."""

from alembic import op

revision = "0024_student_requests"
down_revision = "0023_objections"

STATEMENTS = """
create table student_requests (
    id uuid primary key,
    version bigint not null default 0,
    student_id uuid not null references students (id),
    school_id uuid not null references schools (id),
    region text not null,
    ground_id uuid not null,
    author text not null,
    state text not null,
    asked jsonb not null,
    steps jsonb not null,
    answer jsonb,
    accepted_date date,
    recorded_at timestamptz not null default clock_timestamp()
)
;
create index student_requests_student on student_requests (student_id, id)
;
create index student_requests_region on student_requests (region, id)
;
select let_keep('student_requests'), let_read('student_requests', 'uwv')
;
create policy own_school on student_requests using (school_id = any (acting_schools()))
;
create policy uwv_changes on student_requests for update using (acting() = 'uwv')
;
-- a step is an insert that meets its row
create policy uwv_steps on student_requests for insert with check (acting() = 'uwv')
;
create policy uwv_reads on students for select using (acting() = 'uwv' and exists (
    select from student_requests where student_requests.student_id = students.id))
;
create policy uwv_reads on grounds for select using (acting() = 'uwv' and exists (
    select from student_requests where student_requests.student_id = grounds.student_id))
"""


def upgrade() -> None:
    """A student's request is seen by the own school; UWV sees it, and of whom it is; the register does not."""
    for statement in STATEMENTS.split("\n;\n"):
        op.execute(statement)
