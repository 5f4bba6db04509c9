"""The published list of all calls of the APIs, with the farewell of those that will go.

`python -m deploy.calls` writes it; a call that is gone without a farewell, or before its day, is refused.
"""

import importlib
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from deploy.plan import SERVICES
from shared.deprecation import Deprecation, today
from shared.deprecation.routes import deprecation_in

PAGE = Path(__file__).parents[1] / "docs" / "calls.md"
_HEAD = """# Calls

All calls of the HTTP APIs, and until when those remain that will go ([evolution.md](evolution.md)). Made from the
services by `make docs`; do not edit by hand. What each call takes and gives: `/v1/openapi.json` of its service.

| service | call | until |
|---|---|---|
"""
_NOWHERE = {"database_url": "postgresql://nobody@localhost/nothing", "amqp_url": "amqp://localhost"}

Calls = Mapping[tuple[str, str], Deprecation | None]


def app_of(service: str) -> FastAPI:
    """A service's app, without starting it."""
    settings = importlib.import_module(f"services.{service}.settings").Settings(**_NOWHERE)
    made: FastAPI = importlib.import_module(f"services.{service}.app").create_app(settings)
    return made


def document_of(service: str) -> dict[str, Any]:
    """A service's API document."""
    return app_of(service).openapi()


def calls() -> Calls:
    """Every call of every service, and its farewell."""
    return {
        (service, f"{method.upper()} {path}"): deprecation_in(operation)
        for service in SERVICES
        for path, operations in sorted(document_of(service)["paths"].items())
        for method, operation in sorted(operations.items())
    }


def page(found: Calls) -> str:
    """The list as Markdown."""
    return _HEAD + "".join(f"| {service} | `{call}` | {_until(end)} |\n" for (service, call), end in found.items())


def _until(farewell: Deprecation | None) -> str:
    if farewell is None:
        return ""
    instead = f" Use `{farewell.successor}`." if farewell.successor else ""
    return f"{farewell.sunset}: {farewell.why}{instead}"


def promised(text: str) -> dict[tuple[str, str], date | None]:
    """The calls of a page that was written before, and until when they were to remain."""
    rows = re.findall(r"^\| (\w+) \| `([^`]+)` \| (\d{4}-\d\d-\d\d)?", text, re.MULTILINE)
    return {(service, call): date.fromisoformat(until) if until else None for service, call, until in rows}


def dropped_too_early(before: Mapping[tuple[str, str], date | None], now: Calls, day: date) -> list[str]:
    """Calls that are gone although nobody was told, or before the day that was told.

    How a document names the parameters in a path is no part of the call.
    """
    there = {(service, _shape(call)) for service, call in now}
    return [
        f"{service} {call} is gone, and " + (f"was promised until {until}" if until else "nobody was told")
        for (service, call), until in before.items()
        if (service, _shape(call)) not in there and (until is None or day < until)
    ]


def _shape(call: str) -> str:
    return re.sub(r"\{\w+\}", "{}", call)


def main() -> None:
    """Write the page."""
    found = calls()
    before = promised(PAGE.read_text()) if PAGE.exists() else {}
    if problems := dropped_too_early(before, found, today()):
        raise SystemExit(
            f"{'; '.join(problems)}. Put it back with `openapi_extra=deprecated(Deprecation(…))` and drop it "
            "on its day (docs/evolution.md)."
        )
    PAGE.write_text(page(found))


if __name__ == "__main__":
    main()
