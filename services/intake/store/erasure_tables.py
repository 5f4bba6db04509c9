"""The tables of the erasure ledger: who asked, and what each service confirmed. Opaque ids only."""

from sqlalchemy import BigInteger, Column, DateTime, ForeignKey, Index, Table, Text, func
from sqlalchemy.dialects.postgresql import UUID

from services.intake.store.tables import metadata

erasures = Table(
    "erasures",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("requested_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("erasures_school", "school_id", "id"),
)

erasure_proofs = Table(
    "erasure_proofs",
    metadata,
    Column("erasure_id", UUID(as_uuid=True), ForeignKey("erasures.id"), primary_key=True),
    Column("service", Text, primary_key=True),
    Column("confirmed_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("row_count", BigInteger, nullable=False),
    Column("message_count", BigInteger, nullable=False),
)
