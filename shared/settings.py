"""What every service can be told from outside: environment variables that begin with STAGEBRUG_."""

from typing import Annotated, Literal

from pydantic import Field, PositiveInt, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

TEST_OIN = "00000099000000000001"
"""OINs that begin with 00000099 are Logius' range for tests; a real installation sets its own."""


class ServiceSettings(BaseSettings):
    """Settings that all services share; a service adds its own in its settings.py."""

    model_config = SettingsConfigDict(env_prefix="STAGEBRUG_", extra="ignore")

    host: str = "127.0.0.1"
    port: PositiveInt = 8000
    database_url: SecretStr
    """postgresql://role:password@host:port/database of the service's own database."""
    listen_url: SecretStr | None = None
    """The database's direct address where `database_url` leads through a pooler: LISTEN does not survive one."""
    amqp_url: SecretStr
    issuer: str = "http://127.0.0.1:8100"
    jwks_url: str = "http://127.0.0.1:8100/jwks.json"
    audience: str = "stagebrug"
    token_url: str = "http://127.0.0.1:8100/token"  # noqa: S105 — an address, no password
    client_id: str = ""
    client_secret: SecretStr = SecretStr("")
    client_key_file: str = ""
    """A private JWK (RSA or EC) that proves who asks for machine tokens, instead of the secret (`private_key_jwt`)."""
    public_url: str = "http://127.0.0.1:8000"
    intake_url: str = "http://127.0.0.1:8101"
    matching_url: str = "http://127.0.0.1:8102"
    notifications_url: str = "http://127.0.0.1:8103"
    analytics_url: str = "http://127.0.0.1:8104"
    smtp_url: str = "smtp://127.0.0.1:8125"
    cors_origins: list[str] = []
    oin: Annotated[str, Field(pattern=r"^\d{20}$")] = TEST_OIN
    log_format: Literal["json", "console"] = "json"
    calls_per_second: Annotated[float, Field(gt=0)] = 200
    """How often one caller may call one process for long: what a process can answer on one core."""
    calls_at_once: Annotated[float, Field(ge=1)] = 2_000
    """How many calls a caller may make before that counts: an import or a nightly fetch comes all at once."""
    otlp_endpoint: str = ""
    """Where spans go (OTLP over HTTP); empty: they are not recorded."""
    trace_ratio: Annotated[float, Field(ge=0, le=1)] = 0.05
    """Share of traces recorded: full telemetry halves what a consumer handles."""
    inbox_days: Annotated[int, Field(ge=7)] = 30
    """How long a handled message is remembered at least: an older one that comes again is parked, not handled twice."""
    log_days: Annotated[int, Field(ge=31)] = 400
    """How long published events are kept: a school year, and the same month of the year before to compare with."""
    outbox_alarm_rows: PositiveInt = 100_000
    """Events waiting to be published at which a service says that it is not ready: hours of an outage at full load."""

    def source(self, service: str) -> str:
        """The CloudEvents source of a service of this installation."""
        return f"urn:nld:oin:{self.oin}:systeem:stagebrug-{service}"
