"""What every service can be told from outside: environment variables that begin with STAGEBRUG_, or files they name."""

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PositiveInt, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "STAGEBRUG_"

TEST_OIN = "00000099000000000001"
"""OINs that begin with 00000099 are Logius' range for tests; a real installation sets its own."""


def _begins_with(*schemes: str) -> AfterValidator:
    """An address is of one of these schemes; what it is otherwise is not repeated, since passwords stand in it."""

    def check(value: Any) -> Any:
        said = value.get_secret_value() if isinstance(value, SecretStr) else value
        if not said.startswith(tuple(f"{scheme}://" for scheme in schemes)):
            raise ValueError(f"it must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}")
        return value

    return AfterValidator(check)


Web = Annotated[str, _begins_with("http", "https")]
Database = Annotated[SecretStr, _begins_with("postgresql")]


class _Variables(EnvSettingsSource):
    """What is no JSON where JSON is wanted is left as it is, to be found with whatever else is wrong."""

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value


class _Files(_Variables):
    """`STAGEBRUG_<NAME>_FILE` names a file that holds the setting, as mounted secrets do; the last line end goes."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        try:
            return _in_file(field_name), field_name, self.field_is_complex(field)
        except SettingsWrong:  # said with all others
            return None, field_name, False


def _in_file(field: str) -> str | None:
    """What the file of a setting holds; None when no file is named, `SettingsWrong` when it cannot be used."""
    name = f"{PREFIX}{field}".upper()
    if not (file := os.environ.get(f"{name}_FILE")):
        return None
    if os.environ.get(name):
        raise SettingsWrong([f"{name} and {name}_FILE are both set: one of them must go"])
    try:
        return Path(file).read_text().rstrip("\n")
    except OSError as error:
        raise SettingsWrong([f"{name}_FILE is wrong: {file} cannot be read ({error.strerror})"]) from None
    except ValueError:
        raise SettingsWrong([f"{name}_FILE is wrong: {file} is no text"]) from None


class SettingsWrong(Exception):
    """What a service was told cannot be used: every problem at once, in sentences without what was said."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def _sentence(error: Any) -> str:
    if not error["loc"]:  # about several settings together, which the message names
        return str(error["msg"]).removeprefix("Value error, ")
    field, *inside = error["loc"]
    name = f"{PREFIX}{field}".upper() + "".join(f"[{each}]" for each in inside)
    return f"{name} {_said(error)}"


def _said(error: Any) -> str:
    if error["type"] == "missing":
        return "is not set, and there is no default"
    said = str(error["msg"]).removeprefix("Value error, ")
    return f"is wrong: {said[:1].lower()}{said[1:]}"


class ServiceSettings(BaseSettings):
    """Settings that all services share; a service adds its own in its settings.py."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    def __init__(self, **values: Any) -> None:
        """Read variables and files; `SettingsWrong` has everything that is wrong with them."""
        problems: dict[str, str] = {}
        for field in type(self).model_fields:
            try:
                _in_file(field)
            except SettingsWrong as error:
                problems[field] = error.problems[0]
        try:
            super().__init__(**values)
        except ValidationError as error:
            problems = {".".join(map(str, each["loc"])): _sentence(each) for each in error.errors()} | problems
        if problems:
            raise SettingsWrong(list(problems.values()))

    host: str = "127.0.0.1"
    """The address that it listens at; 0.0.0.0 in a container."""
    port: Annotated[int, Field(ge=1, le=65_535)] = 8000
    """And the port there."""
    tls_certificate_file: str = ""
    """Its certificate with the chain (PEM): it then answers by https only; empty: by http."""
    tls_key_file: str = ""
    """The certificate's private key (PEM), where it does not stand in the same file."""
    database_url: Database
    """postgresql://role:password@host:port/database of the service's own database."""
    listen_url: Database | None = None
    """The database's direct address where `database_url` leads through a pooler: LISTEN does not survive one."""
    amqp_url: Annotated[SecretStr, _begins_with("amqp", "amqps")]
    """amqp(s)://user:password@host:port/virtual-host of the services' own broker."""
    issuer: Web = "http://127.0.0.1:8100"
    """Who gives out tokens, as it stands in them (`iss`)."""
    jwks_url: Web = "http://127.0.0.1:8100/jwks.json"
    """Where its public keys are."""
    audience: str = "stagebrug"
    """Whom tokens are for (`aud`)."""
    token_url: Web = "http://127.0.0.1:8100/token"  # noqa: S105 — an address, no password
    """Where the service gets tokens of its own, for calls to its neighbours."""
    client_id: str = ""
    """Who it is there."""
    client_secret: SecretStr = SecretStr("")
    """And how it shows that."""
    client_key_file: str = ""
    """A private JWK (RSA or EC) that proves who asks for machine tokens, instead of the secret (`private_key_jwt`)."""
    public_url: Web = "http://127.0.0.1:8000"
    """The address under which others reach it, as it stands in `dataref` and links."""
    intake_url: Web = "http://127.0.0.1:8101"
    """Where the service reaches intake."""
    matching_url: Web = "http://127.0.0.1:8102"
    """Where the service reaches matching."""
    notifications_url: Web = "http://127.0.0.1:8103"
    """Where the service reaches notifications."""
    analytics_url: Web = "http://127.0.0.1:8104"
    """Where the service reaches analytics."""
    smtp_url: Annotated[str, _begins_with("smtp", "smtps", "smtp+starttls")] = "smtp://127.0.0.1:8125"
    """The mail server; name and password may stand in it."""
    cors_origins: list[str] = []
    """Front ends on other origins that a browser may call it from, as a JSON list."""
    oin: Annotated[str, Field(pattern=r"^\d{20}$")] = TEST_OIN
    """The installation's organisation number: it stands in the source of every event."""
    log_format: Literal["json", "console"] = "json"
    """Lines for programs, or for people."""
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

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 — the framework's signature
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 — the framework's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 — the framework's signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, variables, and files that variables name."""
        return init_settings, _Variables(settings_cls), _Files(settings_cls)

    @property
    def direct_url(self) -> str:
        """Past a pooler: what belongs to a session (LISTEN, the relay's lease, locks) would be lent to others there."""
        return (self.listen_url or self.database_url).get_secret_value()

    def source(self, service: str) -> str:
        """The CloudEvents source of a service of this installation."""
        return f"urn:nld:oin:{self.oin}:systeem:stagebrug-{service}"
