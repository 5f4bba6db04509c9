"""The tables of agreements, and of who guides whom: the own school's alone."""

from sqlalchemy import Column, DateTime, ForeignKey, Index, Integer, Table, Text, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.intake.store.tables import metadata

agreements = Table(
    "agreements",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("placement_id", UUID(as_uuid=True), ForeignKey("placements.id"), nullable=False),
    Column("student_id", UUID(as_uuid=True), ForeignKey("students.id"), nullable=False),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), nullable=False),
    Column("employer_id", UUID(as_uuid=True), ForeignKey("employers.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("author", Text, nullable=False),
    Column("terms", JSONB, nullable=False),
    Column("stay", JSONB, nullable=False),
    Column("parties", JSONB, nullable=False),
    Column("paper", JSONB, nullable=False),
    Column("signatures", JSONB, nullable=False, server_default=text("'[]'")),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    UniqueConstraint("placement_id", "number", name="agreements_number"),
    Index("agreements_student", "student_id"),
    Index("agreements_school", "school_id", "id"),
    Index("agreements_employer", "employer_id"),
)

supervisions = Table(
    "supervisions",
    metadata,
    Column("placement_id", UUID(as_uuid=True), ForeignKey("placements.id"), primary_key=True),
    Column("student_id", UUID(as_uuid=True), ForeignKey("students.id"), nullable=False),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), nullable=False),
    Column("employer_id", UUID(as_uuid=True), ForeignKey("employers.id"), nullable=False),
    Column("author", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("supervisions_student", "student_id"),
    Index("supervisions_school", "school_id"),
    Index("supervisions_employer", "employer_id"),
)
