"""Addresses that are known roughly become exact once the geocoder has answered, or a postcode table is loaded."""

import functools
from dataclasses import replace

from services.intake.domain.addresses import Address, Situation
from services.intake.geocoding import GeocoderAway
from services.intake.moving import MOVES
from services.intake.resources import Resources
from services.intake.situating import completed
from services.intake.store.places import Place, PlaceStore
from shared.errors import Invalid
from shared.events.codes import Point
from shared.unit_of_work import UnitOfWork

PLACES = "places"
"""Notified when more is known of where addresses lie."""

ASKED_AT_ONCE = 100
"""Addresses taken up at a time: finding them reads all that is known roughly, asking for them takes much longer."""

MOVED_AT_ONCE = 20
"""Things moved between two commits."""


async def ask(work: UnitOfWork) -> bool:
    """Ask the geocoder for some of what is known roughly; True while there is more to ask. No transaction waits."""
    geocoder = work.resources.geocoder
    if geocoder is None or geocoder.resting:
        return False
    async with work.apart() as claiming:
        places = await PlaceStore(claiming.session).claim(ASKED_AT_ONCE)
    for at, place in enumerate(places):
        try:
            found = await geocoder.find(place.postcode, place.house_number)
        except GeocoderAway:
            async with work.apart() as giving_back:
                await PlaceStore(giving_back.session).give_back(places[at:])
            return False
        async with work.apart() as answered:
            await PlaceStore(answered.session).keep(place, found, geocoder.source)
    return bool(places)


async def refine(work: UnitOfWork) -> bool:
    """Let what is known exactly by now count, and tell of it; True while there is more."""
    more = False
    if not await PlaceStore(work.session).any_known():
        return more
    for table, move in MOVES.items():
        where = functools.partial(_exactly, work, home=table == "students")
        for one in await PlaceStore(work.session).refinable(table, MOVED_AT_ONCE):
            await move(work, one, where)
            more = True
    return more


async def _exactly(work: UnitOfWork, address: Address | None, before: Situation, *, home: bool) -> Situation:
    resources: Resources = work.resources
    if address is None or (found := await PlaceStore(work.session).known(Place.of(address, home=home))) is None:
        return before
    try:
        return resources.geography.situate(completed(address, found, resources))
    except Invalid:  # a municipality that our table does not have (yet): the point is better than none
        return replace(before, location=Point(latitude=found.latitude, longitude=found.longitude))
