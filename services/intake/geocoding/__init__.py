"""The national geocoder, behind an interface that says what the register needs of one."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol


@dataclass(frozen=True)
class Found:
    """Where an address lies (WGS 84 degrees), and in which municipality (CBS code)."""

    municipality: str
    latitude: float
    longitude: float


class GeocoderAway(Exception):
    """No answer that can be used: away, slow, busy, or of another form; `pause` is how long it asks for."""

    def __init__(self, why: str, pause: timedelta | None = None) -> None:
        super().__init__(why)
        self.pause = pause


class Geocoder(Protocol):
    """Finds addresses."""

    source: str
    """Who answers, kept beside the answer."""

    async def find(self, postcode: str, house_number: str) -> Found | None:
        """Where a postcode lies, or a house in it (`house_number` may be empty); None: there is no such address.

        Raises `GeocoderAway`.
        """
