"""The tables of students who leave: what a municipality may fetch and fetched, and how they fare afterwards."""

from sqlalchemy import BigInteger, Column, Date, DateTime, ForeignKey, Index, SmallInteger, Table, Text, func, text
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from services.intake.store.tables import metadata


def _of_a_student() -> tuple[Column[object], ...]:
    return (
        Column("id", UUID(as_uuid=True), primary_key=True),
        Column("student_id", UUID(as_uuid=True), ForeignKey("students.id"), nullable=False),
        Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), nullable=False),
    )


handovers = Table(
    "handovers",
    metadata,
    *_of_a_student(),
    Column("municipality", Text, nullable=False),
    Column("ground_id", UUID(as_uuid=True), nullable=False),
    Column("legal_ground", Text, nullable=False),
    Column("parts", ARRAY(Text), nullable=False),
    Column("author", Text, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("handovers_student", "student_id", "id"),
    Index("handovers_municipality", "municipality", "id"),
)
"""A ground is forgotten a year after its end; what was handed over on it stays known, and is shared no more."""

handover_fetches = Table(
    "handover_fetches",
    metadata,
    *_of_a_student(),
    Column("handover_id", UUID(as_uuid=True), nullable=False),
    Column("oin", Text),
    Column("subject", Text, nullable=False),
    Column("fetched_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("handover_fetches_handover", "handover_id", "id"),
    Index("handover_fetches_student", "student_id"),
)

follow_ups = Table(
    "follow_ups",
    metadata,
    *_of_a_student(),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    Column("region", Text, nullable=False),
    Column("months", SmallInteger, nullable=False),
    Column("left_date", Date, nullable=False),
    Column("due_date", Date, nullable=False),
    Column("said", JSONB(none_as_null=True)),
    Column("author", Text),
    Unique("student_id", "months", name="follow_ups_once"),
    Index("follow_ups_due", "school_id", "due_date"),
    info={"subject": "follow_up"},
)
