"""Coarse codes of students, fetched and not told in events, and whose are wanted: all that searched before, too."""

from alembic import op

revision = "0010_needs"
down_revision = "0009_verified_and_taken"

TABLES = """
create table student_needs (
    student_id uuid,
    version bigint,
    outflow_profile text,
    guidance_need text,
    distance text,
    work text,
    primary key (student_id, version)
);
create table needs_wanted (student_id uuid, version bigint, primary key (student_id, version));
create function want_needs() returns trigger language plpgsql as $$
begin
    insert into needs_wanted select student_id, version from searches s
    where not exists (select from student_needs n where n.student_id = s.student_id and n.version = s.version)
    on conflict do nothing;
    return null;
end
$$;
create trigger wants_needs after insert on students_ready referencing new table as searches
    for each statement execute function want_needs();
create trigger moves_position after insert or update or delete or truncate on student_needs
    for each statement execute function projections_move();
insert into needs_wanted select student_id, version from students_ready
"""


def upgrade() -> None:
    """One table of what is known, one of what is to be asked."""
    head, function, tail = TABLES.partition("create function want_needs")
    body, end, rest = tail.partition("$$;\n")
    for statement in (*head.split(";\n")[:-1], function + body + end.removesuffix(";\n"), *rest.split(";\n")):
        op.execute(statement)
