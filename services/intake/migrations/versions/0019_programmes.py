"""Programmes over several schools with their waiting lists, and what everybody may see of the target group."""

from alembic import op

revision = "0019_programmes"
down_revision = "0018_opinions"

PROGRAMMES = """
create table programmes (
    id uuid primary key,
    version bigint not null default 0,
    school_id uuid references schools (id),
    region text not null,
    kind text not null,
    school_ids uuid[] not null,
    partners jsonb not null,
    facts jsonb not null,
    recorded_at timestamptz not null default clock_timestamp()
)
;
create index programmes_region on programmes (region, id)
;
create index programmes_schools on programmes using gin (school_ids)
;
create table programme_sessions (
    id uuid primary key,
    programme_id uuid not null references programmes (id),
    on_date date not null,
    cancelled_because text,
    facts jsonb not null
)
;
create index programme_sessions_programme on programme_sessions (programme_id, id)
;
-- what a region runs is for all of its schools: which those are, the API looks at
select let_keep('programmes')
;
create policy taking_part on programmes using (
    school_id is null or school_ids && acting_schools() or acting() in ('register', 'region', 'operator'))
"""

ENROLMENTS = """
create table enrolments (
    id uuid primary key,
    programme_id uuid not null references programmes (id),
    student_id uuid not null references students (id),
    school_id uuid not null references schools (id),
    number integer not null,
    state text not null,
    begin_date date not null,
    free_from date not null,
    lesson_days text[] not null,
    held_until timestamptz,
    recorded_at timestamptz not null default clock_timestamp()
)
;
create unique index enrolments_order on enrolments (programme_id, number)
;
create index enrolments_student on enrolments (student_id)
;
create index enrolments_school on enrolments (school_id, id)
;
create unique index enrolments_once on enrolments (programme_id, student_id)
    where state in ('enrolled', 'waiting', 'offered')
;
create table attendances (
    enrolment_id uuid references enrolments (id) on delete cascade,
    session_id uuid references programme_sessions (id),
    student_id uuid not null references students (id),
    school_id uuid not null references schools (id),
    presence text not null,
    primary key (enrolment_id, session_id)
)
;
create index attendances_student on attendances (student_id)
;
create index attendances_session on attendances (session_id)
;
select protect_by_school('enrolments', 'school_id'), protect_by_school('attendances', 'school_id'),
       let_read('enrolments', 'seats'), let_read('enrolments', 'matching')
"""


PUBLICATION = """
create table stories (
    id uuid primary key,
    school_id uuid not null references schools (id),
    student_id uuid not null,
    employer_id uuid references employers (id),
    region text not null,
    state text not null,
    approved_date date,
    facts jsonb not null,
    recorded_at timestamptz not null default clock_timestamp()
)
;
create index stories_school on stories (school_id, id)
;
create index stories_region on stories (region, id)
;
create index stories_student on stories (student_id)
;
create table newsletter_readers (
    id uuid primary key,
    employer_id uuid not null references employers (id),
    region text not null,
    email text,
    state text not null,
    confirm_key text not null unique,
    leave_key text not null unique,
    asked_at timestamptz not null default clock_timestamp()
)
;
create unique index newsletter_readers_once on newsletter_readers (employer_id, email)
;
create table visit_bookings (
    id uuid primary key,
    session_id uuid not null references programme_sessions (id),
    employer_id uuid not null references employers (id),
    school_id uuid not null references schools (id),
    people smallint not null
)
;
create unique index visit_bookings_once on visit_bookings (session_id, employer_id)
;
create index visit_bookings_employer on visit_bookings (employer_id)
;
create index visit_bookings_school on visit_bookings (school_id)
;
select protect_by_school('stories', 'school_id'), let_read('stories', 'publication'),
       protect_by_school('visit_bookings', 'school_id'), let_read('visit_bookings', 'seats')
;
select let_read('students', 'publication'), let_read('grounds', 'publication'), let_read('placements', 'publication')
"""


def upgrade() -> None:
    """Let schools run programmes together, and show what may be shown."""
    for part in (PROGRAMMES, ENROLMENTS, PUBLICATION):
        for statement in part.split("\n;\n"):
            op.execute(statement)
