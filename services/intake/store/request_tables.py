"""The table of what schools ask intermediaries."""

from sqlalchemy import BigInteger, Column, Date, DateTime, ForeignKey, Index, Table, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.intake.store.tables import metadata

student_requests = Table(
    "student_requests",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    Column("student_id", UUID(as_uuid=True), ForeignKey("students.id"), nullable=False),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), nullable=False),
    Column("region", Text, nullable=False),
    Column("ground_id", UUID(as_uuid=True), nullable=False),
    Column("author", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked", JSONB, nullable=False),
    Column("steps", JSONB, nullable=False),
    Column("answer", JSONB(none_as_null=True)),
    Column("accepted_date", Date),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("student_requests_student", "student_id", "id"),
    Index("student_requests_region", "region", "id"),
    info={"subject": "student_request"},
)
"""Health data: apart from other requests, so that no list of those can hold one by accident."""

requests = Table(
    "requests",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    Column("kind", Text, nullable=False),
    Column("intermediary", Text, nullable=False),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), nullable=False),
    Column("employer_id", UUID(as_uuid=True), ForeignKey("employers.id"), nullable=False),
    Column("placement_id", UUID(as_uuid=True), nullable=False),
    Column("student_id", UUID(as_uuid=True), nullable=False),
    Column("region", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked", JSONB, nullable=False),
    Column("steps", JSONB, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("requests_school", "school_id", "id"),
    Index("requests_intermediary", "intermediary", "region", "id"),
    Index("requests_employer", "employer_id"),
    Index("requests_student", "student_id"),
    info={"subject": "request"},
)
"""Placement and student may have been erased: no foreign key to them; with the student it goes."""
