"""Guidance during a placement and afterwards: all of it the own school's, but for support, which is the region's."""

from alembic import op

revision = "0015_guidance"
down_revision = "0014_agreements"

OF_A_PLACEMENT = """
    id uuid primary key,
    placement_id uuid not null references placements (id),
    student_id uuid not null references students (id),
    school_id uuid not null references schools (id)"""

OF_A_STUDENT = """
    id uuid primary key,
    student_id uuid not null references students (id),
    school_id uuid not null references schools (id)"""

RECORDED = "recorded_at timestamptz not null default clock_timestamp()"

PLACEMENTS = f"""
create table visit_rhythms ({OF_A_PLACEMENT},
    version bigint not null default 0,
    every_weeks smallint not null,
    due_date date,
    told_date date,
    constraint visit_rhythms_placement unique (placement_id)
)
;
create index visit_rhythms_due on visit_rhythms (school_id, due_date)
;
create index visit_rhythms_student on visit_rhythms (student_id)
;
create table visits ({OF_A_PLACEMENT},
    author text not null,
    visit_date date not null,
    said jsonb not null,
    {RECORDED}
)
;
create index visits_placement on visits (placement_id, id)
;
create index visits_student on visits (student_id)
;
create table bottlenecks ({OF_A_PLACEMENT},
    version bigint not null default 0,
    region text not null,
    author text not null,
    facts jsonb not null,
    led_to_end boolean not null default false,
    {RECORDED}
)
;
create index bottlenecks_placement on bottlenecks (placement_id, id)
;
create index bottlenecks_student on bottlenecks (student_id)
;
create table evaluations ({OF_A_PLACEMENT},
    party text not null,
    author text not null,
    given_date date not null,
    said jsonb not null,
    constraint evaluations_once unique (placement_id, party)
)
;
create index evaluations_student on evaluations (student_id)
"""

EMPLOYERS = f"""
create table support (
    id uuid primary key,
    version bigint not null default 0,
    employer_id uuid not null references employers (id),
    school_id uuid references schools (id),
    region text not null,
    kind text not null,
    asked_by text not null,
    state text not null,
    steps jsonb not null
)
;
create index support_region on support (region, id)
;
create index support_employer on support (employer_id, id)
;
create table adaptation_questions (
    id uuid primary key,
    offer_id uuid not null references offers (id),
    employer_id uuid not null references employers (id),
    school_id uuid not null references schools (id),
    author text not null,
    asked jsonb not null,
    answer jsonb,
    answered_date date,
    {RECORDED}
)
;
create index adaptation_questions_offer on adaptation_questions (offer_id, id)
;
create index adaptation_questions_school on adaptation_questions (school_id, id)
"""

LEAVERS = f"""
create table handovers ({OF_A_STUDENT},
    municipality text not null,
    ground_id uuid not null,
    legal_ground text not null,
    parts text[] not null,
    author text not null,
    {RECORDED}
)
;
create index handovers_student on handovers (student_id, id)
;
create index handovers_municipality on handovers (municipality, id)
;
create table handover_fetches ({OF_A_STUDENT},
    handover_id uuid not null,
    oin text,
    subject text not null,
    fetched_at timestamptz not null default clock_timestamp()
)
;
create index handover_fetches_handover on handover_fetches (handover_id, id)
;
create index handover_fetches_student on handover_fetches (student_id)
;
create table follow_ups ({OF_A_STUDENT},
    version bigint not null default 0,
    region text not null,
    months smallint not null,
    left_date date not null,
    due_date date not null,
    said jsonb,
    author text,
    constraint follow_ups_once unique (student_id, months)
)
;
create index follow_ups_due on follow_ups (school_id, due_date)
"""

OWN = (
    "visit_rhythms",
    "visits",
    "bottlenecks",
    "evaluations",
    "handovers",
    "handover_fetches",
    "follow_ups",
    "adaptation_questions",
)

LENT = ("visit_rhythms", "visits", "bottlenecks", "evaluations", "follow_ups")
"""What who acts for some students of another school records of them; handing them over is their school's."""

FOLLOW_UPS = """
-- who gets a place after all is followed no more, also when a proposal that was accepted brings it
create policy register_forgets on follow_ups for delete using (acting() = 'register')
"""


def upgrade() -> None:
    """Make the tables, protected."""
    for part in (PLACEMENTS, EMPLOYERS, LEAVERS):
        for statement in part.split("\n;\n"):
            op.execute(statement)
    for table in OWN:
        op.execute(f"select protect_by_school('{table}', 'school_id')")
    for table in LENT:
        op.execute(f"create policy lent on {table} using (student_id = any (lent_ids('stagebrug.students')))")
    op.execute(FOLLOW_UPS)
