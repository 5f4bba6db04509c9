"""The one envelope on every wire: CloudEvents 1.0, structured JSON, in the NL GOV profile (STANDARDS §2)."""

import uuid
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from prometheus_client import Counter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from shared.events.base import CATALOGUE, Event
from shared.events.versions import read_as, versions_of
from shared.ids import new_id

EventClass = type[Event]
CONTENT_TYPE = "application/cloudevents+json"
LARGEST = 64 * 1024
"""Bytes: what the CloudEvents specification asks every intermediary to carry."""

DEPRECATED_READ = Counter(
    "stagebrug_deprecated_events_read",
    "Events read here in a version that will go; who still counts should move on.",
    ["type"],
)


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
    time: AwareDatetime
    datacontenttype: str = "application/json"
    dataref: str | None = None
    correlationid: str | None = None
    causationid: str | None = None
    traceparent: str | None = None
    factid: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """Shared by the messages that tell one fact in several versions of its event: the id of the newest of them."""
    deprecated: bool | None = None
    deprecationfrom: datetime | None = None
    deprecationsunset: datetime | None = None
    deprecationmigration: str | None = None
    """These four: the CloudEvents extension for a type that will go."""
    data: dict[str, Any]

    @property
    def event_id(self) -> uuid.UUID:
        """The id that the inbox knows the fact by: a UUID of ours, or one made of a foreign (source, id).

        It is one for all versions of an event, so that a consumer that hears two of them counts once.
        """
        named = self.factid or self.id
        try:
            own = uuid.UUID(named)
        except ValueError:
            return uuid.uuid5(uuid.NAMESPACE_URL, f"{self.source}#{named}")
        return own if own.version == 7 else uuid.uuid5(uuid.NAMESPACE_URL, f"{self.source}#{named}")

    @property
    def is_told_again(self) -> bool:
        """Whether a newer version of this event tells the same fact: who reads all versions may pass over this one."""
        return self.factid is not None and self.factid != self.id

    @property
    def version(self) -> int:
        """The event's number among those of its subject; 0 where a foreign publisher does not count."""
        version = self.data.get("version", 0)
        return version if isinstance(version, int) and 0 <= version < 2**63 else 0

    def event(self, wanted: EventClass | None = None) -> Event:
        """The data as its event class, or as a later version of it that is `wanted`.

        Raises `ValidationError` when it does not fit, `KeyError` for an unknown type.
        """
        event = CATALOGUE[self.type].model_validate(self.data)
        if event.deprecated is not None:
            DEPRECATED_READ.labels(self.type).inc()
        return event if wanted is None else read_as(wanted, event)

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
            **_farewell(type(event)),
        )

    def versions(self, event: Event) -> "list[tuple[Event, Envelope]]":
        """Beside this envelope of `event`, one for each older version that is still published: as one fact."""
        newest, *older = versions_of(event)
        if not older:
            return [(newest, self)]
        together = self.model_copy(update={"factid": self.id})
        return [(newest, together), *((each, _retold(together, each)) for each in older)]


def _retold(envelope: Envelope, event: Event) -> Envelope:
    other = {
        "id": str(new_id()),
        "type": type(event).event_type(),
        "data": event.model_dump(mode="json", by_alias=True),
    }
    return envelope.model_copy(update={**other, **_farewell(type(event))})


def _farewell(event: type[Event]) -> dict[str, Any]:
    deprecation = event.deprecated
    if deprecation is None:
        return {}
    return {
        "deprecated": True,
        "deprecationfrom": deprecation.since_moment,
        "deprecationsunset": deprecation.sunset_moment,
        "deprecationmigration": deprecation.link or None,
    }
