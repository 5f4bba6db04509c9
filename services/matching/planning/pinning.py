"""A coordinator holds a student to an offer, or keeps the two apart: what stands against it is let go at once."""

from dataclasses import replace
from uuid import UUID

from services.matching.domain import rules
from services.matching.domain.held import without
from services.matching.domain.model import Opening, PinKind, Search
from services.matching.domain.pairs import Pair
from services.matching.planning.closing import recheck
from services.matching.planning.settling import settle
from services.matching.store.openings import OpeningStore
from services.matching.store.pins import KeptPin, PinStore
from services.matching.store.proposals import ProposalStore
from services.matching.store.rows import today
from shared.errors import NotFound, Refused
from shared.unit_of_work import UnitOfWork


class StudentIsPinned(Refused):
    """De leerling is al op een andere plek vastgezet: haal dat er eerst af. (The student is pinned elsewhere.)"""

    slug = "student-is-pinned"


class PinIsNotPossible(Refused):
    """Deze leerling kan daar niet heen. {why} (A rule stands in the way.)"""

    slug = "pin-is-not-possible"


class NoSeatToPin(Refused):
    """Alle plekken van dit aanbod worden al voor leerlingen vastgehouden. (All seats are pinned.)"""

    slug = "no-seat-to-pin"


async def pin(work: UnitOfWork, search: Search, decided: KeptPin) -> None:
    """Decide about a student and an offer; their regions are locked.

    Raises `NotFound` for an offer that is not there for the school, and what is refused above for a pin that cannot be.
    """
    pair = await pair_of(work, search, decided.offer_id)
    if decided.kind is PinKind.PIN:
        _require_possible(pair)
    await PinStore(work.session).save(decided)
    freed = await recheck(work, REASONS[decided.kind], students=[search.student_id])
    await settle(work, students={search.student_id}, offers=freed.offers)


REASONS = {PinKind.PIN: "pinned-elsewhere", PinKind.FORBID: "forbidden"}
"""With which an open proposal is taken back that does not go with what was decided."""


async def unpin(work: UnitOfWork, decided: KeptPin) -> None:
    """It holds no longer: the student and the seat are looked at again; their regions are locked."""
    await PinStore(work.session).delete(decided.id)
    await settle(work, students=[decided.student_id], offers=[decided.offer_id])


async def pair_of(work: UnitOfWork, search: Search, offer_id: UUID) -> Pair:
    """The student beside an open offer, with a seat that is proposed to the student as free.

    Raises `NotFound` for an offer that is not open, or hidden from the school.
    """
    openings = await OpeningStore(work.session).by_ids([offer_id])
    if not openings:
        raise NotFound("offer")
    opening: Opening = openings[0]
    for proposal in await ProposalStore(work.session).holding(students=[search.student_id]):
        if proposal.offer_id == offer_id:
            opening = without(opening, proposal)
    pair = Pair(search, opening, await today(work.session))
    if rules.is_hidden(pair):
        raise NotFound("offer")
    return pair


def _require_possible(pair: Pair) -> None:
    held = pair.search.pinned_to(pair.today)
    offer = pair.opening.offer.offer_id
    if held not in {None, offer}:
        raise StudentIsPinned
    fresh = Pair(replace(pair.search, pins={}, refusals={}), pair.opening, pair.today)
    broken = [obstacle.text for obstacle in rules.obstacles(fresh) if obstacle.rule not in rules.ABOUT_SEATS]
    if broken:
        raise PinIsNotPossible(why=" ".join(broken))
    others = [
        one for one, until in pair.opening.pinned.items() if one != pair.search.student_id and until >= pair.today
    ]
    if len(others) >= pair.seats_of_school:
        raise NoSeatToPin
