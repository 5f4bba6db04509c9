"""What intake can be told from outside."""

import json
from typing import Annotated

from pydantic import BeforeValidator, Field, NonNegativeInt, PositiveInt
from pydantic_settings import NoDecode

from services.intake.outside_contacts import ContactSource
from shared.settings import ServiceSettings


def _decoded(value: object) -> object:
    return json.loads(value) if isinstance(value, str) else value


Oin = Annotated[str, Field(pattern=r"^\d{20}$")]
Parties = Annotated[frozenset[Oin], NoDecode, BeforeValidator(_decoded)]
Sources = Annotated[list[ContactSource], NoDecode, BeforeValidator(_decoded)]


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
    vum_parties: Parties = frozenset()
    """OINs of municipalities and others that may ask through the VUM facade, as a JSON list; none: there is none."""
    contact_sources: Sources = Field(default_factory=list)
    """Other sources of contact moments, as JSON: `[{"name": …, "url": …, "oin": …, "token": …}]`."""
    profile_card_crowd: Annotated[int, Field(ge=5)] = 5
    """How many searching students of a region fit all that a profile card says, at least: as many as a call for help
    asks for, and as published counts hide below; an installation can ask for more."""
