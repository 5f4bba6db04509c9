"""What bears on a region's plan is noted by the database itself, so that a plan that is kept knows what to read again."""

from alembic import op

revision = "0010_kept"
down_revision = "0009_rules"

STATEMENTS = """
create table plan_changes (
    written_by xid8 not null default pg_current_xact_id(),
    region text not null,
    kind text not null check (kind in ('student', 'offer', 'region')),
    id uuid not null,
    at timestamptz not null default clock_timestamp(),
    primary key (written_by, region, kind, id)
)
;
create index plan_changes_at on plan_changes (at)
;
create function note_change(region text, kind text, id uuid) returns void language sql as $$
    insert into plan_changes (region, kind, id)
    select $1, $2, $3 where $1 is not null and $3 is not null on conflict do nothing
$$
;
create function note_student(student uuid) returns void language sql as $$
    select note_change(region, 'student', id) from searches where id = student
$$
;
create function note_offer(offer uuid) returns void language sql as $$
    select note_change(region, 'offer', id) from offers where id = offer
$$
;
create function note_offers_of(employer uuid) returns void language sql as $$
    select note_change(region, 'offer', id) from offers where employer_id = employer and is_open
$$
;
create function on_search() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then perform note_change(old.region, 'student', old.id); end if;
    if tg_op <> 'DELETE' then perform note_change(new.region, 'student', new.id); end if;
    -- a seat that is pinned is held while its student waits
    if tg_op = 'UPDATE' and old.state is distinct from new.state then
        perform note_offer(offer_id) from pins where student_id = new.id and kind = 'pin';
    end if;
    return null;
end $$
;
create function on_offer() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then perform note_change(old.region, 'offer', old.id); end if;
    if tg_op <> 'DELETE' then perform note_change(new.region, 'offer', new.id); end if;
    return null;
end $$
;
create function on_student_and_offer() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then perform note_student(old.student_id), note_offer(old.offer_id); end if;
    if tg_op <> 'DELETE' then perform note_student(new.student_id), note_offer(new.offer_id); end if;
    return null;
end $$
;
create function on_employer() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then perform note_offers_of((to_jsonb(old) ->> tg_argv[0])::uuid); end if;
    if tg_op <> 'DELETE' then perform note_offers_of((to_jsonb(new) ->> tg_argv[0])::uuid); end if;
    return null;
end $$
;
create function on_region() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then perform note_change(old.region, 'region', '00000000-0000-0000-0000-000000000000'); end if;
    if tg_op <> 'DELETE' then perform note_change(new.region, 'region', '00000000-0000-0000-0000-000000000000'); end if;
    return null;
end $$
"""

NOTED = (
    ("searches", "on_search()", ("region", "school_id", "state", "step", "since", "step_since", "unmatched_at",
                                 "hardness_set_to", "profile")),
    ("offers", "on_offer()", ("employer_id", "region", "is_open", "opened_at", "facts")),
    ("proposals", "on_student_and_offer()", ("student_id", "school_id", "offer_id", "region", "state", "begin_date",
                                             "end_date", "weekdays", "proposed_at", "expires_at", "movable_until")),
    ("placements", "on_student_and_offer()", ("student_id", "school_id", "offer_id", "begin_date", "end_date",
                                              "weekdays", "ended_date")),
    ("placements", "on_employer('employer_id')", ("employer_id", "outcome")),
    ("refusals", "on_student_and_offer()", ("reason", "until_date")),
    ("lessons", "on_student_and_offer()", ("reason", "employer_id", "sector", "minutes", "guidance")),
    ("pins", "on_student_and_offer()", ("kind", "reason", "until_date")),
    ("employers", "on_employer('id')", ("facts",)),
    ("pauses", "on_employer('employer_id')", ("from_date", "until_date")),
    ("contacts", "on_employer('employer_id')", ("employer_id", "contact_date")),
    ("told_of_employers", "on_employer('employer_id')", ("employer_id", "codes", "told_date")),
    ("closures", "on_region()", ("region", "sector", "from_date", "until_date")),
    ("labour_market", "on_region()", ("tension", "period", "source", "published_date")),
    ("region_settings", "on_region()", ("settings", "number")),
)  # fmt: skip
"""Tables, what notes their changes, and the columns that bear on a plan."""


def upgrade() -> None:
    """Make the table, and let every change be noted in its own transaction."""
    for statement in STATEMENTS.split("\n;\n"):
        op.execute(statement)
    for table, function, columns in NOTED:
        name = f"noted_{table}_{function.partition('(')[0]}"
        old, new = (", ".join(f"{row}.{column}" for column in columns) for row in ("old", "new"))
        op.execute(f"create trigger {name} after insert or delete on {table} for each row execute function {function}")
        op.execute(
            f"create trigger {name}_changed after update on {table} for each row"
            f" when (({old}) is distinct from ({new})) execute function {function}"
        )
