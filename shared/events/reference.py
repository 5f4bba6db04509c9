"""The events for those outside: a JSON Schema file per event version and a page in docs/, both made from the classes.

`python -m shared.events.reference` writes them; a test fails while they differ from the classes.
"""

import json
import re
from pathlib import Path
from typing import Any

from shared.events import CATALOGUE, Event, examples
from shared.events.base import SUCCESSORS
from shared.events.compatibility import incompatible

SCHEMAS = Path(__file__).parent / "schemas"
PAGE = Path(__file__).parents[2] / "docs" / "events.md"


PUBLIC = {name: event for name, event in CATALOGUE.items() if event.__module__.startswith("shared.events.")}
"""The system's own events; a test may define others for itself."""


def schema_of(event: type[Event]) -> dict[str, Any]:
    """The JSON Schema of an event's `data`."""
    schema = event.model_json_schema(by_alias=True, mode="serialization")
    document = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:{event.event_type()}", **schema}
    return {**document, "deprecated": True} if event.deprecated else document


def schema_file(event_type: str) -> Path:
    """Where the schema of an event type is kept; files of versions that are no longer published stay."""
    return SCHEMAS / f"{event_type}.json"


def advice(event: type[Event], problems: list[str]) -> str:
    """What to do when a change of an event would break those who read it."""
    name, number = re.sub(r"V\d+$", "", event.__name__), event.schema_version + 1
    return (
        f"{event.event_type()} changed incompatibly: {'; '.join(problems)}. "
        f"Keep the class {event.__name__} as it was and add `{name}V{number}` with schema_version = {number}, "
        f"replaces = {event.__name__}, downgrade() and upgrade(); announce only the new one: both are published, "
        f"as one fact; then deprecate {event.__name__} with a date (docs/evolution.md)."
    )


def page() -> str:
    """The reference of all events as Markdown."""
    lines = [
        "# Events",
        "",
        "Made from the classes in `shared/events/` by `make docs`; do not edit by hand. What may change, how, and what",
        "consumers may rely on: [evolution.md](evolution.md). Each version has example messages in",
        "`shared/events/examples/` and a JSON Schema in `shared/events/schemas/`.",
        "",
    ]
    for publisher in sorted({event.publisher for event in PUBLIC.values()}):
        lines += [f"## {publisher}", ""]
        for event in PUBLIC.values():
            if event.publisher == publisher:
                lines += _section(event)
    return "\n".join(lines).rstrip() + "\n"


def _section(event: type[Event]) -> list[str]:
    what = (event.__doc__ or "").strip().split("\n")[0]
    head = [
        f"### `{event.event_type()}`",
        "",
        what,
        "",
        f"Routing key `{event.routing_key()}`, subject: {event.subject_kind}.",
        *_farewell(event),
    ]
    properties = schema_of(event)["properties"]
    required = set(schema_of(event).get("required", ()))
    rows = [
        f"| `{name}` | {_type(schema)} | {'yes' if name in required else 'no'} |" for name, schema in properties.items()
    ]
    return [*head, "", "| field | form | always there |", "|---|---|---|", *rows, ""]


def _farewell(event: type[Event]) -> list[str]:
    deprecation, instead = event.deprecated, SUCCESSORS.get(event)
    if deprecation is None:
        return []
    until = f"no longer published since {deprecation.retired}" if deprecation.retired else f"until {deprecation.sunset}"
    use = f" Use `{instead.event_type()}`." if instead else ""
    return ["", f"**Deprecated** since {deprecation.since}, {until}: {deprecation.why}{use}"]


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rsplit("/", 1)[1])
    if "anyOf" in schema:
        return " or ".join(_type(part) for part in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "any")


def main() -> None:
    """Write what is new; an incompatible change of a kept schema is refused."""
    SCHEMAS.mkdir(exist_ok=True)
    for name, event in PUBLIC.items():
        schema, file = schema_of(event), schema_file(name)
        if file.exists() and (problems := incompatible(json.loads(file.read_text()), schema)):
            raise SystemExit(advice(event, problems))
        file.write_text(json.dumps(schema, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
        examples.add_missing(event, schema)
    PAGE.write_text(page())


if __name__ == "__main__":
    main()
