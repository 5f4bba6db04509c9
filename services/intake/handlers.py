"""What intake does on the events of others."""

from stdnum.nl import postcode

from services.intake.domain.tip import GiveTip, NamedEmployer, answering
from services.intake.placing import settle
from services.intake.store import ErasureStore
from services.intake.suggesting import take_tip
from shared.events.analytics import PersonForgottenByAnalytics
from shared.events.matching import MatchAccepted, PersonForgottenByMatching
from shared.events.notifications import HelpAnswered, PersonForgottenByNotifications
from shared.messaging import Handlers, Kind
from shared.unit_of_work import MessageWork

handlers = Handlers("intake")


@handlers.on(MatchAccepted, Kind.FACT)
async def place_or_refuse(event: MatchAccepted, work: MessageWork) -> None:
    """The register decides whether there is a seat."""
    await settle(work, event)


@handlers.on(HelpAnswered, Kind.FACT)
async def record_tip(event: HelpAnswered, work: MessageWork) -> None:
    """An intermediary answered a call for help; a postcode that cannot be is left out rather than the tip."""
    said = event.employer
    named = NamedEmployer(
        name=said.name,
        kvk_number=said.kvk_number,
        sector=said.sector,
        postcode=said.postcode if said.postcode and postcode.is_valid(said.postcode) else None,
        place=said.place or None,
        website=said.website,
    )
    given = GiveTip(employer=named, region=event.region, call_id=event.call_id)
    author = answering(event.answerer) if event.answerer else f"call {event.call_id}"
    await take_tip(work, event.answer_id, given, event.intermediary, author)


@handlers.on(PersonForgottenByMatching, Kind.FACT)
async def prove_of_matching(event: PersonForgottenByMatching, work: MessageWork) -> None:
    """Matching holds nothing of a person any more."""
    await ErasureStore(work.session).prove(event.person_id, "matching", event.row_count, event.message_count)


@handlers.on(PersonForgottenByNotifications, Kind.FACT)
async def prove_of_notifications(event: PersonForgottenByNotifications, work: MessageWork) -> None:
    """Notifications holds nothing of a person any more."""
    await ErasureStore(work.session).prove(event.person_id, "notifications", event.row_count, event.message_count)


@handlers.on(PersonForgottenByAnalytics, Kind.FACT)
async def prove_of_analytics(event: PersonForgottenByAnalytics, work: MessageWork) -> None:
    """Analytics holds nothing of a person any more."""
    await ErasureStore(work.session).prove(event.person_id, "analytics", event.row_count, event.message_count)
