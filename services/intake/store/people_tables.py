"""The tables of who looks after whom, and of who acts for whom for a while."""

from sqlalchemy import BigInteger, Column, Date, DateTime, ForeignKey, Index, LargeBinary, Table, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.intake.store.tables import metadata

student_coaches = Table(
    "student_coaches",
    metadata,
    Column("student_id", UUID(as_uuid=True), primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), nullable=False),
    Column("email", Text, nullable=False),
    Column("until_date", Date),
    Column("facts", JSONB, nullable=False),
    Column("assigned_by", Text, nullable=False),
    Column("assigned_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("student_coaches_email", "email"),
)
"""Of a student it holds the id only, so that it is looked up before it is known what a caller may see."""

delegations = Table(
    "delegations",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), nullable=False),
    Column("email", Text, nullable=False),
    Column("from_date", Date, nullable=False),
    Column("until_date", Date, nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("given_by", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("delegations_email", "email"),
    Index("delegations_school", "school_id", "id"),
    info={"subject": "delegation"},
)

coach_keys = Table("coach_keys", metadata, Column("key", LargeBinary, primary_key=True))
"""One row: what the codes that events call coaches by are made with."""
