"""What intake's handlers and endpoints share beside the database: the map, the code lists, its own addresses."""

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from services.intake.domain.codes import CodeLists
from services.intake.geography import Geography
from services.intake.settings import Settings


@dataclass(frozen=True)
class Resources:
    """Given to every unit of work as `work.resources`."""

    geography: Geography
    codes: CodeLists
    public_url: str
    intake_url: str

    def dataref(self, student_id: UUID) -> str:
        """Where a service with the right to it finds what it may know of a student."""
        return f"{self.intake_url.rstrip('/')}/v1/students/{student_id}/matching-profile"

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
    geography = await asyncio.to_thread(read_geography)
    yield Resources(geography, CodeLists(settings.extra_sectors), settings.public_url, settings.intake_url)
