"""What schools and regions undertake to win employers."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from shared.events.base import Wire
from shared.events.codes import Code, Region
from shared.events.intake.base import IntakeEvent


class InitiativeEmployer(Wire):
    """An employer that takes part in an initiative, and since when."""

    employer_id: UUID
    since_date: date


class InitiativeUndertaken(IntakeEvent):
    """A school or a region undertakes something, or it went on otherwise: its whole state, codes and ids alone."""

    subject_kind: ClassVar[str] = "initiative"
    initiative_id: UUID
    region: Region
    school_id: UUID | None
    """None: the region's own."""
    kind: Code
    aim: Code
    target_groups: tuple[Code, ...] = ()
    sectors: tuple[Code, ...] = ()
    partners: tuple[Code, ...] = ()
    begin_date: date
    ended_date: date | None
    employers: tuple[InitiativeEmployer, ...] = ()
