"""Employers and locations that stop: their offers are withdrawn, and others are told."""

from collections.abc import Iterable
from dataclasses import replace

from services.intake.days import today
from services.intake.domain.employer import Employer
from services.intake.domain.employer_stop import OPTED_OUT, StopEmployer
from services.intake.domain.location import Location
from services.intake.domain.merging import rest
from services.intake.domain.offer import Offer
from services.intake.renewing import withdraw
from services.intake.store import EmployerStore, LocationStore, MergeStore, OfferStore
from services.intake.store.acting import Capacity, acting_as
from shared.unit_of_work import UnitOfWork

EMPLOYER_STOPPED, LOCATION_CLOSED = "employer-stopped", "location-closed"
"""Reasons of withdrawing offers."""


async def stop(work: UnitOfWork, employer: Employer, said: StopEmployer) -> Employer:
    """A locked employer takes nobody any more; placements that run go on. Raises `EmployerHasStopped`."""
    stopped, event = employer.stop(said, today())
    await EmployerStore(work.session).save(stopped)
    if said.reason == OPTED_OUT:
        await _forget_people(work, employer)
    await _withdraw(work, await OfferStore(work.session).open_at(employer.id), EMPLOYER_STOPPED)
    return replace(stopped, version=(await work.announce(event)).version)


async def rest_along(work: UnitOfWork, kept: Employer, merged: Employer) -> Employer:
    """A merge, kept already, let an employer stop or pause: as if it had said so itself."""
    if merged.stopped:
        if merged.stopped.reason == OPTED_OUT:
            await _forget_people(work, merged)
        await _withdraw(work, await OfferStore(work.session).open_at(merged.id), EMPLOYER_STOPPED)
    event = rest(kept, merged)
    return replace(merged, version=(await work.announce(event)).version) if event else merged


async def close(work: UnitOfWork, location: Location) -> Location:
    """A location, with its employer locked, is no more; raises `LocationIsClosed`."""
    closed = location.closed(today())
    await LocationStore(work.session).save(closed)
    offers = await OfferStore(work.session).open_at(location.employer_id)
    await _withdraw(work, [offer for offer in offers if offer.facts.location_id == location.id], LOCATION_CLOSED)
    return closed


async def _withdraw(work: UnitOfWork, offers: Iterable[Offer], reason: str) -> None:
    for offer in offers:
        await withdraw(work, offer, reason)


async def _forget_people(work: UnitOfWork, employer: Employer) -> None:
    async with acting_as(work.session, Capacity.REGISTER):  # what went up in it may have been another school's
        await MergeStore(work.session).forget_people(employer.id)
    locations = LocationStore(work.session)
    for location in await locations.all_of(employer.id):
        await locations.save(location.without_people())
