"""Row-level security: a forgotten filter shows a coordinator nothing of a student of another school.

A later table that names a student joins with `select protect_by_student('pins')`; the roles stand in `store/acting.py`.
"""

from alembic import op

revision = "0012_protected"
down_revision = "0011_delegations"

STOPS_THE_SERVICE = True
"""Code from before says for nobody that it works, and would see no student."""

FUNCTIONS = """
create function acting() returns text language sql stable parallel safe as $$
    select nullif(current_setting('stagebrug.acting', true), '')
$$
;
create function acting_ids(p_setting text) returns uuid[] language sql stable parallel safe as $$
    select string_to_array(nullif(current_setting(p_setting, true), ''), ',')::uuid[]
$$
;
create function acting_regions() returns text[] language sql stable parallel safe as $$
    select string_to_array(nullif(current_setting('stagebrug.regions', true), ''), ',')
$$
;
create function let_plan(p_table regclass) returns void language plpgsql as $$
begin
    execute format('alter table %s enable row level security', p_table);
    execute format('alter table %s force row level security', p_table);
    execute format('create policy planned on %s using (acting() in (''planning'', ''owner''))', p_table);
end $$
;
create function protect_by_school(p_table regclass, p_student name) returns void language plpgsql as $$
begin
    perform let_plan(p_table);
    execute format('create policy own_school on %s for select using (school_id = any (acting_ids(''stagebrug.schools'')))',
                   p_table);
    execute format('create policy lent on %s for select using (%I = any (acting_ids(''stagebrug.students'')))',
                   p_table, p_student);
end $$
;
create function let_look_after(p_table regclass) returns void language plpgsql as $$
begin
    execute format('create policy looked_after on %s for select using (region = any (acting_regions()))', p_table);
    execute format('create policy operated on %s for select using (acting() = ''operator'')', p_table);
end $$
;
create function protect_by_student(p_table regclass) returns void language plpgsql as $$
begin
    perform let_plan(p_table);
    -- by the search that the caller may see
    execute format('create policy of_search on %1$s for select using (
        exists (select from searches where searches.id = %1$s.student_id))', p_table);
end $$
"""

# whose offer it is, and who looks after its region, sees that others were proposed to it; which student that is the API leaves out
TABLES = """
select protect_by_school('searches', 'id'), let_look_after('searches')
;
select protect_by_school('proposals', 'student_id'), let_look_after('proposals')
;
create policy own_offer on proposals for select using (exists (
    select from offers where offers.id = offer_id and (offers.brought_in_by = any (acting_ids('stagebrug.schools'))
        or offers.region = any (acting_regions()))))
;
select protect_by_school('placements', 'student_id')
;
select protect_by_student('refusals'), protect_by_student('lessons'), protect_by_student('pins'),
       protect_by_student('plan_lines')
;
select let_plan('delegations')
;
create policy own_address on delegations for select using (
    email = nullif(current_setting('stagebrug.address', true), ''))
"""


def upgrade() -> None:
    """Protect what there is."""
    for part in (FUNCTIONS, TABLES):
        for statement in part.split("\n;\n"):
            op.execute(statement)
