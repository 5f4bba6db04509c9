"""The tables of closures: what is closed, and what was decided about placements there."""

from sqlalchemy import BigInteger, Column, Date, DateTime, ForeignKey, Index, Table, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.intake.store.tables import metadata

closures = Table(
    "closures",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    Column("region", Text, nullable=False),
    Column("sector", Text),
    Column("state", Text, nullable=False),
    Column("reopened_date", Date),
    Column("closed_by", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("closures_region", "region", "id"),
    info={"subject": "closure"},
)

closure_decisions = Table(
    "closure_decisions",
    metadata,
    Column("closure_id", UUID(as_uuid=True), ForeignKey("closures.id"), primary_key=True),
    Column("placement_id", UUID(as_uuid=True), ForeignKey("placements.id"), primary_key=True),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), nullable=False),
    Column("decision", Text, nullable=False),
    Column("decided_by", Text, nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
)
