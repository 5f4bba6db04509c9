"""Every event that is counted leads to rows; which ones, `domain.projections` says."""

from services.analytics.domain.projections import COUNTED, rows_of
from services.analytics.store import ProjectionStore
from shared.erasing import note_erasure
from shared.events import Event
from shared.events.intake import PersonErased
from shared.messaging import Handlers, Kind
from shared.unit_of_work import MessageWork

handlers = Handlers("analytics", rebuildable=True)


async def count(event: Event, work: MessageWork) -> None:
    """Keep what an event tells."""
    await ProjectionStore(work.session).keep(rows_of(event, work.envelope.time))


for counted, state in COUNTED.items():
    handlers.on(counted, Kind.STATE if state else Kind.FACT, group=state)(count)


@handlers.on(PersonErased, Kind.FACT)
async def forget_a_person(event: PersonErased, work: MessageWork) -> None:
    """Somebody is to be known nowhere any more."""
    await note_erasure(work, event.person_id, event.kind, event.erased_at)
