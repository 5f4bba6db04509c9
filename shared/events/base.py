"""What every event is: a frozen fact in the past tense, owned by its publisher, read as a CloudEvent."""

import re
from typing import Any, ClassVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

TYPE_PREFIX = "nl.stagebrug"

CATALOGUE: dict[str, type["Event"]] = {}
"""Every event class by its CloudEvents type; filled as the classes are defined."""


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

    version: int = Field(default=0, ge=0)

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if cls.publisher and cls.subject_kind:
            CATALOGUE[cls.event_type()] = cls

    @classmethod
    def event_name(cls) -> str:
        """`StudentReady` → `student-ready`; a version at the end of the class's name is not part of it."""
        return re.sub(r"(?<!^)(?=[A-Z])", "-", re.sub(r"V\d+$", "", cls.__name__)).lower()

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
