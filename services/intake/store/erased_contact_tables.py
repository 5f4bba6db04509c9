"""The table of contact people who were erased: who did it, when, and by which marks the person is known again."""

from sqlalchemy import Column, DateTime, ForeignKey, Index, Integer, LargeBinary, Table, Text, func
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from services.intake.store.tables import metadata

erased_contacts = Table(
    "erased_contacts",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("employer_id", UUID(as_uuid=True), ForeignKey("employers.id"), nullable=False),
    Column("reason", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("row_count", Integer, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("marks", ARRAY(Text), nullable=False),
    Column("erased_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("erased_contacts_employer", "employer_id", "id"),
)
"""A key for each person, so that two rows never show that they are about the same one."""
