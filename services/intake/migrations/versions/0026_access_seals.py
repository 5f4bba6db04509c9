"""The access log cannot be changed unseen: lines are sealed in parts, each with a digest that continues the one before.

A part holds the lines of transactions that had ended, in the order of those: nobody who logs waits for anybody, and none
is passed over that was written before and committed late. Lines go by whole parts when they are old; of who is erased
the student is taken out, and a digest of the id keeps the line's own.
"""

from alembic import op

revision = "0026_access_seals"
down_revision = "0025_told_delegations"

COLUMNS = """
alter table student_accesses
    alter column student_id drop not null,
    add column if not exists written_by bigint default pg_current_xact_id()::text::bigint,
    add column if not exists erased_digest bytea
"""
INDEX = "create index concurrently student_accesses_written on student_accesses (written_by, id)"

SEALS = """
create table access_seals (
    number bigint primary key,
    written_by bigint not null,
    last_id bigint not null,
    newest timestamptz not null,
    ids bigint[] not null,
    digests bytea not null,
    digest bytea not null,
    sealed_at timestamptz not null default clock_timestamp()
)
;
insert into access_seals (number, written_by, last_id, newest, ids, digests, digest)
values (0, 0, 0, '-infinity', '{}', '', sha256(''))
;
create trigger owners before insert or update or delete or truncate on access_seals execute function only_the_owner()
;
create trigger owners before update or delete or truncate on student_accesses execute function only_the_owner()
;
-- in what the functions below do, whoever calls them
create policy owners on student_accesses to current_user using (true)
"""

# the subject comes last, since anything may stand in it
DIGESTS = """
create function accessed_digest(p_line bigint, p_student uuid) returns bytea language sql immutable as $$
    select sha256(convert_to(p_line || ' ' || p_student, 'UTF8'))
$$
;
create function access_digest(p_line student_accesses) returns bytea language sql stable as $$
    select sha256(convert_to(concat_ws(' ', p_line.id, p_line.written_by,
        trunc(extract(epoch from p_line.accessed_at) * 1000000),
        encode(coalesce(p_line.erased_digest, accessed_digest(p_line.id, p_line.student_id)), 'hex'),
        p_line.action, p_line.subject), 'UTF8'))
$$
"""

SEAL = """
create function seal_accesses(p_most integer) returns table (number bigint, lines bigint, digest text)
language plpgsql security definer set search_path = public, pg_temp as $$
begin
    if not pg_try_advisory_xact_lock(hashtext('access_seals')) then return; end if;
    return query
    with last as (
        select * from access_seals order by access_seals.number desc limit 1
    ), ended as materialized (
        select a.id, a.written_by, a.accessed_at, access_digest(a) as digest from student_accesses a
        where (a.written_by, a.id) > (select last.written_by, last.last_id from last)
          and a.written_by < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
        order by a.written_by, a.id limit p_most
    ), part as (
        select array_agg(ended.id order by ended.written_by, ended.id) as ids, max(ended.accessed_at) as newest,
               string_agg(ended.digest, ''::bytea order by ended.written_by, ended.id) as digests
        from ended having count(*) > 0
    ), sealed as (
        insert into access_seals (number, written_by, last_id, newest, ids, digests, digest)
        select last.number + 1, end_of.written_by, end_of.id, part.newest, part.ids, part.digests,
               sha256(last.digest || part.digests)
        from last, part, lateral (select ended.written_by, ended.id from ended
                                  order by ended.written_by desc, ended.id desc limit 1) end_of
        returning access_seals.number, cardinality(access_seals.ids)::bigint, encode(access_seals.digest, 'hex')
    )
    select * from sealed;
end $$
"""

CHECK = """
create function check_accesses(p_after bigint, p_parts integer)
returns table (number bigint, expected bigint, missing bigint, added bigint, changed bigint, erased bigint, fits boolean,
               digest text)
language sql stable security definer set search_path = public, pg_temp as $$
    with wanted as (
        select * from access_seals where number >= p_after order by number limit p_parts + 1
    ), parts as (
        select wanted.*, lag(number) over pairs as before, lag(digest) over pairs as previous,
               lag(written_by) over pairs as since_by, lag(last_id) over pairs as since_id
        from wanted window pairs as (order by number)
    )
    select parts.number, parts.before + 1, found.missing, found.added, found.changed, found.erased,
           parts.digest = sha256(parts.previous || parts.digests), encode(parts.digest, 'hex')
    from parts, lateral (
        select min(id) filter (where kept.digest is null) as missing,
               min(id) filter (where sealed.digest is null) as added,
               min(id) filter (where kept.digest <> sealed.digest) as changed,
               count(*) filter (where kept.erased) as erased
        from (
            select id, substr(parts.digests, 32 * (place - 1)::integer + 1, 32) as digest
            from unnest(parts.ids) with ordinality as line (id, place)
        ) sealed full join (
            select a.id, access_digest(a) as digest, a.erased_digest is not null as erased from student_accesses a
            where (a.written_by, a.id) > (parts.since_by, parts.since_id)
              and (a.written_by, a.id) <= (parts.written_by, parts.last_id)
        ) kept using (id)
    ) found
    where parts.before is not null order by parts.number
$$
;
create function access_log_bounds()
returns table (begins_after bigint, last_part bigint, digest text, before_all bigint)
language sql stable security definer set search_path = public, pg_temp as $$
    select first.number, last.number, encode(last.digest, 'hex'),
           (select min(a.id) from student_accesses a
            where (a.written_by, a.id) <= (first.written_by, first.last_id) or a.written_by is null)
    from (select * from access_seals order by number limit 1) first,
         (select * from access_seals order by number desc limit 1) last
$$
"""

# what is left of a part that went is where the next begins
FORGET = """
create function forget_accesses(p_last date, p_most integer) returns setof bigint
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    upto access_seals;
begin
    select seals.* into upto from access_seals seals join (
        select number, max(newest) over parts as newest, sum(cardinality(ids)) over parts as lines,
               row_number() over parts as place
        from access_seals where number > (select min(number) from access_seals)
        window parts as (order by number)
    ) old using (number)
    where old.newest < p_last + 1 and (old.lines <= p_most or old.place = 1) order by number desc limit 1;
    if upto.number is null then return; end if;
    return query delete from student_accesses a
        where (a.written_by, a.id) <= (upto.written_by, upto.last_id) returning a.id;
    delete from access_seals where number < upto.number;
    update access_seals set ids = '{}', digests = '' where number = upto.number;
end $$
;
create function forget_accessed(p_student uuid) returns bigint
language plpgsql security definer set search_path = public, pg_temp as $$
declare
    lines bigint;
    acted text := acting();
begin
    perform set_config('stagebrug.acting', 'owner', true);  -- who says no capacity would see no student
    if exists (select from students where id = p_student) then
        raise insufficient_privilege using message = 'who looked at a student stays as long as the student';
    end if;
    update student_accesses set student_id = null, erased_digest = accessed_digest(id, p_student)
    where student_id = p_student;
    get diagnostics lines = row_count;
    perform set_config('stagebrug.acting', coalesce(acted, ''), true);
    return lines;
end $$
"""

# as before, but that the access log keeps its lines and forgets of whom they are
ERASE = """
create or replace function erase_student(p_student uuid) returns bigint language plpgsql as $$
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
          and columns.table_name not in ('placements', 'student_accesses')
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
    return total + changed + forget_accessed(p_student);
end $$
"""


def upgrade() -> None:
    """Seal from now on; what was logged before is in the first parts."""
    op.execute(COLUMNS)
    with op.get_context().autocommit_block():
        op.execute("drop index concurrently if exists student_accesses_written")
        op.execute(INDEX)
    for part in (SEALS, DIGESTS, SEAL, CHECK, FORGET, ERASE):
        for statement in part.split("\n;\n"):
            op.execute(statement)
