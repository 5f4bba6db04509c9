"""Links for those without an account, and what their holders said."""

from alembic import op

revision = "0016_links"
down_revision = "0015_guidance"

STATEMENTS = """
create table links (
    id uuid primary key,
    version bigint not null default 0,
    school_id uuid not null references schools (id),
    purpose text not null,
    recipient text not null,
    offer_id uuid references offers (id),
    employer_id uuid references employers (id),
    placement_id uuid references placements (id),
    about_student_id uuid references students (id) on delete cascade,
    author text not null,
    token_hash bytea unique,
    email text,
    asks jsonb,
    expires_at timestamptz not null,
    letter_until timestamptz,
    answer_count integer not null default 0,
    revoked_at timestamptz,
    recorded_at timestamptz not null default clock_timestamp()
)
;
create index links_school on links (school_id, id)
;
create index links_student on links (about_student_id) where about_student_id is not null
;
create index links_employer on links (employer_id)
;
create index links_expires on links (expires_at)
;
create index links_letter on links (letter_until) where letter_until is not null
;
create table link_answers (
    id uuid primary key,
    link_id uuid not null references links (id) on delete cascade,
    school_id uuid not null references schools (id),
    code text not null,
    said jsonb not null,
    answered_at timestamptz not null default clock_timestamp()
)
;
create index link_answers_link on link_answers (link_id, id)
;
-- who holds a link is nobody's coordinator: the link is found by its hash, then works for its own school alone
select protect_by_school('links', 'school_id'), let_read('links', 'link')
;
select protect_by_school('link_answers', 'school_id')
"""


def upgrade() -> None:
    """Make the tables."""
    for statement in STATEMENTS.split("\n;\n"):
        op.execute(statement)
