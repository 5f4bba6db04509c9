"""The tables of what only the own school sees beside the student: grounds for sharing, and facts of special care."""

from sqlalchemy import Column, Date, DateTime, ForeignKey, Index, SmallInteger, Table, Text, func
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.intake.store.tables import metadata

grounds = Table(
    "grounds",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("student_id", UUID(as_uuid=True), ForeignKey("students.id"), nullable=False),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), nullable=False),
    Column("author", Text, nullable=False),
    Column("age_at_giving", SmallInteger, nullable=False),
    Column("end_date", Date, nullable=False),
    Column("withdrawn_date", Date),
    Column("objected_date", Date),
    Column("kept_because", Text),
    Column("facts", JSONB, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("grounds_student", "student_id", "id"),
    Index("grounds_end", "end_date"),
)

special_facts = Table(
    "special_facts",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("student_id", UUID(as_uuid=True), ForeignKey("students.id"), nullable=False),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), nullable=False),
    Column("author", Text, nullable=False),
    Column("expires_date", Date, nullable=False),
    Column("fact", JSONB, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("special_facts_student", "student_id", "id"),
    Index("special_facts_expires", "expires_date"),
)
"""Apart from the student, so that no list, export or profile can hold them by accident."""
