"""`.env.example`: every setting there is, with its meaning and default; `python -m deploy.settings_page` writes it."""

import importlib
import json
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any, get_args

from pydantic import SecretStr, TypeAdapter
from pydantic.fields import FieldInfo

from deploy.passwords import Use
from deploy.plan import SERVICES
from shared.settings import PREFIX, ServiceSettings

EXAMPLE = Path(__file__).parents[1] / ".env.example"
WIDTH = 110

_HEAD = """# Settings of Stagebrug. Made from the code by `make docs`; do not edit by hand.
# A line that begins with #STAGEBRUG shows the default. Each can stand in a file instead, as what is secret should:
# STAGEBRUG_AMQP_URL_FILE=/run/secrets/amqp. A service that is told something wrong names all of it and does not start.
"""

_WHOSE: dict[Use, str] = {
    "owner": "of who owns its tables",
    "database": "of the service in its database",
    "broker": "of the service at the broker",
    "client": "of the service at the token issuer",
    "session": "what it signs session cookies with",
}

OPERATORS = {
    "STAGEBRUG_RABBITMQ_URL": "The broker, with its administrator; without these three `up` starts private servers.",
    "STAGEBRUG_RABBITMQ_MANAGEMENT_URL": "Its management address, with the same name and password.",
    "STAGEBRUG_POSTGRES_URL": "The database server, with a role that may make databases and roles.",
    "STAGEBRUG_FOLDER": "Where a stack's data, logs and ports are kept; else `.stack` of the checkout.",
    "STAGEBRUG_FREE_PORTS": "1: `up` and `restore` take free ports, as with `--free-ports`.",
    "STAGEBRUG_NAME": "What its databases and virtual host begin with.",
    "STAGEBRUG_POSTGRES_HOME": "Which PostgreSQL a private server is of: the folder above its `bin`.",
    "STAGEBRUG_RABBITMQ_HOME": "The same of RabbitMQ.",
    "STAGEBRUG_WAL_ARCHIVE": "Where a private PostgreSQL archives its log, for a restore up to a moment.",
    **{
        f"STAGEBRUG_{service}_{use}_PASSWORD".upper(): (
            f"{service}: {_WHOSE[use]}; else made once and kept in the folder."
        )
        for service in SERVICES
        for use in get_args(Use)
        if use != "session" or service == "analytics"  # which alone lets people log in
    },
}
"""What the `stagebrug` command reads, and no service."""


def page() -> str:
    """The file."""
    parts = [_HEAD, _title("the stagebrug command"), *(_entry(n, w, "") for n, w in OPERATORS.items())]
    parts += [_title("every service"), *_entries(ServiceSettings.model_fields.items())]
    for service in SERVICES:
        settings = importlib.import_module(f"services.{service}.settings").Settings
        own = [(n, f) for n, f in settings.model_fields.items() if not _is_shared(n, f)]
        if own:
            parts += [_title(service), *_entries(own)]
    return "\n".join(parts)


def names() -> set[str]:
    """Every variable of the page."""
    lines = (line.removeprefix("#") for line in page().splitlines())
    return {line.partition("=")[0] for line in lines if line.startswith(PREFIX)}


def _is_shared(name: str, field: FieldInfo) -> bool:
    shared = ServiceSettings.model_fields.get(name)
    return shared is not None and shared.default == field.default


def _entries(fields: Iterable[tuple[str, FieldInfo]]) -> list[str]:
    return [_entry(f"{PREFIX}{name}".upper(), _meaning(name, field), _default(field)) for name, field in fields]


def _meaning(name: str, field: FieldInfo) -> str:
    """A service that gives a shared setting another default need not say again what it is."""
    shared = ServiceSettings.model_fields.get(name)
    return field.description or (shared and shared.description) or ""


def _entry(name: str, meaning: str, default: str | None) -> str:
    lines = textwrap.wrap(" ".join(meaning.split()), WIDTH, initial_indent="# ", subsequent_indent="# ")
    return "\n".join([*lines, f"{name}=" if default is None else f"#{name}={default}"]) + "\n"


def _default(field: FieldInfo) -> str | None:
    """As it would stand in a variable; None where there has to be something."""
    if field.is_required():
        return None
    value: Any = field.get_default(call_default_factory=True)
    if value is None:
        return ""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, tuple):
        return ",".join(f"{each:g}" for each in value)
    if isinstance(value, str):
        return value
    return json.dumps(TypeAdapter(Any).dump_python(value, mode="json"))


def _title(whose: str) -> str:
    return f"\n# ---- {whose} ----\n"


if __name__ == "__main__":
    EXAMPLE.write_text(page())
