"""The table of accreditation requests, each with its steps."""

from sqlalchemy import Column, DateTime, ForeignKey, Index, Table, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.intake.store.tables import metadata

accreditations = Table(
    "accreditations",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("employer_id", UUID(as_uuid=True), ForeignKey("employers.id"), nullable=False),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id")),
    Column("region", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("request", JSONB, nullable=False),
    Column("steps", JSONB, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index(
        "accreditations_one_at_a_time",
        "employer_id",
        unique=True,
        postgresql_where=text("state in ('requested', 'submitted', 'visit-planned')"),
    ),
    Index("accreditations_employer", "employer_id", "id"),
    Index("accreditations_region", "region", "id"),
)
