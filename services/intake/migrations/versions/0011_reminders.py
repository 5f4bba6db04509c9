"""Schools are reminded of relations that cool down: of which, when last, and a timer for each school."""

from alembic import op

revision = "0011_reminders"
down_revision = "0010_protected"

STATEMENTS = """
create table relation_reminders (
    school_id uuid not null references schools (id),
    employer_id uuid not null references employers (id),
    reminded_date date not null,
    primary key (school_id, employer_id)
)
;
create index relation_reminders_employer on relation_reminders (employer_id)
;
select protect_by_school('relation_reminders', 'school_id')
;
insert into timers (kind, subject, due_at, next_at)
select 'relations-cool', id::text, monday, monday from schools, (
    select (date_trunc('week', now() at time zone 'Europe/Amsterdam') + interval '7 days 7 hours')
        at time zone 'Europe/Amsterdam'
) next (monday)
"""


def upgrade() -> None:
    """Make the table, and set the timers of the schools that take part."""
    for statement in STATEMENTS.split("\n;\n"):
        op.execute(statement)
