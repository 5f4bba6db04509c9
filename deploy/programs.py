"""The processes of a stack and the environment each gets."""

import json
import os
import sys
from pathlib import Path
from urllib.parse import quote, urlsplit

from deploy import people
from deploy.databases import Database
from deploy.passwords import Passwords
from deploy.plan import SERVICES, Plan
from deploy.ports import LOOPBACK
from deploy.processes import Program
from deploy.servers import Broker
from deploy.servers.environment import BROKER, DATABASE, MANAGEMENT
from deploy.tokens import AUDIENCE

ROOT = Path(__file__).parents[1]

TRUST = ("SSL_CERT_FILE", "SSL_CERT_DIR", "PGSSLMODE", "PGSSLROOTCERT")
"""Whose certificates are believed, by clients of HTTP and AMQP, and of PostgreSQL."""

PASSED_ON = ("PATH", "LANG", "HOME", "REQUESTS_CA_BUNDLE", *TRUST)

FRONT_ENDS = ("http://localhost:3000", "http://localhost:5173")
"""Where a front end under development usually is."""

SCOPES = {
    "intake": "matching:events:read notifications:events:read analytics:events:read",
    "matching": "intake:delegates:read intake:profiles:read intake:events:read",
    "notifications": "intake:letters:read intake:events:read matching:events:read notifications:events:read",
    "analytics": "intake:coarse-profiles:read intake:events:read matching:events:read notifications:events:read",
}
"""What a service's own tokens may be used for at its neighbours: whom it listens to, their log it may read again."""


def issuer(plan: Plan) -> Program:
    """The development issuer."""
    command = [sys.executable, "-m", "deploy.issuer", str(plan.folder), "--port", str(plan.ports["issuer"])]
    return Program("issuer", command, _passed_on(), folder=ROOT)


def mail(plan: Plan) -> Program:
    """The mail catcher."""
    ports = ["--smtp-port", str(plan.ports["smtp"]), "--http-port", str(plan.ports["mail"])]
    return Program("mail", [sys.executable, "-m", "deploy.mailbox", *ports], _passed_on(), folder=ROOT)


def gateway(plan: Plan) -> Program:
    """The gateway with the front end."""
    addresses = ["--port", str(plan.ports["gateway"]), "--issuer", plan.url("issuer")]
    services = [f"{name}={plan.url(name)}" for name in SERVICES]
    command = [sys.executable, "-m", "deploy.gateway", *addresses, *services]
    return Program("gateway", command, _passed_on(), folder=ROOT)


def service(plan: Plan, database: Database, broker: Broker, passwords: Passwords) -> Program:
    """A service, with everything that it may know and nothing of its neighbours' or the administrators'."""
    name = database.service
    own = {
        "STAGEBRUG_HOST": LOOPBACK,
        "STAGEBRUG_PORT": str(plan.ports[name]),
        "STAGEBRUG_DATABASE_URL": database.url,
        "STAGEBRUG_AMQP_URL": _amqp_url(plan, name, broker, passwords.of(name, "broker")),
        "STAGEBRUG_CLIENT_ID": client_id(name),
        "STAGEBRUG_CLIENT_SECRET": passwords.of(name, "client"),
        "STAGEBRUG_PUBLIC_URL": plan.url(name),
        "STAGEBRUG_TLS_CERTIFICATE_FILE": "",  # on this machine alone, where gateway and `status` ask without
        "STAGEBRUG_TLS_KEY_FILE": "",
    }
    if name == "analytics":
        own |= _dashboard(plan, passwords)
    if name == "notifications":
        own["STAGEBRUG_ALLOW_LOOPBACK_SINKS"] = "true"  # receivers of webhooks are tried on this machine
    return Program(name, [sys.executable, "-m", "deploy.serve", name], _common(plan) | own, folder=ROOT)


def _dashboard(plan: Plan, passwords: Passwords) -> dict[str, str]:
    """How people log in to the dashboard."""
    return {
        "STAGEBRUG_OIDC_CLIENT_ID": people.CLIENT,
        "STAGEBRUG_OIDC_AUTHORIZE_URL": f"{plan.url('issuer')}/authorize",
        "STAGEBRUG_OIDC_LOGOUT_URL": f"{plan.url('issuer')}/logout",
        "STAGEBRUG_SESSION_SECRET": passwords.of("analytics", "session"),
    }


def client_id(name: str) -> str:
    """Who a service is at the token issuer."""
    return f"stagebrug-{name}"


def broker_user(vhost: str, name: str) -> str:
    """Who a service is at the broker; the same in `shared.topology`."""
    return name if vhost == "/" else f"{vhost}-{name}"


def _common(plan: Plan) -> dict[str, str]:
    defaults = {
        "STAGEBRUG_CORS_ORIGINS": json.dumps(FRONT_ENDS),
        "STAGEBRUG_LOG_FORMAT": "json",
        "STAGEBRUG_QUIET_HOURS": "none",  # who tries it in the evening wants to see mail
        "STAGEBRUG_QUIET_WEEKENDS": "false",
    }
    neighbours = {
        f"STAGEBRUG_{name}_URL".upper(): plan.url(name) for name in ("intake", "matching", "notifications", "analytics")
    }
    return (
        defaults
        | _passed_on()
        | neighbours
        | {
            "STAGEBRUG_ISSUER": plan.url("issuer"),
            "STAGEBRUG_JWKS_URL": f"{plan.url('issuer')}/jwks.json",
            "STAGEBRUG_TOKEN_URL": f"{plan.url('issuer')}/token",
            "STAGEBRUG_AUDIENCE": AUDIENCE,
            "STAGEBRUG_SMTP_URL": plan.url("smtp"),
        }
    )


def _passed_on() -> dict[str, str]:
    """What of our environment a process gets: no terminal's passing whims, else each `up` would restart it."""
    return {
        name: value
        for name, value in os.environ.items()
        if name in PASSED_ON
        or (name.startswith(("STAGEBRUG_", "OTEL_")) and not _is_secret(name.removesuffix("_FILE")))
    }


def _is_secret(name: str) -> bool:
    """What an administrator alone may know."""
    return name in (BROKER, MANAGEMENT, DATABASE) or name.endswith("_PASSWORD")


def _amqp_url(plan: Plan, name: str, broker: Broker, password: str) -> str:
    parts = urlsplit(broker.url)
    login = f"{quote(broker_user(plan.name, name), safe='')}:{quote(password, safe='')}"
    place = f"{login}@{parts.netloc.rpartition('@')[2]}"
    return parts._replace(netloc=place, path=f"/{quote(plan.name, safe='')}").geturl()
