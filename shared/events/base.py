"""What every event is: a frozen fact in the past tense, owned by its publisher, read as a CloudEvent."""

import functools
import re
from typing import Any, ClassVar, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from shared.deprecation import Deprecation

TYPE_PREFIX = "nl.stagebrug"

CATALOGUE: dict[str, type["Event"]] = {}
"""Every event class by its CloudEvents type; filled as the classes are defined."""

SUCCESSORS: dict[type["Event"], type["Event"]] = {}
"""The next version of an event, where there is one."""


class Wire(BaseModel):
    """camelCase on every wire, snake_case in Python; what is unknown is ignored, so that fields can be added."""

    model_config = ConfigDict(
        frozen=True, alias_generator=to_camel, populate_by_name=True, extra="ignore", hide_input_in_errors=True
    )


class Event(Wire):
    """A fact that a publisher announces; `subject_kind` names the field (`<kind>_id`) whose value is the subject.

    `version` counts the events of one subject from 1 and is set when the event is announced.
    """

    publisher: ClassVar[str] = ""
    subject_kind: ClassVar[str] = ""
    schema_version: ClassVar[int] = 1
    replaces: ClassVar["type[Event] | None"] = None
    """The version before this one: announced together with it, as one fact, until it is retired."""
    deprecated: ClassVar[Deprecation | None] = None

    version: int = Field(default=0, ge=0)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        for own in ("replaces", "deprecated"):  # a V2 may be made of a V1, but its farewell is not its own
            if own not in cls.__dict__:
                setattr(cls, own, None)
        if cls.publisher and cls.subject_kind:
            _check_version(cls)
            CATALOGUE[cls.event_type()] = cls
            if cls.replaces is not None:
                SUCCESSORS[cls.replaces] = cls

    def downgrade(self) -> "Event":
        """The same fact as those read it who know only the version that this one replaces."""
        raise NotImplementedError(f"{type(self).__name__} replaces another: define downgrade()")

    @classmethod
    def upgrade(cls, old: Any) -> Self:
        """A fact announced in the replaced version, read as this one: for logs from before, and for late messages."""
        raise NotImplementedError(f"{cls.__name__} replaces another: define upgrade()")

    @classmethod
    def event_name(cls) -> str:
        """`StudentReady` → `student-ready`; a version at the end of the class's name is not part of it."""
        return _in_kebab_case(cls.__name__)

    @classmethod
    def event_type(cls) -> str:
        """The CloudEvents type, for example `nl.stagebrug.student-ready.v1`."""
        return f"{TYPE_PREFIX}.{cls.event_name()}.v{cls.schema_version}"

    @classmethod
    def routing_key(cls) -> str:
        """The routing key on the exchange, for example `intake.student-ready.v1`."""
        return f"{cls.publisher}.{cls.event_name()}.v{cls.schema_version}"

    @property
    def subject(self) -> UUID:
        """The id of what the event is about."""
        value: UUID = getattr(self, f"{self.subject_kind}_id")
        return value


@functools.cache  # each event that is announced asks for it twice
def _in_kebab_case(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "-", re.sub(r"V\d+$", "", name)).lower()


def _check_version(event: type[Event]) -> None:
    named = re.search(r"V(\d+)$", event.__name__)
    if event.schema_version != (int(named[1]) if named else 1):
        raise TypeError(f"{event.__name__} has schema_version {event.schema_version}: name and number must agree")
    old = event.replaces
    if old is None:
        return
    same = (old.publisher, old.event_name(), old.subject_kind, old.schema_version + 1)
    if same != (event.publisher, event.event_name(), event.subject_kind, event.schema_version):
        raise TypeError(f"{event.__name__} cannot replace {old.__name__}: it is not the same event's next version")
