"""Questionnaires with what was answered; initiatives and meetings with what came of them."""

from alembic import op

revision = "0018_opinions"
down_revision = "0016_links"

ROUNDS = """
create table questionnaire_rounds (
    id uuid primary key,
    version bigint not null default 0,
    questionnaire text not null,
    questionnaire_version smallint not null,
    audience text not null,
    regions text[] not null,
    state text not null,
    opened_by text not null,
    facts jsonb not null,
    opened_at timestamptz not null default clock_timestamp()
)
;
create table questionnaire_responses (
    id uuid primary key,
    version bigint not null default 0,
    round_id uuid not null references questionnaire_rounds (id),
    school_id uuid references schools (id),
    employer_id uuid references employers (id),
    region text not null,
    school_kind text,
    author text,
    finished boolean not null,
    text_shared boolean not null,
    given jsonb not null,
    recorded_at timestamptz not null default clock_timestamp()
)
;
create unique index questionnaire_responses_school on questionnaire_responses (round_id, school_id)
    where employer_id is null
;
create unique index questionnaire_responses_employer on questionnaire_responses (round_id, employer_id)
    where employer_id is not null
;
select protect_by_school('questionnaire_responses', 'school_id')
;
-- open answers that the school lets who looks after its region read; which region, the API asks
create policy shared_text on questionnaire_responses for select using (
    text_shared and acting() in ('region', 'operator'))
"""

# shared by the schools of a region (G13); what is private to a school is an employer in them, which the API leaves out
INITIATIVES = """
create table initiatives (
    id uuid primary key,
    version bigint not null default 0,
    region text not null,
    school_id uuid references schools (id),
    author text not null,
    state text not null,
    facts jsonb not null,
    ending jsonb,
    recorded_at timestamptz not null default clock_timestamp()
)
;
create index initiatives_region on initiatives (region, id)
;
create table initiative_employers (
    initiative_id uuid not null references initiatives (id),
    employer_id uuid not null references employers (id),
    since_date date not null,
    primary key (initiative_id, employer_id)
)
;
create index initiative_employers_employer on initiative_employers (employer_id)
;
create table meetings (
    id uuid primary key,
    region text not null,
    school_id uuid references schools (id),
    initiative_id uuid references initiatives (id),
    author text not null,
    on_date date not null,
    facts jsonb not null,
    recorded_at timestamptz not null default clock_timestamp()
)
;
create index meetings_region on meetings (region, id)
;
create table meeting_invitees (
    id uuid primary key,
    meeting_id uuid not null references meetings (id),
    school_id uuid references schools (id),
    employer_id uuid references employers (id),
    invite jsonb not null,
    state text not null,
    attended boolean
)
;
create index meeting_invitees_meeting on meeting_invitees (meeting_id, id)
;
create index meeting_invitees_school on meeting_invitees (school_id)
;
create index meeting_invitees_employer on meeting_invitees (employer_id)
;
create table meeting_tasks (
    id uuid primary key,
    meeting_id uuid not null references meetings (id),
    school_id uuid not null references schools (id),
    employer_id uuid references employers (id),
    region text not null,
    author text not null,
    due_date date not null,
    done_date date,
    action text not null,
    recorded_at timestamptz not null default clock_timestamp()
)
;
create index meeting_tasks_school on meeting_tasks (school_id, due_date)
;
create index meeting_tasks_employer on meeting_tasks (employer_id)
"""


def upgrade() -> None:
    """Make the tables."""
    for part in (ROUNDS, INITIATIVES):
        for statement in part.split("\n;\n"):
            op.execute(statement)
