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
select protect_by_school('student_requests', 'school_id')
"""


def upgrade() -> None:
    """A student's request is seen by the own school; to UWV the register shows what its ground carries."""
    for statement in STATEMENTS.split("\n;\n"):
        op.execute(statement)
