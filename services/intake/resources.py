"""What intake's handlers and endpoints share beside the database: the map, the code lists, its own addresses."""

import asyncio
import contextlib
import copy
import functools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

import httpx

from services.intake.domain.codes import CodeLists
from services.intake.geocoding.patience import Patient
from services.intake.geocoding.pdok import Pdok
from services.intake.geography import Geography
from services.intake.law_data import read_law
from services.intake.outside_contacts import SECONDS, OutsideContacts
from services.intake.sbi import Sbi
from services.intake.settings import Settings
from shared.http import API_VERSION


@dataclass(frozen=True)
class Resources:
    """Given to every unit of work as `work.resources`."""

    geography: Geography
    codes: CodeLists
    public_url: str
    intake_url: str
    sbi: Sbi
    stale_after_months: int
    first_look_days: int
    outside: OutsideContacts
    profile_card_crowd: int = 5
    geocoder: Patient | None = None
    """None: addresses are known as exactly as the callers, a postcode table or the packaged gazetteer say."""

    def dataref(self, student_id: UUID) -> str:
        """Where a service with the right to it finds what it may know of a student."""
        return f"{self.intake_url.rstrip('/')}/v1/students/{student_id}/matching-profile"

    def letter(self, link_id: UUID) -> str:
        """Where a service with the right to it fetches the letter with a link."""
        return f"{self.intake_url.rstrip('/')}/v1/links/{link_id}/letter"

    def delegate(self, delegation_id: UUID) -> str:
        """Where a service with the right to it finds who acts for whom."""
        return f"{self.intake_url.rstrip('/')}/v1/delegations/{delegation_id}/delegate"

    def page(self, token: str) -> str:
        """The public address of a link's page."""
        return f"{self.public_url.rstrip('/')}/l/{token}"

    def location(self, kind: str, resource_id: UUID) -> str:
        """The public address of a resource."""
        return f"{self.public_url.rstrip('/')}/v1/{kind}/{resource_id}"


@functools.cache
def read_geography() -> Geography:
    """The map never changes while a process runs, however many apps it holds."""
    return Geography()


@contextlib.asynccontextmanager
async def resources(settings: Settings) -> AsyncIterator[Resources]:
    """Made when the service starts."""
    geography = copy.copy(await asyncio.to_thread(read_geography))
    await asyncio.to_thread(read_law)
    async with _geocoder(settings) as geocoder, httpx.AsyncClient(timeout=SECONDS) as client:
        yield Resources(
            geography=geography,
            codes=CodeLists(settings.extra_sectors),
            public_url=settings.public_url,
            intake_url=settings.intake_url,
            sbi=Sbi(settings.sector_sbi),
            stale_after_months=settings.stale_after_months,
            first_look_days=settings.first_look_days,
            profile_card_crowd=settings.profile_card_crowd,
            geocoder=geocoder,
            outside=OutsideContacts(client, settings.contact_sources, settings.oin),
        )


@contextlib.asynccontextmanager
async def _geocoder(settings: Settings) -> AsyncIterator[Patient | None]:
    if not settings.geocoder_url:
        yield None
        return
    who = {"User-Agent": f"Stagebrug/{API_VERSION} ({settings.geocoder_contact})"}
    async with httpx.AsyncClient(headers=who) as client:
        yield Patient(Pdok(client, settings.geocoder_url), settings.geocoder_per_second)
