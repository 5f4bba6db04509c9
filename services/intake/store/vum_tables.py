"""Tables of what is shown through VUM."""

from sqlalchemy import ARRAY, Column, DateTime, ForeignKey, Index, Integer, Table, Text, func, text
from sqlalchemy.dialects.postgresql import UUID

from services.intake.store.tables import metadata

vum_employers = Table(
    "vum_employers",
    metadata,
    Column("employer_id", UUID(as_uuid=True), ForeignKey("employers.id", ondelete="CASCADE"), primary_key=True),
    Column("allowed_by", Text, nullable=False),
    Column("allowed_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
)

vum_questions = Table(
    "vum_questions",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("party", Text, nullable=False),
    Column("offers", ARRAY(UUID(as_uuid=True)), nullable=False),
    Column("opened", ARRAY(Integer), nullable=False, server_default=text("'{}'")),
    Column("asked_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("vum_questions_asked", "asked_at"),
)
