"""The table of an employer's locations beside its main address."""

from sqlalchemy import Column, Date, DateTime, ForeignKey, Index, Table, Text, func
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.intake.store.tables import metadata

locations = Table(
    "locations",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("employer_id", UUID(as_uuid=True), ForeignKey("employers.id"), nullable=False),
    Column("branch_number", Text),
    Column("region", Text, nullable=False),
    Column("municipality", Text),
    Column("location", JSONB, nullable=False),
    Column("closed_date", Date),
    Column("facts", JSONB, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("locations_employer", "employer_id", "id"),
    Index("locations_region", "region", "employer_id"),
)
