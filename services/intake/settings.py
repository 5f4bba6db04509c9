"""What intake can be told from outside."""

from pydantic import Field, PositiveInt

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of intake."""

    port: PositiveInt = 8101
    public_url: str = "http://127.0.0.1:8101"
    extra_sectors: dict[str, str] = Field(default_factory=dict)
    """Sectors that this installation adds to the report's twelve: Dutch words by code, as JSON."""
