"""Every effect counted in the test's databases, whether or not a unique key then swallows it.

A trigger before each insert notes the row's key in a table without any: a second application of one fact shows there,
found by the checker and not prevented by the constraint.
"""

import asyncpg

from tests.faults.servers import PrivateServers

WATCHED = {
    "analytics": {
        "schools": "id version",
        "employers": "id version",
        "offers": "id version",
        "offers_withdrawn": "id",
        "students_ready": "student_id version",
        "students_withdrawn": "student_id version",
        "students_unmatched": "student_id version",
        "proposals": "proposal_id",
        "proposals_accepted": "proposal_id",
        "proposals_declined": "proposal_id",
        "proposals_expired": "proposal_id",
        "placements_started": "placement_id",
        "placements_cancelled": "placement_id",
        "placements_ended": "placement_id",
        "placements_refused": "placement_id",
        "contacts": "contact_id",
    },
    "notifications": {
        "stream": "event_key",
        "deliveries": "subscription_id event_key",
        "mails": "recipient event_key template",
    },
}
"""Tables that only handlers write, each with what makes a row one effect; intake and matching write in calls, too."""

UNIQUE_KEYS_OFF = {"intake": ("alter table placements drop constraint placements_proposal_id_key",)}
"""The register's own constraint would hide a seat given out twice."""

_FUNCTION = """
create table effects (place text not null, key text not null);
create function note_effect() returns trigger language plpgsql security definer as $$
declare
    row jsonb := to_jsonb(new); found text := ''; name text;
begin
    foreach name in array string_to_array(tg_argv[0], ' ') loop
        found := found || ' ' || coalesce(row ->> name, '');
    end loop;
    insert into effects (place, key) values (tg_table_name, found);
    return new;
end $$
"""
_TRIGGER = "create trigger note_effect before insert on {} for each row execute function note_effect('{}')"


async def watch_effects(servers: PrivateServers, database: str, service: str) -> None:
    """Put the triggers into a fresh database."""
    connection = await asyncpg.connect(servers.postgres_url.rpartition("/")[0] + f"/{database}")
    try:
        await connection.execute(_FUNCTION)
        for table, key in WATCHED.get(service, {}).items():
            await connection.execute(_TRIGGER.format(table, key))
        for statement in UNIQUE_KEYS_OFF.get(service, ()):
            await connection.execute(statement)
    finally:
        await connection.close()
