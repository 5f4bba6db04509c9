"""Tables in which what was written stays: who is not their owner neither changes nor takes away, a superuser included.

A table joins with `create trigger … before update or delete or truncate on accesses execute function only_the_owner()`;
what the trigger keeps to the owner is not granted to the service's role either (`shared.migrations`). Functions of the
owner do what has to be done.
"""

from alembic import op

revision = "k0008"
down_revision = "k0007"


def upgrade() -> None:
    """Make the function."""
    op.execute("""
    create function only_the_owner() returns trigger language plpgsql as $$
    begin
        if current_user <> (select pg_get_userbyid(relowner) from pg_class where oid = tg_relid) then
            raise insufficient_privilege using message = format('what was written in %I stays', tg_table_name);
        end if;
        return null;
    end $$
    """)
