"""What the own school records of a student beside what matching needs: coarse codes and dates, never a story."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, ValidationInfo, field_validator, model_validator

from services.intake.domain.fields import Day, not_before
from shared.api import Body, ShortText
from shared.events.codes import Code, PlacementKind

PostcodeArea = Annotated[str, Field(pattern=r"^[1-9][0-9]{3}$", examples=["8232"])]
"""The four digits of a postcode: a neighbourhood (wijk)."""


class Strength(StrEnum):
    """How far a student is, as coarse as the schools of the research report speak of it."""

    STRONG = "strong"
    SUFFICIENT = "sufficient"
    GROWING = "growing"


class Level(StrEnum):
    """The level at which a student learns: practical education, or the mbo level within reach."""

    PRACTICAL = "practical"
    MBO_ENTRY = "mbo-entry"
    MBO_2 = "mbo-2"
    MBO_3_4 = "mbo-3-4"


class Skills(Body):
    """Employee skills (werknemersvaardigheden, C9) and motivation (C10); null: not known yet."""

    on_time: Strength | None = None
    keeps_agreements: Strength | None = None
    social: Strength | None = None
    motivation: Strength | None = None


class IndicationKind(StrEnum):
    """What UWV or the municipality can decide (C6–C8)."""

    JOB_AGREEMENT = "job-agreement"
    """Banenafspraak: registered in the doelgroepregister."""
    SHELTERED = "sheltered"
    DAY_ACTIVITY = "day-activity"


class IndicationStatus(StrEnum):
    """How far a request is."""

    REQUESTED = "requested"
    GRANTED = "granted"
    REFUSED = "refused"


class Indication(Body):
    """A request to UWV or the municipality, and what became of it."""

    kind: IndicationKind
    status: IndicationStatus
    requested_date: Day | None = None
    decided_date: Day | None = None
    valid_until: Day | None = None
    on_waiting_list: bool = False

    @field_validator("decided_date")
    @classmethod
    def _decided_after(cls, decided: date | None, info: ValidationInfo) -> date | None:
        return not_before("requested_date", decided, info)

    @field_validator("valid_until")
    @classmethod
    def _valid_after(cls, until: date | None, info: ValidationInfo) -> date | None:
        return not_before("decided_date", until, info)


class CertificateDates(Body):
    """From when until when a certificate is valid."""

    code: Annotated[Code, Field(examples=["vca"])]
    obtained_date: Day | None = None
    valid_until: Day | None = None

    @field_validator("valid_until")
    @classmethod
    def _in_order(cls, until: date | None, info: ValidationInfo) -> date | None:
        return not_before("obtained_date", until, info)


class WorkProcessProgress(StrEnum):
    """How far a student is with a work process."""

    PLANNED = "planned"
    PRACTISING = "practising"
    SHOWN = "shown"
    """Done well at the employer, and not certified yet."""
    CERTIFIED = "certified"


class PracticeCertificate(Body):
    """One work process of an mbo qualification that a student learns in practice (praktijkverklaring, C16, J14)."""

    crebo: Annotated[str, Field(pattern=r"^[0-9]{5}$", examples=["25254"])]
    work_process: Annotated[str, Field(pattern=r"^[BDP][0-9]-K[0-9]-W[0-9]{1,2}$", examples=["B1-K1-W1"])]
    title: ShortText | None = None
    progress: WorkProcessProgress = WorkProcessProgress.PLANNED
    employer_id: UUID | None = Field(default=None, description="Where it is learned.")
    certified_date: Day | None = Field(default=None, description="With `certified`, and only with that.")

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if (self.progress is WorkProcessProgress.CERTIFIED) != (self.certified_date is not None):
            raise ValueError("certifiedDate is given with the progress `certified`, and only with that")
        return self


class Relation(StrEnum):
    """Through whom a student knows an employer."""

    FAMILY = "family"
    FRIENDS = "friends"
    JOB = "job"
    OTHER = "other"


class KnownEmployer(Body):
    """An employer in the student's own network (C19); never the name of a person."""

    employer_id: UUID | None = Field(default=None, description="When the register knows it.")
    employer_name: ShortText
    relation: Relation


class Verdict(StrEnum):
    """What a student found."""

    SUITS = "suits"
    DOUBTS = "doubts"
    DOES_NOT_SUIT = "does-not-suit"


class Orientation(Body):
    """Something a student did to find out what work suits (loopbaanoriëntatie, C20)."""

    kind: PlacementKind
    sector: Annotated[Code, Field(examples=["horeca"])]
    done_date: Day
    verdict: Verdict | None = None
