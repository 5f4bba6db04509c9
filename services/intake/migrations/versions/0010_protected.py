"""Row-level security for files that come in, what schools ask each other, who acts for whom, and notes of contacts."""

from alembic import op

revision = "0010_protected"
down_revision = "0009_privacy"

FILES = """
select protect_by_school('imports', 'school_id'), protect_by_school('import_mappings', 'school_id'),
       protect_by_school('import_keys', 'school_id')
;
create policy operators_own on imports using (school_id is null and acting() = 'operator')
;
create policy register_forgets on imports for delete using (acting() = 'register')
;
select let_keep('import_rows'), let_keep('import_problems'), let_keep('import_decisions')
;
create policy of_import on import_rows using (exists (select from imports where imports.id = import_id))
;
create policy of_import on import_problems using (exists (select from imports where imports.id = import_id))
;
create policy of_import on import_decisions using (exists (select from imports where imports.id = import_id))
"""

# who somebody may act for is looked up by the own address, before it is known what follows from it
PEOPLE = """
create function acting_address() returns text language sql stable parallel safe as $$
    select nullif(current_setting('stagebrug.address', true), '')
$$
;
select protect_by_school('delegations', 'school_id'), protect_by_school('student_coaches', 'school_id')
;
create policy own_address on delegations for select using (email = acting_address())
;
create policy own_address on student_coaches for select using (email = acting_address())
;
-- who acts for some students of another school sees who looks after them, is the first to when it makes one ready, and
-- decides about their placements; the rest is their school's
create policy lent on student_coaches for select using (student_id = any (lent_ids('stagebrug.students')))
;
create policy lent_first on student_coaches for insert with check (
    kind = 'school' and student_id = any (lent_ids('stagebrug.students')) and exists (
        select from students where students.id = student_id and students.school_id = student_coaches.school_id))
;
create policy lent on closure_decisions using (exists (
    select from placements where placements.id = placement_id and placements.school_id = closure_decisions.school_id
      and placements.student_id = any (lent_ids('stagebrug.students'))))
"""

TALK = """
select let_keep('remarks'), let_keep('questions'), let_keep('answers')
;
create policy shared_or_own on remarks for select using (
    audience = 'schools' or school_id = any (acting_schools()) or acting() = 'register')
;
create policy own_added on remarks for insert with check (school_id = any (acting_schools()) or acting() = 'register')
;
create policy own_or_moderated on remarks for update using (
    school_id = any (acting_schools()) or (audience = 'schools' and acting() in ('region', 'operator'))
    or acting() = 'register')
;
create policy own_taken_back on remarks for delete using (
    school_id = any (acting_schools()) or acting() = 'register')
;
create policy asking_or_asked on questions using (
    school_id = any (acting_schools()) or asked_of && acting_schools() or acting() = 'register')
    with check (school_id = any (acting_schools()) or asked_of && acting_schools() or acting() = 'register')
;
create policy own_or_asked_for on answers using (
    school_id = any (acting_schools()) or acting() = 'register' or exists (
        select from questions where questions.id = question_id and questions.school_id = any (acting_schools())))
    with check (school_id = any (acting_schools()) or acting() = 'register')
"""


# what only the own school reads of a contact stands apart from what all schools see
NOTES = """
create table contact_notes (
    contact_id uuid primary key references contacts (id) on delete cascade,
    school_id uuid not null references schools (id),
    student_id uuid,
    said jsonb not null
)
;
create index contact_notes_school on contact_notes (school_id)
;
create index contact_notes_student on contact_notes (student_id) where student_id is not null
;
insert into contact_notes (contact_id, school_id, student_id, said)
select id, school_id, (talk ->> 'student_id')::uuid, jsonb_strip_nulls(jsonb_build_object(
    'note', talk -> 'note', 'spoken_to', talk -> 'spoken_to', 'next_step', talk -> 'next_step'))
from contacts where coalesce(talk ->> 'note', talk ->> 'student_id', talk ->> 'spoken_to', talk ->> 'next_step') is not null
;
update contacts set talk = talk - array['note', 'student_id', 'spoken_to', 'next_step']
;
select protect_by_school('contact_notes', 'school_id')
"""


def upgrade() -> None:
    """Protect what came beside the first tables."""
    for part in (FILES, PEOPLE, TALK, NOTES):
        for statement in part.split("\n;\n"):
            op.execute(statement)
