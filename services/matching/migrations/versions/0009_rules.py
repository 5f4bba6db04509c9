"""Versions of what regions decide; the labour market; what schools tell of employers; questions; lessons."""

from alembic import op

revision = "0009_rules"
down_revision = "0008_plans"

STATEMENTS = """
create table region_settings_versions (
    region text not null,
    number integer not null,
    settings jsonb not null,
    since timestamptz not null,
    primary key (region, number)
)
;
alter table region_settings add column number integer not null default 0
;
update region_settings set number = 1
;
insert into region_settings_versions (region, number, settings, since)
select region, number, settings, now() from region_settings
;
create table labour_market (
    region text not null,
    sector text not null,
    tension double precision not null,
    period text not null,
    source text not null,
    published_date date not null,
    primary key (region, sector)
)
;
create table told_of_employers (
    id uuid primary key,
    employer_id uuid not null,
    school_id uuid not null,
    codes text[] not null,
    told_date date not null
)
;
create index told_of_employers_employer on told_of_employers (employer_id)
;
alter table proposals add column left_out text[] not null default '{}'
;
create table lessons (
    student_id uuid not null,
    offer_id uuid not null,
    reason text not null,
    employer_id uuid not null,
    sector text not null,
    minutes integer not null,
    guidance text not null,
    primary key (student_id, offer_id)
)
"""


def upgrade() -> None:
    """Make the tables; what regions had decided before is the first version."""
    for statement in STATEMENTS.split("\n;\n"):
        op.execute(statement)
