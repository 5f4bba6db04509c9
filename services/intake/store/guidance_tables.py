"""The tables of guidance during a placement: its rhythm and visits, what stood in its way, how it went."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.intake.store.tables import metadata


def of_a_placement() -> tuple[Column[object], ...]:
    """Columns of what is recorded of a placement, for the student's own school."""
    return (
        Column("id", UUID(as_uuid=True), primary_key=True),
        Column("placement_id", UUID(as_uuid=True), ForeignKey("placements.id"), nullable=False),
        Column("student_id", UUID(as_uuid=True), ForeignKey("students.id"), nullable=False),
        Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), nullable=False),
    )


def _recorded() -> Column[object]:
    return Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp())


def _version() -> Column[int]:
    return Column("version", BigInteger, nullable=False, server_default=text("0"))


visit_rhythms = Table(
    "visit_rhythms",
    metadata,
    *of_a_placement(),
    _version(),
    Column("every_weeks", SmallInteger, nullable=False),
    Column("due_date", Date),
    Column("told_date", Date),
    UniqueConstraint("placement_id", name="visit_rhythms_placement"),
    Index("visit_rhythms_due", "school_id", "due_date"),
    Index("visit_rhythms_student", "student_id"),
    info={"subject": "rhythm"},
)

visits = Table(
    "visits",
    metadata,
    *of_a_placement(),
    Column("author", Text, nullable=False),
    Column("visit_date", Date, nullable=False),
    Column("said", JSONB, nullable=False),
    _recorded(),
    Index("visits_placement", "placement_id", "id"),
    Index("visits_student", "student_id"),
)

bottlenecks = Table(
    "bottlenecks",
    metadata,
    *of_a_placement(),
    _version(),
    Column("region", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("led_to_end", Boolean, nullable=False, server_default=text("false")),
    _recorded(),
    Index("bottlenecks_placement", "placement_id", "id"),
    Index("bottlenecks_student", "student_id"),
    info={"subject": "bottleneck"},
)

evaluations = Table(
    "evaluations",
    metadata,
    *of_a_placement(),
    Column("party", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("given_date", Date, nullable=False),
    Column("said", JSONB, nullable=False),
    UniqueConstraint("placement_id", "party", name="evaluations_once"),
    Index("evaluations_student", "student_id"),
)
