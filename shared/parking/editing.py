"""What a message may be changed into: whatever fits its event's class, and stays the same event."""

from typing import Any

from pydantic import ValidationError

from shared.errors import Invalid, Problem
from shared.events import Event
from shared.events.base import CATALOGUE
from shared.events.envelope import Envelope, Unreadable


def edited(message: bytes, data: dict[str, Any]) -> Envelope:
    """The message with other data; `Invalid` says everything that is wrong with it."""
    original = Envelope.parse(message)
    changed = original.model_copy(update={"data": data})
    _check(changed, known=original.data)
    problems = []
    if original.subject and str(changed.event().subject) != original.subject:
        problems.append(_problem(f"the subject stays {original.subject}: another subject is another event"))
    if original.version and changed.version != original.version:
        problems.append(_problem(f"the version stays {original.version}", "/data/version"))
    if problems:
        raise Invalid(problems=problems)
    return readable(changed)


def repaired(body: bytes) -> Envelope:
    """Bytes repaired by hand as the message that they should have been; `Invalid` says what is still wrong."""
    try:
        envelope = Envelope.parse(body)
    except Unreadable as error:
        raise Invalid("/message", str(error)) from None
    _check(envelope, known={})
    return envelope


def readable(envelope: Envelope) -> Envelope:
    """The same, once it is sure that it can be written and read again."""
    try:
        return Envelope.parse(envelope.to_json().encode())
    except (Unreadable, ValueError) as error:
        raise Invalid("/data", str(error)) from None


def _check(envelope: Envelope, *, known: dict[str, Any]) -> None:
    event = CATALOGUE.get(envelope.type)
    if event is None:
        raise Invalid(detail=f"this service knows no event of type {envelope.type}, so that nothing can be checked")
    try:
        event.model_validate(envelope.data)
    except ValidationError as error:
        raise Invalid(
            problems=[_problem(e["msg"], "/data/" + "/".join(map(str, e["loc"]))) for e in error.errors()]
        ) from None
    if unknown := [name for name in envelope.data if name not in _names(event) | known.keys()]:
        raise Invalid(problems=[_problem(f"{event.__name__} has no such field", f"/data/{name}") for name in unknown])


def _names(event: type[Event]) -> set[str]:
    return {field.alias or name for name, field in event.model_fields.items()}


def _problem(detail: str, pointer: str = "/data") -> Problem:
    return Problem(pointer=pointer, detail=detail)
