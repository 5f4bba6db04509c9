"""Employers found by words, by what they have in common, and under the one that they were merged into."""

from alembic import op

revision = "0004_finding"
down_revision = "0003_employers"

COLUMNS = """
create extension if not exists pg_trgm;
alter table employers
    add column name_text text collate "C" default '' not null,
    add column marks text[] default '{}' not null,
    add column merged_into uuid references employers (id),
    add column changed_at timestamp with time zone default clock_timestamp() not null,
    add column latitude double precision generated always as ((location ->> 'latitude')::double precision) stored,
    add column longitude double precision generated always as ((location ->> 'longitude')::double precision) stored;
update employers set name_text = lower(facts ->> 'name'), changed_at = recorded_at, marks = array_remove(
    array['kvk:' || kvk_number, 'pc4:' || left(postcode, 4), 'pc6:' || postcode], null);
alter table employers add column words tsvector generated always as (
    setweight(to_tsvector('dutch', name_text) || to_tsvector('simple', name_text), 'A')
    || setweight(to_tsvector('dutch', search_text) || to_tsvector('simple', search_text), 'C')
) stored;
create index employers_words on employers using gin (words) with (fastupdate = off);
create index employers_marks on employers using gin (marks) with (fastupdate = off);
create index employers_name on employers (name_text, id);
create index employers_location on employers (latitude, longitude);
create index employers_merged_into on employers (merged_into) where merged_into is not null;
create table employer_words (word text collate "C" not null);
create index employer_words_word on employer_words (word);
create index employer_words_trigrams on employer_words using gin (word gin_trgm_ops);
create table employer_merges (
    merged_id uuid not null,
    kept_id uuid not null,
    reason text not null,
    merged_by text not null,
    facts jsonb not null,
    moved jsonb not null,
    merged_at timestamp with time zone default clock_timestamp() not null,
    primary key (merged_id),
    foreign key(merged_id) references employers (id),
    foreign key(kept_id) references employers (id)
);
create index employer_merges_kept on employer_merges (kept_id, merged_id);
"""

KEEP_WORDS = """
create function keep_employer_words() returns trigger language plpgsql as $$
begin
    insert into employer_words (word)
    select distinct said.word from regexp_split_to_table(new.name_text || ' ' || new.search_text, ' ') as said (word)
    where length(said.word) between 3 and 60
        and not exists (select from employer_words known where known.word = said.word);
    return null;
end $$
"""
"""Two at the same moment may both write a new word: it does no harm, and nobody waits for anybody."""

WORDS_LIKE = """
create function employer_words_like(typed text) returns setof text
language sql stable set pg_trgm.similarity_threshold = 0.25 as $$
    select word from employer_words where word % typed order by similarity(word, typed) desc limit 40
$$
"""

TRIGGER = """
create trigger employers_keep_words after insert or update of name_text, search_text on employers
for each row execute function keep_employer_words()
"""


def upgrade() -> None:
    """Make columns, indexes, the list of words that employers are searched by, and the history of merges."""
    for statement in COLUMNS.split(";\n"):
        if statement.strip():
            op.execute(statement)
    for statement in (KEEP_WORDS, WORDS_LIKE, TRIGGER, "update employers set name_text = name_text"):
        op.execute(statement)
