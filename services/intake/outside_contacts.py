"""Asking other sources who spoke with an employer, as VUM 3.1 asks it: all at once, without waiting for the slowest."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import httpx
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError
from pydantic.alias_generators import to_camel

SECONDS = 3.0
"""A coordinator is about to pick up the telephone: what has not come by then is left out, and said to be."""

MOST_OF_ANSWER = 512 * 1024
API_VERSION = "3.1.0"


class ContactSource(BaseModel):
    """A source that an operator set up."""

    name: str
    url: str
    """Up to `/werkgeverscontactmomenten`."""
    token: SecretStr = SecretStr("")
    oin: Annotated[str, Field(pattern=r"^\d{20}$")]


class SourceState(StrEnum):
    """What came of asking one."""

    ANSWERED = "answered"
    SLOW = "slow"
    FAILED = "failed"


class _Wire(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", hide_input_in_errors=True)


class _Organisation(_Wire):
    naam: str | None = Field(default=None, max_length=200)
    naam_organisatie: str | None = Field(default=None, max_length=200)
    emailadres: str | None = Field(default=None, max_length=200)


class _Employer(_Wire):
    erkend_sbb_leerbedrijf: bool | None = None


class OutsideMoment(_Wire):
    """A contact moment of another source."""

    datum: date
    code_onderwerp: str | None = Field(default=None, max_length=200)
    accountmanager: _Organisation = _Organisation()
    werkgever: _Employer = _Employer()


class _Answer(_Wire):
    matches: Annotated[list[OutsideMoment], Field(max_length=100)] = []


@dataclass(frozen=True)
class Asked:
    """What one source said."""

    source: str
    state: SourceState
    moments: tuple[OutsideMoment, ...] = ()


class OutsideContacts:
    """The sources, and one client for all of them."""

    def __init__(self, client: httpx.AsyncClient, sources: Sequence[ContactSource], oin: str) -> None:
        self._client = client
        self._sources = sources
        self._oin = oin

    async def ask(self, kvk_number: str) -> list[Asked]:
        """Ask all of them at once; it takes three seconds at most, whatever they do."""
        tasks = {asyncio.create_task(self._ask(source, kvk_number)): source for source in self._sources}
        if not tasks:
            return []
        done, late = await asyncio.wait(tasks, timeout=SECONDS)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        return [task.result() if task in done else Asked(of.name, SourceState.SLOW) for task, of in tasks.items()]

    async def _ask(self, source: ContactSource, kvk_number: str) -> Asked:
        try:
            answer = _Answer.model_validate(await self._post(source, {"werkgever": {"nummerKvk": kvk_number}}))
        except (httpx.HTTPError, httpx.InvalidURL, ValidationError, ValueError, RecursionError):
            return Asked(source.name, SourceState.FAILED)
        return Asked(source.name, SourceState.ANSWERED, tuple(answer.matches))

    async def _post(self, source: ContactSource, question: dict[str, Any]) -> Any:
        headers = {
            "X-VUM-fromParty": self._oin,
            "X-VUM-toParty": source.oin,
            "API-VERSION": API_VERSION,
            "Authorization": f"Bearer {source.token.get_secret_value()}",
        }
        url = f"{source.url.rstrip('/')}/werkgeverscontactmomenten/matches"
        body = b""
        async with self._client.stream("POST", url, json=question, headers=headers) as response:
            response.raise_for_status()
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > MOST_OF_ANSWER:
                    raise ValueError("an answer beyond any that the standard allows")
        return json.loads(body)
