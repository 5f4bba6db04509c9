"""What intake announces: the class of all its events."""

from typing import ClassVar

from shared.events.base import Event


class IntakeEvent(Event):
    """An event of the register."""

    publisher: ClassVar[str] = "intake"
