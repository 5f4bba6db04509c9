"""The farewell of a call: headers (RFC 9745, RFC 8594, RFC 5829), the API document, and who still makes it.

@router.get("/things/_old", openapi_extra=deprecated(Deprecation(since=…, sunset=…, why=…, successor="/v1/things")))
"""

from collections.abc import Mapping, MutableMapping
from dataclasses import asdict
from datetime import date
from email.utils import format_datetime
from typing import Any

from prometheus_client import Counter

from shared.deprecation import Deprecation

CALLS = Counter(
    "stagebrug_deprecated_calls",
    "Calls of what will go: by which client (OAuth client id) and on whose behalf; never a person.",
    ["method", "route", "client", "on_behalf_of"],
)

_KEY = "x-deprecation"


def deprecated(deprecation: Deprecation) -> dict[str, Any]:
    """What a route is given as `openapi_extra`: the document says so, and the door adds headers and counts."""
    facts = {name: str(value) for name, value in asdict(deprecation).items() if value}
    return {"deprecated": True, _KEY: facts}


def deprecation_in(operation: Mapping[str, Any]) -> Deprecation | None:
    """The farewell of a call in an API document (or of a route's `openapi_extra`), or none."""
    facts = operation.get(_KEY)
    if facts is None:
        return None
    days = {name: date.fromisoformat(facts[name]) for name in ("since", "sunset", "retired") if name in facts}
    return Deprecation(**{**facts, **days})


def headers(deprecation: Deprecation) -> list[tuple[str, str]]:
    """The headers that tell the caller."""
    links = {"successor-version": deprecation.successor, "deprecation": deprecation.link}
    return [
        ("deprecation", f"@{int(deprecation.since_moment.timestamp())}"),
        ("sunset", format_datetime(deprecation.sunset_moment, usegmt=True)),
        *(("link", f'<{target}>; rel="{rel}"') for rel, target in links.items() if target),
    ]


def told(scope: MutableMapping[str, Any]) -> list[tuple[str, str]]:
    """The headers for an answer to this call; counts the caller. Nothing for a call that stays."""
    route = scope.get("route")
    deprecation = deprecation_in(getattr(route, "openapi_extra", None) or {})
    if deprecation is None:
        return []
    client, on_behalf_of = _labels(scope)
    CALLS.labels(scope["method"], getattr(route, "path", "other"), client, on_behalf_of).inc()
    return headers(deprecation)


def _labels(scope: Mapping[str, Any]) -> tuple[str, str]:
    """A client's id and what sort of caller it spoke for: an organisation by its number, people by their role."""
    caller = scope.get("caller")
    if caller is None:
        return "", "anonymous"
    if caller.intermediary is not None:
        return caller.client, f"{caller.intermediary.kind} {caller.intermediary.oin}".strip()
    return caller.client, " ".join(sorted(caller.roles)) or "machine"
