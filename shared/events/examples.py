"""Example messages of every event version ever published, as files that are never changed afterwards.

`make docs` adds one where an event has a form that no kept example shows: a new event, or a new optional field. Ids and
times are made from names, so that two machines write the same file.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

from shared.events.base import Event
from shared.events.envelope import Envelope
from shared.ids import first_id_of

EXAMPLES = Path(__file__).parent / "examples"
FINGERPRINTS = "SHA256SUMS"
"""In the form that `sha256sum --check` reads; lines are only ever added."""

SOURCE = "urn:nld:oin:00000099000000000001:systeem:stagebrug-{publisher}"
TIME = "2026-09-07T08:30:00Z"
_MILLISECONDS = 1_788_769_800_000

_REALISTIC: Mapping[str, Any] = {
    "brin": "01AB00",
    "choice": 1,
    "firstChoiceCount": 97,
    "nl.stagebrug.region-planned.v1/kind": "anew",
    "placedCount": 168,
    "rule": "travel",
    "failedType": "nl.stagebrug.student-unmatched.v1",
    "jobsPerYear": 1,
    "kvkNumber": "90001234",
    "minimumAge": 16,
    "months": 6,
    "nl.stagebrug.school-registered.v1/name": "Praktijkschool De Dijk",
    "name": "Tuincentrum De Linde",
    "place": "Lelystad",
    "placesPerYear": 4,
    "postcode": "8232 AB",
    "searchingAlike": 7,
    "seats": 2,
    "studentCount": 212,
    "version": 3,
    "website": "https://tuincentrum.example",
}
_DAYS = {
    "beginDate": "2026-09-14",
    "contactDate": "2026-09-03",
    "endDate": "2027-02-05",
    "endedDate": "2027-02-05",
    "sinceDate": "2026-09-01",
    "untilDate": "2026-12-01",
    "validUntilDate": "2026-12-18",
}


def kept(event_type: str, folder: Path = EXAMPLES) -> list[Path]:
    """The example files of an event type, oldest first."""
    return sorted((folder / event_type).glob("*.json"), key=lambda file: int(file.stem))


def fingerprints(folder: Path = EXAMPLES) -> dict[str, str]:
    """The digest that each example had when it was written, by its path within the folder."""
    file = folder / FINGERPRINTS
    lines = file.read_text().splitlines() if file.exists() else []
    return {path: digest for digest, path in (line.split("  ", 1) for line in lines)}


def digest(file: Path) -> str:
    """What a file's content is known by."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def add_missing(event: type[Event], schema: dict[str, Any], folder: Path = EXAMPLES) -> None:
    """Keep an example of each form of an event that no kept example shows; kept ones are left alone."""
    known = {_form(json.loads(file.read_text())["data"]) for file in kept(event.event_type(), folder)}
    for everything in (True, False):
        data = _value(schema, schema, event.event_type(), everything=everything)
        if _form(data) not in known:
            known.add(_form(data))
            _keep(event, data, folder)


def _keep(event: type[Event], data: dict[str, Any], folder: Path) -> None:
    name = f"{event.event_type()}/{len(kept(event.event_type(), folder)) + 1}.json"
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    message = message_of(event, data, name).model_dump(mode="json", exclude_none=True)
    file.write_text(json.dumps(message, indent=1, ensure_ascii=False) + "\n")
    with (folder / FINGERPRINTS).open("a") as lines:
        lines.write(f"{digest(file)}  {name}\n")


def message_of(event: type[Event], data: dict[str, Any], name: str) -> Envelope:
    """The whole CloudEvent of an example."""
    span = hashlib.sha256(name.encode()).hexdigest()
    return Envelope.model_validate(
        {
            "id": str(_id(name)),
            "source": SOURCE.format(publisher=event.publisher),
            "type": event.event_type(),
            "subject": str(event.model_validate(data).subject),
            "time": TIME,
            "correlationid": str(_id(f"call of {name}")),
            "traceparent": f"00-{span[:32]}-{span[32:48]}-01",
            "data": data,
        }
    )


def _id(name: str) -> UUID:
    """A UUIDv7 of the examples' moment, always the same for a name."""
    random = int.from_bytes(hashlib.sha256(name.encode()).digest()[:9], "big") & ((1 << 62) - 1)
    return UUID(int=first_id_of(_MILLISECONDS).int | random)


def _value(schema: Mapping[str, Any], document: Mapping[str, Any], path: str, *, everything: bool) -> Any:
    """A value that fits a schema: with all that can be there, or with only what must be."""
    if "$ref" in schema:
        return _value(document["$defs"][schema["$ref"].rsplit("/", 1)[1]], document, path, everything=everything)
    if "anyOf" in schema:
        nullable = any(part.get("type") == "null" for part in schema["anyOf"])
        return (
            None if nullable and not everything else _value(schema["anyOf"][0], document, path, everything=everything)
        )
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object":
        return dict(_fields(schema, document, path, everything=everything))
    if schema.get("type") == "array":
        several = everything or schema.get("minItems")
        return [_value(schema["items"], document, f"{path}/0", everything=everything)] if several else []
    return _plain(schema, path)


def _fields(
    schema: Mapping[str, Any], document: Mapping[str, Any], path: str, *, everything: bool
) -> Iterator[tuple[str, Any]]:
    for name, field in schema["properties"].items():
        if everything or name in schema.get("required", ()) or name == "version":
            yield name, _value(field, document, f"{path}/{name}", everything=everything)


def _plain(schema: Mapping[str, Any], path: str) -> Any:
    name = path.rsplit("/", 1)[-1]
    by_format = {
        "uuid": str(_id(path)),
        "date": _DAYS.get(name, "2026-09-07"),
        "date-time": "2026-09-14T15:00:00Z",
    }
    by_type = {"boolean": True, "integer": schema.get("minimum", 1), "number": schema.get("minimum", 1.5)}
    known = (by_format.get(schema.get("format", "")), _REALISTIC.get(path), _REALISTIC.get(name))
    found = next((value for value in known if value is not None), None)
    if found is None:
        found = next(iter(schema.get("examples", ())), by_type.get(schema.get("type", ""), "example"))
    return found


def _form(value: Any) -> Any:
    """What an example shows apart from its values: which fields are there, and of which kind."""
    if isinstance(value, dict):
        return frozenset((name, _form(inner)) for name, inner in value.items())
    if isinstance(value, list):
        return ("list", *{_form(inner) for inner in value})
    return type(value).__name__
