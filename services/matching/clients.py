"""The one neighbour that matching asks something of: intake, for students' matching profiles and who acts for whom."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from http import HTTPStatus
from uuid import UUID

import httpx
from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from services.matching.domain.model import Profile
from services.matching.planning.shelf import Shelf
from services.matching.settings import Settings
from shared.security import machine_client

PROFILES, DELEGATES = "intake:profiles:read", "intake:delegates:read"
"""Asked for apart: a provider that does not know the second yet gives the first all the same."""


class Delegate(BaseModel):
    """Who acts for a school, or for these students of it."""

    model_config = ConfigDict(alias_generator=to_camel)

    email: str
    student_ids: tuple[UUID, ...]


@dataclass(frozen=True)
class Neighbours:
    """Intake, asked with matching's own right, and this service's own public address for references to it."""

    intake: httpx.AsyncClient
    people: httpx.AsyncClient
    """Intake, asked who acts for whom."""
    intake_url: str
    public_url: str
    shelf: Shelf = field(default_factory=Shelf)
    """The plans of regions that this process keeps."""

    async def profile(self, student_id: UUID, dataref: str | None) -> Profile | None:
        """The profile that an event refers to; none when it is gone (404, 410).

        Only the path of the reference is used: the token goes to intake and nowhere else. Raises what httpx raises for
        a neighbour that is away (tried again by the kernel), and `ValidationError` for a profile that cannot be read.
        """
        path = f"/v1/students/{student_id}/matching-profile"
        if dataref and "/v1/" in dataref:
            path = dataref[dataref.index("/v1/") :]
        answer = await self.intake.get(f"{self.intake_url.rstrip('/')}{path}")
        if answer.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
            return None
        answer.raise_for_status()
        return Profile.model_validate_json(answer.content)

    async def delegate(self, delegation_id: UUID) -> Delegate | None:
        """Who acts for whom; none when it was taken back. Raises as `profile` does."""
        answer = await self.people.get(f"{self.intake_url.rstrip('/')}/v1/delegations/{delegation_id}/delegate")
        if answer.status_code == HTTPStatus.NOT_FOUND:
            return None
        answer.raise_for_status()
        return Delegate.model_validate_json(answer.content)

    def address(self, path: str) -> str:
        """Where something of ours is read by who may; `path` is what stands behind the version."""
        return f"{self.public_url.rstrip('/')}/v1/{path}"

    def proposal(self, proposal_id: UUID) -> str:
        """Where the reasons of a proposal can be read by who may."""
        return self.address(f"proposals/{proposal_id}")


@contextlib.asynccontextmanager
async def resources(settings: Settings) -> AsyncIterator[Neighbours]:
    """The clients, for as long as the service runs."""
    async with machine_client(settings, PROFILES) as intake, machine_client(settings, DELEGATES) as people:
        yield Neighbours(intake, people, settings.intake_url, settings.public_url)
