"""The events for those outside: a JSON Schema file per event version and a page in docs/, both made from the classes.

`python -m shared.events.reference` writes them; a test fails while they differ from the classes.
"""

import json
from pathlib import Path
from typing import Any

from shared.events import CATALOGUE, Event

SCHEMAS = Path(__file__).parent / "schemas"
PAGE = Path(__file__).parents[2] / "docs" / "events.md"


PUBLIC = {name: event for name, event in CATALOGUE.items() if event.__module__.startswith("shared.events.")}
"""The system's own events; a test may define others for itself."""


def schema_of(event: type[Event]) -> dict[str, Any]:
    """The JSON Schema of an event's `data`."""
    schema = event.model_json_schema(by_alias=True, mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": f"urn:{event.event_type()}", **schema}


def schema_file(event_type: str) -> Path:
    """Where the schema of an event type is kept; files of versions that are no longer published stay."""
    return SCHEMAS / f"{event_type}.json"


def incompatible(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What a consumer of `old` could stumble over in `new`: fields gone, changed, or no longer always there."""
    found = [f"{name} is gone" for name in old["properties"] if name not in new["properties"]]
    promised = set(old.get("required", ()))
    found += [
        f"{name} is no longer always there"
        for name in promised - set(new.get("required", ()))
        if name in new["properties"]
    ]
    for name, before in old["properties"].items():
        after = new["properties"].get(name)
        if after is not None and _meaning(before, old) != _meaning(after, new):
            found.append(f"{name} changed its form")
    return found


def _meaning(schema: Any, document: dict[str, Any]) -> Any:
    """A schema with its references resolved and without its prose; an enumeration may grow."""
    if isinstance(schema, list):
        return [_meaning(part, document) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _meaning(document["$defs"][schema["$ref"].rsplit("/", 1)[1]], document)
    prose = {"title", "description", "examples", "default", "enum"}
    return {key: _meaning(value, document) for key, value in schema.items() if key not in prose}


def page() -> str:
    """The reference of all events as Markdown."""
    lines = ["# Events", "", "Made from the classes in `shared/events/` by `make docs`; do not edit by hand.", ""]
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
    ]
    properties = schema_of(event)["properties"]
    required = set(schema_of(event).get("required", ()))
    rows = [
        f"| `{name}` | {_type(schema)} | {'yes' if name in required else 'no'} |" for name, schema in properties.items()
    ]
    return [*head, "", "| field | form | always there |", "|---|---|---|", *rows, ""]


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
            raise SystemExit(
                f"{name}: {'; '.join(problems)}. Keep this class and add a new one with schema_version + 1."
            )
        file.write_text(json.dumps(schema, indent=1, ensure_ascii=False, sort_keys=True) + "\n")
    PAGE.write_text(page())


if __name__ == "__main__":
    main()
