"""Proposals and placements."""

from services.notifications import calling
from services.notifications.handlers import handlers
from services.notifications.handlers.passing import pass_on
from services.notifications.store import SurroundingsStore
from shared.events.intake import (
    PlacementCancelled,
    PlacementChanged,
    PlacementEnded,
    PlacementFacts,
    PlacementRefused,
    PlacementStarted,
)
from shared.events.matching import MatchAccepted, MatchDeclined, MatchExpired, MatchProposed
from shared.messaging import Kind
from shared.unit_of_work import MessageWork


@handlers.on(MatchProposed, Kind.FACT)
async def tell_of_a_proposal(event: MatchProposed, work: MessageWork) -> None:
    """The student's coordinator decides, the offering school is informed."""
    await pass_on(event, work)


@handlers.on(MatchAccepted, Kind.FACT)
async def tell_of_an_acceptance(event: MatchAccepted, work: MessageWork) -> None:
    """The student needs no help any more."""
    await _settle(event, work)


@handlers.on(MatchDeclined, Kind.FACT)
async def tell_of_a_refusal(event: MatchDeclined, work: MessageWork) -> None:
    """The seat is free for somebody else."""
    await pass_on(event, work)


@handlers.on(MatchExpired, Kind.FACT)
async def tell_of_an_expiry(event: MatchExpired, work: MessageWork) -> None:
    """Nobody answered in time."""
    await pass_on(event, work)


@handlers.on(PlacementStarted, Kind.FACT)
async def tell_of_a_placement(event: PlacementStarted, work: MessageWork) -> None:
    """Placements by hand end a search as well."""
    await _settle(event, work)


@handlers.on(PlacementChanged, Kind.STATE, group="placement")
async def tell_of_a_change(event: PlacementChanged, work: MessageWork) -> None:
    """The seat is taken until another day, or on other days."""
    await pass_on(event, work)


@handlers.on(PlacementCancelled, Kind.FACT)
async def tell_of_a_cancellation(event: PlacementCancelled, work: MessageWork) -> None:
    """Nobody comes: the seat is free."""
    await pass_on(event, work)


@handlers.on(PlacementEnded, Kind.FACT)
async def tell_of_an_end(event: PlacementEnded, work: MessageWork) -> None:
    """The seat is free again."""
    await pass_on(event, work)


@handlers.on(PlacementRefused, Kind.FACT)
async def tell_of_a_refused_placement(event: PlacementRefused, work: MessageWork) -> None:
    """An accepted proposal came to nothing; matching goes on searching."""
    await pass_on(event, work)


async def _settle(event: MatchAccepted | PlacementFacts, work: MessageWork) -> None:
    await SurroundingsStore(work.session).settle(event.student_id, work.envelope.time)
    await calling.leave(work, event.student_id)
    await pass_on(event, work)
