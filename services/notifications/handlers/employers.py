"""Schools, employers and their offers."""

from services.notifications.domain.surroundings import Whereabouts
from services.notifications.handlers import handlers
from services.notifications.handlers.passing import pass_on
from services.notifications.store import SurroundingsStore
from shared.events.intake import (
    ContactLogged,
    EmployerOffered,
    EmployerPaused,
    EmployerRegistered,
    EmployerResumed,
    EmployersMerged,
    EmployerSuggested,
    OfferChanged,
    OfferExpired,
    OfferExpiring,
    OfferFacts,
    OfferWithdrawn,
    SchoolRegistered,
    SectorClosed,
    SectorReopened,
)
from shared.events.matching import OfferUnfilled, RegionPlanned
from shared.messaging import Kind
from shared.unit_of_work import MessageWork


@handlers.on(SchoolRegistered, Kind.STATE)
async def know_a_school(event: SchoolRegistered, work: MessageWork) -> None:
    """Tokens name schools by BRIN, events by id."""
    await SurroundingsStore(work.session).note_school(event.school_id, event.brin, event.region)
    await pass_on(event, work)


@handlers.on(EmployerRegistered, Kind.STATE)
async def know_an_employer(event: EmployerRegistered, work: MessageWork) -> None:
    """Later events name an employer by id only."""
    await SurroundingsStore(work.session).note(
        Whereabouts(
            event.employer_id, "employer", event.region, event.municipality, event.brought_in_by, event.private_to
        )
    )
    await pass_on(event, work)


@handlers.on(EmployersMerged, Kind.FACT)
async def tell_of_a_merge(event: EmployersMerged, work: MessageWork) -> None:
    """What is on a screen under the merged id stands under the other from now on; its whereabouts stay."""
    await pass_on(event, work)


@handlers.on(EmployerPaused, Kind.STATE, group="pause")
async def tell_of_a_pause(event: EmployerPaused, work: MessageWork) -> None:
    """Nobody should call an employer that takes nobody."""
    await pass_on(event, work)


@handlers.on(EmployerResumed, Kind.STATE, group="pause")
async def tell_of_a_resumption(event: EmployerResumed, work: MessageWork) -> None:
    """It takes students again."""
    await pass_on(event, work)


@handlers.on(SectorClosed, Kind.STATE, group="closure")
async def tell_of_a_closure(event: SectorClosed, work: MessageWork) -> None:
    """Schools decide about the placements that run there (M9)."""
    await pass_on(event, work)


@handlers.on(SectorReopened, Kind.STATE, group="closure")
async def tell_of_a_reopening(event: SectorReopened, work: MessageWork) -> None:
    """Employers there can be called again."""
    await pass_on(event, work)


@handlers.on(EmployerOffered, Kind.STATE, group="offer")
async def tell_of_an_offer(event: EmployerOffered, work: MessageWork) -> None:
    """Vacancies went round by telephone before (G8)."""
    await _know_an_offer(event, work)


@handlers.on(OfferChanged, Kind.STATE, group="offer")
async def tell_of_a_changed_offer(event: OfferChanged, work: MessageWork) -> None:
    """It may be private no more, or be elsewhere."""
    await _know_an_offer(event, work)


async def _know_an_offer(event: OfferFacts, work: MessageWork) -> None:
    await SurroundingsStore(work.session).note(
        Whereabouts(event.offer_id, "offer", event.region, event.municipality, event.brought_in_by, event.private_to)
    )
    await pass_on(event, work)


@handlers.on(OfferWithdrawn, Kind.STATE, group="offer")
async def tell_of_a_withdrawal(event: OfferWithdrawn, work: MessageWork) -> None:
    """Its whereabouts stay: placements on it still end."""
    await pass_on(event, work)


@handlers.on(OfferExpiring, Kind.FACT)
async def tell_of_an_offer_that_lapses_soon(event: OfferExpiring, work: MessageWork) -> None:
    """Somebody should ask the employer whether it still holds."""
    await pass_on(event, work)


@handlers.on(OfferExpired, Kind.FACT)
async def tell_of_a_lapsed_offer(event: OfferExpired, work: MessageWork) -> None:
    """It rests until it is renewed."""
    await pass_on(event, work)


@handlers.on(RegionPlanned, Kind.FACT)
async def tell_of_a_plan(event: RegionPlanned, work: MessageWork) -> None:
    """A draft is there to be looked at by who looks after the region."""
    await pass_on(event, work)


@handlers.on(OfferUnfilled, Kind.FACT)
async def tell_of_an_unfilled_offer(event: OfferUnfilled, work: MessageWork) -> None:
    """An employer that waits for students in vain is told so, not forgotten (F20)."""
    await pass_on(event, work)


@handlers.on(ContactLogged, Kind.FACT)
async def tell_of_a_contact(event: ContactLogged, work: MessageWork) -> None:
    """Nobody should call an employer twice (F7)."""
    await pass_on(event, work)


@handlers.on(EmployerSuggested, Kind.FACT)
async def tell_of_a_tip(event: EmployerSuggested, work: MessageWork) -> None:
    """An intermediary knows an employer worth a call (H1)."""
    await pass_on(event, work)
