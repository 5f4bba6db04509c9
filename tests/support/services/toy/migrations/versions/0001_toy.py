from alembic import op

revision = "toy1"
down_revision = None


def upgrade() -> None:
    op.execute("create table things (id uuid primary key, version bigint not null default 0)")
    op.execute("create table notes (id uuid not null, note text not null)")
    op.execute("create table weather (fair boolean not null)")
    op.execute("insert into weather values (true)")
