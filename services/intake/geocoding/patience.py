"""Manners towards a service that others provide: not too fast, and left alone when it is in trouble."""

import asyncio
import time
from datetime import timedelta

import structlog

from services.intake.geocoding import Found, Geocoder, GeocoderAway

log = structlog.get_logger()

FIRST_PAUSE, LONGEST_PAUSE = 5.0, 600.0
"""Seconds: from a hiccup to an evening's maintenance."""


class Patient:
    """A geocoder that is asked one question at a time, at most so many a second, and not at all while it is away."""

    def __init__(self, geocoder: Geocoder, per_second: float) -> None:
        self.source = geocoder.source
        self._geocoder = geocoder
        self._apart = 1 / per_second
        self._turn = asyncio.Lock()
        self._free_at = 0.0
        self._pause = 0.0

    @property
    def resting(self) -> bool:
        """Whether it failed lately and is left alone."""
        return self._pause > 0 and time.monotonic() < self._free_at

    async def find(self, postcode: str, house_number: str) -> Found | None:
        """As the geocoder's own; raises `GeocoderAway` at once while it rests."""
        async with self._turn:
            if self.resting:
                raise GeocoderAway("left alone after a failure")
            await asyncio.sleep(max(0.0, self._free_at - time.monotonic()))
            try:
                found = await self._geocoder.find(postcode, house_number)
            except GeocoderAway as error:
                self._rest(error)
                raise
            self._pause, self._free_at = 0.0, time.monotonic() + self._apart
            return found

    def _rest(self, error: GeocoderAway) -> None:
        self._pause = min(max(2 * self._pause, FIRST_PAUSE), LONGEST_PAUSE)
        asked = (error.pause or timedelta()).total_seconds()
        self._free_at = time.monotonic() + max(self._pause, asked)
        log.warning("geocoder_away", why=str(error), seconds=max(self._pause, asked))
