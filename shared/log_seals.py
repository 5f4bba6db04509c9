"""Whether the log is what was published: each moved batch is sealed with a digest that continues the one before.

A row that was changed, added or taken away shows, and where; one from which a person was erased is told apart. A log
that was rewritten together with all its seals shows by the digests that upkeep writes to the log of the service daily.
"""

from typing import Any

from pydantic import ConfigDict
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.api import Resource

_SEALS = text("""
with wanted as (
    select position, digest from event_log_seal
    where position >= coalesce((select max(position) from event_log_seal where position <= :after),
                               (select min(position) from event_log_seal))
    order by position limit :seals + 1
), seals as (
    select position, digest, lag(position) over pairs as before, lag(digest) over pairs as previous
    from wanted window pairs as (order by position)
)
select seals.position, seals.before, rows.number, rows.changed, rows.erased, rows.digest = seals.digest as fits
from seals, lateral (
    select count(*) as number,
           min(position) filter (where not person_erased and digest is distinct from sha256(convert_to(
               concat_ws(' ', event_id, type, routing_key, subject, version, message), 'UTF8'))) as changed,
           count(*) filter (where person_erased) as erased,
           sha256(seals.previous || coalesce(string_agg(digest, ''::bytea order by position), ''::bytea)) as digest
    from event_log where position > seals.before and position <= seals.position
) rows
where seals.before is not null order by seals.position
""")
_GAP = text("""
select coalesce(min(expected), :before + 1) from generate_series(:before + 1, :position) expected
where (select count(*) from event_log where event_log.position = expected) <> 1
""")
_END = text("""
select log_head.position, log_head.forgotten,
       log_head.position = seal.position and log_head.digest = seal.digest as fits,
       seal.position as sealed,
       (select min(position) from event_log where position > log_head.position) as beyond
from log_head left join lateral (select * from event_log_seal order by position desc limit 1) seal on true
""")


class Verification(Resource):
    """How far the log was looked through, and the first place that does not fit, if any."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"checkedTo": 1200, "end": 1200, "beginsAfter": 0, "erased": 3, "problem": None}]
        }
    )

    checked_to: int
    """Everything up to this position fits; go on after it."""
    end: int
    begins_after: int
    problem: str | None
    erased: int = 0
    """Events looked at from which a person was erased: they keep the digest under which they were sealed."""


async def verify(session: AsyncSession, after: int, seals: int) -> Verification:
    """Look through the log after a position, as far as so many seals reach."""
    checked, erased = max(after, 0), 0
    end = (await session.execute(_END)).one()
    for seal in await session.execute(_SEALS, {"after": after, "seals": seals}):
        if problem := await _problem(session, seal):
            return Verification(checked_to=checked, end=end.position, begins_after=end.forgotten, problem=problem)
        checked, erased = seal.position, erased + seal.erased
    problem = None
    if checked >= (end.sealed or 0):
        problem = _problem_at_the_end(end)
    return Verification(
        checked_to=checked, end=end.position, begins_after=end.forgotten, problem=problem, erased=erased
    )


async def _problem(session: AsyncSession, seal: Row[Any]) -> str | None:
    if seal.number != seal.position - seal.before:
        values = {"before": seal.before, "position": seal.position}
        place = (await session.execute(_GAP, values)).scalar_one()
        return f"position {place} is missing, or there twice"
    if seal.changed is not None:
        return f"position {seal.changed} is not what was published"
    if not seal.fits:
        return f"positions {seal.before + 1} to {seal.position} are not what was sealed"
    return None


def _problem_at_the_end(end: Row[Any]) -> str | None:
    if end.beyond is not None:
        return f"position {end.beyond} was never published: the log ends at {end.position}"
    if not end.fits:
        return f"the log was published up to position {end.position}, its seals end at {end.sealed}"
    return None
