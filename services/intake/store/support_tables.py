"""The tables of what is asked with employers: support for them, and adapted work. Nothing of a student."""

from sqlalchemy import BigInteger, Column, Date, DateTime, ForeignKey, Index, Table, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB, UUID

from services.intake.store.tables import metadata

support = Table(
    "support",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    Column("employer_id", UUID(as_uuid=True), ForeignKey("employers.id"), nullable=False),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id")),
    Column("region", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("asked_by", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("steps", JSONB, nullable=False),
    Index("support_region", "region", "id"),
    Index("support_employer", "employer_id", "id"),
    info={"subject": "support"},
)

adaptation_questions = Table(
    "adaptation_questions",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("offer_id", UUID(as_uuid=True), ForeignKey("offers.id"), nullable=False),
    Column("employer_id", UUID(as_uuid=True), ForeignKey("employers.id"), nullable=False),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), nullable=False),
    Column("author", Text, nullable=False),
    Column("asked", JSONB, nullable=False),
    Column("answer", JSONB(none_as_null=True)),
    Column("answered_date", Date),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("adaptation_questions_offer", "offer_id", "id"),
    Index("adaptation_questions_school", "school_id", "id"),
)
