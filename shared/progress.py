"""How far a service is: what it published and handled. All is quiet when everybody handled what others published."""

from collections.abc import Mapping

from fastapi import APIRouter, Request
from sqlalchemy import text

from shared.api import Resource
from shared.security import Role, requires
from shared.unit_of_work import Work

_COUNTS = text("""
select what, name, sum(number)::bigint as number from (
select 'published' as what, type as name, count(*) as number from event_log group by type
union all select 'waiting', '', count(*) from outbox
union all select 'handled', type, count(*) from inbox where status in ('done', 'discarded') group by type
union all select 'open', status, count(*) from inbox where status in ('retry', 'waiting', 'parked') group by status
union all select what, name, number from event_log_forgotten
) counted group by what, name
""")


class Progress(Resource):
    """Counts since the database was made, those of rows that are no longer kept included."""

    handles: list[str]
    """The types of events that the service has handlers for."""
    published: dict[str, int]
    waiting: int
    """Events that are committed and not yet confirmed by the broker."""
    handled: dict[str, int]
    open: dict[str, int]
    """Messages without a good end yet, by status."""


router = APIRouter(prefix="/v1", tags=["operators"], dependencies=[requires(Role.OPERATOR)])


@router.get("/progress")
async def get_progress(request: Request, work: Work) -> Progress:
    """What this service published and handled so far."""
    counts: dict[str, dict[str, int]] = {"published": {}, "waiting": {}, "handled": {}, "open": {}}
    for row in await work.session.execute(_COUNTS):
        counts[row.what][row.name] = row.number
    return Progress(
        handles=sorted(request.app.state.handles),
        published=counts["published"],
        waiting=counts["waiting"][""],
        handled=counts["handled"],
        open=counts["open"],
    )


def unfinished(progress: Mapping[str, Progress]) -> list[str]:
    """What is still under way between these services, as sentences; empty when all is quiet."""
    published = {name: number for each in progress.values() for name, number in each.published.items()}
    found = [f"{service} has {each.waiting} events to publish" for service, each in progress.items() if each.waiting]
    for service, each in progress.items():
        behind = sum(published[name] - each.handled.get(name, 0) for name in each.handles if name in published)
        if behind:
            stuck = ", ".join(f"{number} {status}" for status, number in each.open.items())
            found.append(f"{service} has {behind} events to handle" + (f" ({stuck})" if stuck else ""))
    return found
