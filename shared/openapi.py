"""What every service's OpenAPI document says alike, so that a generator makes a good client of it."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic.alias_generators import to_camel

from shared.http import PROBLEM

JSON = "application/json"
Document = dict[str, Any]

_PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "array", "items": {"type": "object"}},
    },
}


def _documented(description: str) -> dict[str, Any]:
    return {"description": description, "content": {PROBLEM: {"schema": _PROBLEM_SCHEMA}}}


ERRORS: dict[int | str, dict[str, Any]] = {
    400: _documented("The input is not valid: all errors at once."),
    401: _documented("No valid token."),
    403: _documented("The role does not allow it."),
    404: _documented("Not there, or not for the caller to see."),
    409: _documented("Refused as things are."),
    413: _documented("The body is too large."),
    422: {"description": "Never: invalid input is 400."},
    429: _documented("Called too often: `Retry-After` says when to go on."),
    503: _documented("Away for a moment: try again, creates under the same Idempotency-Key."),
}
"""What every operation may answer besides."""


def operation_id(route: APIRoute) -> str:
    """An operation's name in generated clients: that of its function (`list_employers` → `listEmployers`)."""
    return to_camel(route.name.removeprefix("_"))


def install(app: FastAPI) -> None:
    """Let an app describe itself as clients need it."""
    generate = app.openapi

    def openapi() -> Document:
        if app.openapi_schema is None:
            described(generate())
        return app.openapi_schema or {}

    setattr(app, "openapi", openapi)  # noqa: B010 — FastAPI's documented way, which mypy refuses as an assignment


def described(document: Document) -> None:
    """Bring a document of FastAPI's into the form that we publish, in place.

    Invalid input is 400 everywhere, never 422; path parameters are written as all names on the wire; a parameter is
    left out, never null; an answer always has all its fields; and what was made says what can be done with it.
    """
    for _, operation in _operations(document):
        operation["responses"].pop("422", None)
        for parameter in operation.get("parameters", []):
            _without_null(parameter)
    for name in ("HTTPValidationError", "ValidationError"):
        document.get("components", {}).get("schemas", {}).pop(name, None)
    _write_paths_in_camel_case(document)
    _require_fields_of_answers(document)
    _link(document)


def _operations(document: Document) -> Iterator[tuple[str, Document]]:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            yield path, operation


def _without_null(parameter: Document) -> None:
    schema = parameter["schema"]
    kinds = [kind for kind in schema.get("anyOf", ()) if kind != {"type": "null"}]
    if len(kinds) == 1 and len(kinds) < len(schema["anyOf"]):
        del schema["anyOf"]
        parameter["schema"] = kinds[0] | schema


def _write_paths_in_camel_case(document: Document) -> None:
    document["paths"] = {
        "/".join(_camel(segment) for segment in path.split("/")): operations
        for path, operations in document["paths"].items()
    }
    for _, operation in _operations(document):
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "path":
                parameter["name"] = to_camel(parameter["name"])


def _camel(segment: str) -> str:
    return "{" + to_camel(segment[1:-1]) + "}" if segment.startswith("{") else segment


def _references(node: Any) -> Iterator[str]:
    """The names of the schemas that a part of a document refers to."""
    if isinstance(node, dict):
        if isinstance(to := node.get("$ref"), str):
            yield to.rsplit("/", 1)[1]
        for inner in node.values():
            yield from _references(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _references(inner)


def _reachable(schemas: Document, begin: Any) -> set[str]:
    found: set[str] = set()
    open_ = set(_references(begin))
    while open_:
        found |= open_
        open_ = {name for one in open_ for name in _references(schemas.get(one))} - found
    return found


def _require_fields_of_answers(document: Document) -> None:
    """What only answers hold is always there: a field that has a default is sent nevertheless."""
    schemas = document.get("components", {}).get("schemas", {})
    sent = _reachable(schemas, [operation.get("requestBody") for _, operation in _operations(document)])
    answered = _reachable(schemas, [operation["responses"] for _, operation in _operations(document)])
    for name in answered - sent:
        if properties := schemas[name].get("properties"):
            schemas[name]["required"] = list(properties)


def _link(document: Document) -> None:
    """From the answer that made a thing to every operation whose address is that of the thing (OpenAPI links)."""
    for path, operation in list(_operations(document)):
        if (made := operation["responses"].get("201")) is None:
            continue
        links = dict(_links(document, path.rsplit("/", 1)[1]))
        if links:
            made["links"] = links
            made.setdefault("headers", {})["Location"] = {
                "description": "The address of what was made.",
                "schema": {"type": "string", "format": "uri"},
            }


def _links(document: Document, collection: str) -> Iterator[tuple[str, Document]]:
    for path, operation in _operations(document):
        segments = path.split("/")
        parameters = [segment[1:-1] for segment in segments if segment.startswith("{")]
        if segments[:3] == ["", "v1", collection] and len(parameters) == 1 and segments[3] == f"{{{parameters[0]}}}":
            name = operation["operationId"]
            yield name, {"operationId": name, "parameters": {parameters[0]: "$response.body#/id"}}
