"""What intake can be told from outside."""

from typing import Annotated

from pydantic import Field, NonNegativeInt, PositiveInt

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of intake."""

    port: PositiveInt = 8101
    public_url: str = "http://127.0.0.1:8101"
    extra_sectors: dict[str, str] = Field(default_factory=dict)
    """Sectors that this installation adds to the report's twelve: Dutch words by code, as JSON."""
    sector_sbi: dict[str, list[str]] = Field(default_factory=dict)
    """SBI codes of the sectors that this installation adds, by sector, as JSON."""
    stale_after_months: PositiveInt = 12
    """An employer that nobody has verified for longer is asked after (F18): a school year and a summer."""
    first_look_days: NonNegativeInt = 5
    """How long who brought an offer in goes first: within a school week every coach is there once."""
    geocoder_url: str = ""
    """PDOK Locatieserver up to `/free`: `https://api.pdok.nl/bzk/locatieserver/search/v3_1`; empty: nobody is asked."""
    geocoder_per_second: Annotated[float, Field(gt=0, le=50)] = 5
    """How often it is asked at most: it is everybody's."""
    geocoder_contact: str = "stagebrug@example.org"
    """Whom its operators can reach: it stands in the User-Agent."""
