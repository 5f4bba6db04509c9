"""The table of merges: which employer went into which, why, and what it was."""

from sqlalchemy import Column, DateTime, ForeignKey, Index, Table, Text, func
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.intake.store.tables import metadata

employer_merges = Table(
    "employer_merges",
    metadata,
    Column("merged_id", UUID(as_uuid=True), ForeignKey("employers.id"), primary_key=True),
    Column("kept_id", UUID(as_uuid=True), ForeignKey("employers.id"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("merged_by", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("moved", JSONB, nullable=False),
    Column("merged_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("employer_merges_kept", "kept_id", "merged_id"),
)
