"""Subscriptions and deliveries, calls for help, mail and the live stream."""

from alembic import op

revision = "n0001"
down_revision = None

STATEMENTS = """
create table schools (id uuid primary key, brin text not null, region text not null);
create index schools_brin on schools (brin);

create table whereabouts (
    id uuid primary key,
    kind text not null,
    region text,
    municipality text,
    school_id uuid,
    private_to uuid,
    settled_at timestamptz
);

create table subscriptions (
    id uuid primary key,
    version bigint not null default 0,
    owner text not null,
    kind text not null,
    regions text[] not null,
    municipalities text[] not null,
    sink text,
    types text[] not null,
    filters jsonb not null,
    state text not null check (state in ('unverified', 'active', 'paused', 'failing', 'retired')),
    reason text,
    secrets jsonb not null,
    pseudonym_key bytea not null,
    verified boolean not null,
    rate int,
    created_at timestamptz not null,
    handshakes int not null default 0,
    handshake_at timestamptz,
    rest_until timestamptz
);
create index subscriptions_owner on subscriptions (owner, id);
create index subscriptions_kind on subscriptions (kind) where state <> 'retired';
create index subscriptions_handshake on subscriptions (handshake_at) where handshake_at is not null;

create table deliveries (
    id uuid primary key,
    subscription_id uuid not null references subscriptions on delete cascade,
    event_key text not null,
    event_id uuid not null,
    type text not null,
    message text not null,
    state text not null check (state in ('waiting', 'delivered', 'failed', 'kept')),
    tries int not null default 0,
    next_at timestamptz,
    leased_until timestamptz,
    position bigint,
    created_at timestamptz not null,
    unique (subscription_id, event_key)
);
create index deliveries_due on deliveries (subscription_id, next_at) where state = 'waiting';
create index deliveries_leased on deliveries (subscription_id) where leased_until is not null;
create index deliveries_unnumbered on deliveries (id) where position is null;
create index deliveries_feed on deliveries (subscription_id, position);
create index deliveries_age on deliveries (created_at);

create table attempts (
    delivery_id uuid not null references deliveries on delete cascade,
    number int not null,
    begun_at timestamptz not null,
    ended_at timestamptz,
    status int,
    answer text,
    error text,
    primary key (delivery_id, number)
);

create table calls (
    id uuid primary key,
    version bigint not null default 0,
    region text not null,
    sector text,
    placement_kind text,
    since_date date not null,
    searching int not null,
    state text not null check (state in ('open', 'closed')),
    asked jsonb not null,
    answered boolean not null,
    round int not null,
    next_ask_at timestamptz
);
create unique index calls_open on calls (region, sector, placement_kind) nulls not distinct where state = 'open';
create index calls_due on calls (next_ask_at) where next_ask_at is not null;
create index calls_region on calls (region, id);

create table call_students (
    student_id uuid primary key,
    call_id uuid not null references calls on delete cascade,
    school_id uuid not null
);
create index call_students_call on call_students (call_id);

create table answers (
    id uuid primary key,
    call_id uuid not null references calls on delete cascade,
    owner text not null,
    kind text not null,
    outcome text not null check (outcome in ('answered', 'declined')),
    fingerprint text not null,
    employer jsonb,
    reason text,
    at timestamptz not null,
    unique (call_id, owner, fingerprint)
);

create table region_settings (region text primary key, kinds text[] not null, patience_seconds int not null);

create table recipients (subject text primary key, email text not null, schools text[] not null, mail text not null);
create index recipients_schools on recipients using gin (schools);

create table mails (
    id uuid primary key,
    recipient text not null references recipients on delete cascade,
    event_key text not null,
    template text not null,
    path text not null,
    facts jsonb not null,
    state text not null check (state in ('waiting', 'sent', 'failed')),
    tries int not null default 0,
    next_at timestamptz,
    error text,
    created_at timestamptz not null,
    unique (recipient, event_key, template)
);
create index mails_due on mails (next_at) where state = 'waiting';
create index mails_age on mails (created_at);

create table stream (
    id bigint generated always as identity primary key,
    event_key text not null unique,
    type text not null,
    time timestamptz not null,
    views jsonb not null,
    position bigint,
    created_at timestamptz not null
);
create index stream_unnumbered on stream (id) where position is null;
create index stream_position on stream (position);
create index stream_age on stream (created_at);

create table heads (name text primary key, position bigint not null);
insert into heads (name, position) values ('deliveries', 0), ('stream', 0)
"""


def upgrade() -> None:
    """Make the first tables."""
    for statement in STATEMENTS.split(";\n"):
        op.execute(statement)
