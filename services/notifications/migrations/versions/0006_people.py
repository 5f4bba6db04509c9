"""People choose which mails come when; what no longer holds is left out; addresses that bounce get none."""

from alembic import op

revision = "n0006"
down_revision = "n0005"

STATEMENTS = (
    # two random UUIDs: 244 bits that nobody guesses, without an extension
    """
    alter table recipients
        add column id uuid not null default gen_random_uuid() unique,
        add column opt_out_key bytea not null
            default decode(replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex'),
        add column categories jsonb not null default '{}',
        add column quiet jsonb,
        add column bounced_at timestamptz,
        add column bounce text,
        add column wished_at timestamptz not null default clock_timestamp()
    """,
    "create index recipients_email on recipients (lower(email))",
    "alter table mails drop constraint mails_state_check",
    """
    alter table mails
        add check (state in ('waiting', 'gathered', 'sent', 'failed', 'void')),
        add column category text,
        add column rhythm text not null default 'at-once',
        add column matters text[] not null default '{}',
        add column due_at timestamptz,
        add column lapses boolean not null default false,
        add column digest uuid references mails on delete cascade
    """,
    "create index mails_matters on mails using gin (matters) where state in ('waiting', 'gathered')",
    "create index mails_gathered on mails (recipient, next_at) where state = 'gathered' and digest is null",
    "create index mails_digest on mails (digest) where digest is not null",
    # rows are only added, so that those who settle the same matters in another order never wait for each other
    "create table settled_matters (matter text not null, settled_at timestamptz not null)",
    "create index settled_matters_matter on settled_matters (matter, settled_at)",
    "create index settled_matters_age on settled_matters (settled_at)",
    """
    create table running_placements (
        id uuid primary key,
        student_id uuid not null,
        school_id uuid not null,
        begin_date date not null,
        end_date date,
        reminded_of date
    )
    """,
    "create index running_placements_student on running_placements (student_id)",
)


def upgrade() -> None:
    """Keep wishes, bounces, what letters are about, and which placements end when."""
    for statement in STATEMENTS:
        op.execute(statement)
