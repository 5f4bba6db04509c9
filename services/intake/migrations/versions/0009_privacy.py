"""Row-level security: a forgotten filter shows nothing of another school.

A later table joins with one line: `select protect_by_school('claims', 'school_id')`, and with
`select let_read('claims', 'seats')` for a role that reads it besides. The roles stand in `store/acting.py`.
"""

from alembic import op

revision = "0009_privacy"
down_revision = "0008_places"

ROLES = """
create function acting() returns text language sql stable parallel safe as $$
    select nullif(current_setting('stagebrug.acting', true), '')
$$
;
create function acting_schools() returns uuid[] language sql stable parallel safe as $$
    select string_to_array(nullif(current_setting('stagebrug.schools', true), ''), ',')::uuid[]
$$
"""

# forced, so that it holds for the tables' owner, too, should a service ever run as that
PROTECT = """
create function let_keep(p_table regclass) returns void language plpgsql as $$
begin
    execute format('alter table %s enable row level security', p_table);
    execute format('alter table %s force row level security', p_table);
    execute format('create policy kept on %s using (acting() in (''retention'', ''owner''))', p_table);
end $$
;
create function protect_by_school(p_table regclass, p_column name) returns void language plpgsql as $$
begin
    perform let_keep(p_table);
    execute format('create policy own_school on %s using (%I = any (acting_schools()))', p_table, p_column);
    execute format('create policy register_reads on %s for select using (acting() = ''register'')', p_table);
    execute format('create policy register_adds on %s for insert with check (acting() = ''register'')', p_table);
    execute format('create policy register_changes on %s for update using (acting() = ''register'')', p_table);
end $$
;
create function let_read(p_table regclass, p_role text) returns void language plpgsql as $$
begin
    execute format('create policy %I on %s for select using (acting() = %L)', p_role || '_reads', p_table, p_role);
end $$
"""

TABLES = """
select protect_by_school('students', 'school_id'), let_read('students', 'matching')
;
select protect_by_school('placements', 'school_id'), let_read('placements', 'seats')
;
select protect_by_school('closure_decisions', 'school_id'), let_read('closure_decisions', 'seats')
;
-- whoever works leaves a trace; it is read by who may read the student
select let_keep('student_accesses')
;
create policy everybody_adds on student_accesses for insert with check (acting() is not null)
;
create policy own_students on student_accesses for select using (
    exists (select from students where students.id = student_accesses.student_id))
;
-- reading stays with the API: behind a row policy PostgreSQL uses no index for words that are looked for, as their
-- operators are not leakproof
select let_keep('employers')
;
create policy everybody_reads on employers for select using (true)
;
create policy shared_or_own_added on employers for insert with check (
    private_to is null or private_to = any (acting_schools()) or acting() in ('register', 'region', 'operator'))
;
create policy shared_or_own_changed on employers for update using (
    private_to is null or private_to = any (acting_schools()) or acting() in ('register', 'region', 'operator'))
"""

LEDGER = """
create table erasures (
    id uuid primary key,
    school_id uuid not null references schools (id),
    kind text not null,
    reason text not null,
    role text not null,
    requested_at timestamptz not null default clock_timestamp()
)
;
create index erasures_school on erasures (school_id, id)
;
create table erasure_proofs (
    erasure_id uuid references erasures (id),
    service text,
    confirmed_at timestamptz not null default clock_timestamp(),
    row_count bigint not null,
    message_count bigint not null,
    primary key (erasure_id, service)
)
;
select protect_by_school('erasures', 'school_id'), let_read('erasures', 'operator')
;
select let_keep('erasure_proofs')
;
create policy confirmed on erasure_proofs using (acting() = 'register')
;
create policy seen on erasure_proofs for select using (
    exists (select from erasures where erasures.id = erasure_proofs.erasure_id))
"""

GROUNDS = """
create table grounds (
    id uuid primary key,
    student_id uuid not null references students (id),
    school_id uuid not null references schools (id),
    author text not null,
    age_at_giving smallint not null,
    end_date date not null,
    withdrawn_date date,
    facts jsonb not null,
    recorded_at timestamptz not null default clock_timestamp()
)
;
create index grounds_student on grounds (student_id, id)
;
create index grounds_end on grounds (end_date)
;
create table special_facts (
    id uuid primary key,
    student_id uuid not null references students (id),
    school_id uuid not null references schools (id),
    author text not null,
    expires_date date not null,
    fact jsonb not null,
    recorded_at timestamptz not null default clock_timestamp()
)
;
create index special_facts_student on special_facts (student_id, id)
;
create index special_facts_expires on special_facts (expires_date)
;
alter table students add column left_date date
;
select protect_by_school('grounds', 'school_id')
;
-- nobody but the school itself: the register has no business with these
select let_keep('special_facts')
;
create policy own_school on special_facts using (school_id = any (acting_schools()))
"""

# a placement keeps its seat and what figures need, and names itself in the student's place
ERASE = """
create function erase_student(p_student uuid) returns bigint language plpgsql as $$
declare
    named record;
    changed bigint;
    total bigint := 0;
begin
    update placements set student_id = id, municipality = null, ending = ending - 'reason'
    where student_id = p_student;
    get diagnostics total = row_count;
    delete from contact_notes where student_id = p_student;
    get diagnostics changed = row_count;
    total := total + changed;
    delete from import_keys where thing_id = p_student;
    get diagnostics changed = row_count;
    total := total + changed;
    -- a file that the school has not done with may name the student; which row does, nobody can say for sure
    with cancelled as (
        update imports set state = 'cancelled', cancelled_because = 'student-erased', touched_at = clock_timestamp()
        where school_id = (select students.school_id from students where students.id = p_student)
          and kind in ('students', 'placements') and state in ('needs-mapping', 'checking', 'checked', 'running')
        returning id
    )
    delete from import_rows using cancelled where import_rows.import_id = cancelled.id;
    get diagnostics changed = row_count;
    total := total + changed;
    -- every other table that names a student, also those that come later
    for named in
        select columns.table_name, is_nullable = 'YES' as optional from information_schema.columns
        join information_schema.tables using (table_schema, table_name)
        where table_schema = 'public' and table_type = 'BASE TABLE' and column_name = 'student_id'
          and columns.table_name <> 'placements'
    loop
        execute format(case when named.optional then 'update %I set student_id = null where student_id = $1'
                            else 'delete from %I where student_id = $1' end, named.table_name) using p_student;
        get diagnostics changed = row_count;
        total := total + changed;
    end loop;
    -- and documents that do; those of employers and schools name nobody's student, and are many
    for named in
        select columns.table_name, column_name from information_schema.columns
        join information_schema.tables using (table_schema, table_name)
        where table_schema = 'public' and table_type = 'BASE TABLE' and data_type = 'jsonb'
          and columns.table_name not in ('students', 'employers', 'schools', 'timers')
    loop
        execute format('update %1$I set %2$I = without_person(%2$I::text, $1)::jsonb where position($2 in %2$I::text) > 0',
                       named.table_name, named.column_name) using p_student, p_student::text;
        get diagnostics changed = row_count;
        total := total + changed;
    end loop;
    delete from students where id = p_student;
    get diagnostics changed = row_count;
    return total + changed;
end $$
"""


def upgrade() -> None:
    """Protect what there is."""
    for part in (ROLES, PROTECT, TABLES, LEDGER, GROUNDS, ERASE):
        for statement in part.split("\n;\n"):
            op.execute(statement)
