"""Contact people of employers who were erased, by marks that lead to nobody."""

from alembic import op

revision = "0012_contact_people"
down_revision = "0011_reminders"

ERASED = """
create table erased_contacts (
    id uuid primary key,
    employer_id uuid not null references employers (id),
    reason text not null,
    role text not null,
    author text not null,
    row_count int not null,
    key bytea not null,
    marks text[] not null,
    erased_at timestamptz not null default clock_timestamp()
)
;
create index erased_contacts_employer on erased_contacts (employer_id, id)
;
-- no caller needs the marks: the register compares with them, and moves them when employers are merged
select let_keep('erased_contacts'), let_read('erased_contacts', 'register')
;
create policy register_moves on erased_contacts for update using (acting() = 'register')
"""


def upgrade() -> None:
    """Remember who is to stay forgotten."""
    for statement in ERASED.split("\n;\n"):
        op.execute(statement)
