"""Who was erased, and taking a person out of what was published and heard.

A message keeps its place and what others are counted by (those about erasing itself are left alone: they are the ledger
as events, to be heard again); the person's id becomes a stand-in that the id alone leads to
(every service makes the same one, so that figures still fit), and the place of residence goes. A row of the log that was
changed so says it, and keeps the digest under which it was sealed.
"""

from alembic import op

revision = "k0007"
down_revision = "k0006"

TABLES = """
create table erased (
    id uuid primary key,
    version bigint not null default 0,
    kind text not null,
    erased_at timestamptz not null,
    sweeps int not null default 0,
    sweep_at timestamptz default clock_timestamp(),
    row_count bigint not null default 0,
    message_count bigint not null default 0,
    done_at timestamptz
)
;
create index erased_sweep_at on erased (sweep_at) where sweep_at is not null
;
alter table event_log add column person_erased boolean not null default false
"""

WITHOUT = """
create function stand_in_of(p_person uuid) returns uuid language sql immutable as $$
    select overlay(overlay(encode(substr(sha256(convert_to('erased ' || p_person, 'UTF8')), 1, 16), 'hex')
                           placing '8' from 13) placing '8' from 17)::uuid
$$
;
create function without_person(p_text text, p_person uuid) returns text language sql immutable as $$
    select replace(p_text, p_person::text, stand_in_of(p_person)::text)
$$
;
create function message_without_person(p_message text, p_person uuid) returns text language sql immutable as $$
    select without_person(case when p_message::jsonb #> '{data,municipality}' is null then p_message
        else jsonb_set(p_message::jsonb, '{data,municipality}', 'null')::text end, p_person)
$$
"""

# ids are made in the order of time, so that the log is looked through from the person's first day on
ERASE = """
create function erase_from_messages(p_person uuid) returns bigint language plpgsql as $$
declare
    person text := p_person::text;
    bytes bytea := convert_to(p_person::text, 'UTF8');
    since uuid := coalesce(first_id_of(moment_of(p_person) - interval '1 day'), '00000000-0000-0000-0000-000000000000');
    logged bigint;
    heard bigint;
begin
    update event_log set person_erased = true, subject = without_person(subject, p_person),
        message = message_without_person(message, p_person)
    where event_id >= since and type not like '%.person-%'
      and (subject = person or position(person in message) > 0);
    get diagnostics logged = row_count;
    update inbox set status = 'discarded', note = 'erased', next_attempt_at = null
    where subject = person and status in ('retry', 'waiting', 'parked');
    update inbox set subject = without_person(subject, p_person), error = without_person(error, p_person),
        message = convert_to(message_without_person(convert_from(message, 'UTF8'), p_person), 'UTF8')
    where subject = person or position(bytes in message) > 0 or position(person in error) > 0;
    get diagnostics heard = row_count;
    update inbox_attempts set error = without_person(error, p_person) where position(person in error) > 0;
    update unreadable set body = 'erased', headers = '{}', error = without_person(error, p_person)
    where position(bytes in body) > 0;
    update operator_actions set before = null, after = null
    where position(bytes in before) > 0 or position(bytes in after) > 0;
    delete from subject_state where subject = person;
    update idempotency_keys set location = null where position(person in location) > 0;
    delete from timers where subject = person;
    update timers set payload = without_person(payload::text, p_person)::jsonb
    where position(person in payload::text) > 0;
    return logged + heard;
end $$
"""


def upgrade() -> None:
    """A ledger in every service, so that what one loses with its database the others still know."""
    for part in (TABLES, WITHOUT, ERASE):
        for statement in part.split("\n;\n"):
            op.execute(statement)
