"""The one envelope on every wire: CloudEvents 1.0, structured JSON, in the NL GOV profile (STANDARDS §2)."""

import uuid
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shared.events.base import CATALOGUE, Event
from shared.ids import new_id

CONTENT_TYPE = "application/cloudevents+json"
LARGEST = 64 * 1024
"""Bytes: what the CloudEvents specification asks every intermediary to carry."""


class Unreadable(ValueError):
    """The bytes are no CloudEvent."""


class Envelope(BaseModel):
    """The context attributes of a CloudEvent and its data as JSON."""

    model_config = ConfigDict(frozen=True, extra="allow")

    specversion: Literal["1.0"] = "1.0"
    id: Annotated[str, Field(min_length=1, max_length=200)]
    source: Annotated[str, Field(min_length=1, max_length=200)]
    type: Annotated[str, Field(min_length=1, max_length=200)]
    subject: Annotated[str, Field(max_length=200)] = ""
    time: datetime
    datacontenttype: str = "application/json"
    dataref: str | None = None
    correlationid: str | None = None
    causationid: str | None = None
    traceparent: str | None = None
    data: dict[str, Any]

    @property
    def event_id(self) -> uuid.UUID:
        """The id that the inbox knows the event by: the event's own UUID, or one made of a foreign (source, id)."""
        try:
            own = uuid.UUID(self.id)
        except ValueError:
            return uuid.uuid5(uuid.NAMESPACE_URL, f"{self.source}#{self.id}")
        return own if own.version == 7 else uuid.uuid5(uuid.NAMESPACE_URL, f"{self.source}#{self.id}")

    @property
    def version(self) -> int:
        """The event's number among those of its subject; 0 where a foreign publisher does not count."""
        version = self.data.get("version", 0)
        return version if isinstance(version, int) and 0 <= version < 2**63 else 0

    def event(self) -> Event:
        """The data as its event class; `ValidationError` when it does not fit, `KeyError` for an unknown type."""
        return CATALOGUE[self.type].model_validate(self.data)

    def to_json(self) -> str:
        """The message as it goes over the wire."""
        return self.model_dump_json(exclude_none=True)

    @classmethod
    def parse(cls, body: bytes) -> "Envelope":
        """Read a message; `Unreadable` says what is wrong with it."""
        if len(body) > LARGEST:
            raise Unreadable(f"larger than {LARGEST} bytes")
        try:
            envelope = cls.model_validate_json(body)
        except ValidationError as error:
            problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:5])
            raise Unreadable(problems) from None
        if "\x00" in str(body, "utf-8", "replace") or b"\\u0000" in body:
            raise Unreadable("holds a NUL character")
        return envelope

    @classmethod
    def of(
        cls,
        event: Event,
        source: str,
        *,
        dataref: str | None = None,
        correlation_id: str | None = None,
        causation_id: str | None = None,
        traceparent: str | None = None,
    ) -> "Envelope":
        """Wrap an event that happens now."""
        return cls(
            id=str(new_id()),
            source=source,
            type=type(event).event_type(),
            subject=str(event.subject),
            time=datetime.now(UTC),
            dataref=dataref,
            correlationid=correlation_id,
            causationid=causation_id,
            traceparent=traceparent,
            data=event.model_dump(mode="json", by_alias=True),
        )
