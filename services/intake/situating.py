"""From an address to where it lies: by the postcode table or the geocoder's answers, else roughly and offline."""

from services.intake.domain.addresses import Address, Situation
from services.intake.geocoding import Found
from services.intake.resources import Resources
from services.intake.store.places import Place, PlaceStore
from shared.unit_of_work import UnitOfWork


async def situate(work: UnitOfWork, address: Address, pointer: str = "/address", *, home: bool = False) -> Situation:
    """What follows from an address. No write ever waits for the geocoder: what is known roughly is refined later.

    Of somebody's home only the postcode counts. What the caller gives (municipality, coordinates) counts most.
    Raises `Invalid` that says which field would help.
    """
    resources: Resources = work.resources
    found = await PlaceStore(work.session).known(Place.of(address, home=home))
    return resources.geography.situate(completed(address, found, resources), pointer)


def completed(address: Address, found: Found | None, resources: Resources) -> Address:
    """An address with what is known of it beside what it says itself."""
    if found is None:
        return address
    new: dict[str, object] = {}
    if address.latitude is None and address.longitude is None:
        new |= {"latitude": found.latitude, "longitude": found.longitude}
    if address.municipality is None and resources.geography.knows(found.municipality):
        new |= {"municipality": found.municipality}
    return address.model_copy(update=new)
