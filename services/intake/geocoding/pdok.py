"""PDOK Locatieserver, the geocoder of the Dutch government (BAG addresses; free, without a key).

Its `free` search is a Solr select: hard filters (`fq`) by type, postcode and house number, so that an address that does
not exist finds nothing instead of the likeliest other one. Parameters and fields: PDOK's wiki, *API Locatieserver* 3.1,
which refuses parameters that it does not know. `centroide_ll` is WKT, longitude first.
"""

import re
from datetime import timedelta
from typing import Any

import httpx
from pydantic import BaseModel, Field, ValidationError

from services.intake.geocoding import Found, GeocoderAway

FIELDS = "type,postcode,huisnummer,huis_nlt,gemeentecode,centroide_ll"
_POINT = re.compile(r"POINT\((\d+(?:\.\d+)?) (\d+(?:\.\d+)?)\)")
_NUMBER = re.compile(r"\d+")
SECONDS = 5.0
"""It answers within tenths of a second; nobody waits for us meanwhile."""


class _Document(BaseModel):
    gemeentecode: str = Field(pattern=r"^\d{4}$")
    centroide_ll: str = Field(pattern=_POINT.pattern)
    huis_nlt: str = ""

    def found(self) -> Found:
        longitude, latitude = map(float, re.findall(r"\d+(?:\.\d+)?", self.centroide_ll))
        if not (50.5 <= latitude <= 53.8 and 3.2 <= longitude <= 7.4):
            raise GeocoderAway("a point outside the country")
        return Found(f"GM{self.gemeentecode}", latitude, longitude)


class _Documents(BaseModel):
    docs: list[_Document]


class _Answer(BaseModel):
    response: _Documents


class Pdok:
    """Asks Locatieserver over HTTP, one question at a time for each that is asked."""

    source = "pdok-locatieserver"

    def __init__(self, client: httpx.AsyncClient, url: str) -> None:
        """`url`: the service's address up to `/free`; `client` says who we are in its User-Agent."""
        self._client = client
        self._url = url.rstrip("/") + "/free"

    async def find(self, postcode: str, house_number: str) -> Found | None:
        """A house by its postcode and number, with its letter where there is one; else the postcode's middle."""
        if number := _NUMBER.match(house_number):
            houses = await self._ask("adres", postcode, number[0])
            written = house_number.casefold().replace(" ", "")
            same = [one for one in houses if one.huis_nlt.casefold().replace(" ", "") == written]
            if houses:
                return (same or houses)[0].found()
        return next((one.found() for one in await self._ask("postcode", postcode)), None)

    async def _ask(self, kind: str, postcode: str, number: str | None = None) -> list[_Document]:
        filters = [f"type:{kind}", f"postcode:{postcode}"] + ([f"huisnummer:{number}"] if number else [])
        query: dict[str, str | int | list[str]] = {"fq": filters, "fl": FIELDS, "rows": 50}
        try:
            answer = await self._client.get(self._url, params=query, timeout=SECONDS)
        except httpx.HTTPError as error:
            raise GeocoderAway(type(error).__name__) from error
        if answer.status_code != httpx.codes.OK:
            raise GeocoderAway(f"HTTP {answer.status_code}", _pause(answer.headers.get("retry-after", "")))
        try:
            return _Answer.model_validate_json(answer.content).response.docs
        except ValidationError as error:
            raise GeocoderAway("an answer of another form") from error


def _pause(retry_after: Any) -> timedelta | None:
    return timedelta(seconds=int(retry_after)) if re.fullmatch(r"\d{1,5}", retry_after) else None
