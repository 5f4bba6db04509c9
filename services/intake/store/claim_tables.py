"""The tables of claims: who approaches which employer, and who asks to join."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    SmallInteger,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import UUID

from services.intake.store.tables import metadata

claims = Table(
    "claims",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    Column("employer_id", UUID(as_uuid=True), ForeignKey("employers.id"), nullable=False),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), nullable=False),
    Column("author", Text, nullable=False),
    Column("coach", Text),
    Column("purpose", Text, nullable=False),
    Column("student_id", UUID(as_uuid=True)),
    Column("since_date", Date, nullable=False),
    Column("days", SmallInteger, nullable=False),
    Column("until_date", Date, nullable=False),
    Column("state", Text, nullable=False),
    Index("claims_employer", "employer_id", "id"),
    Index("claims_one_standing", "employer_id", unique=True, postgresql_where=text("state = 'standing'")),
    Index("claims_school", "school_id", "id"),
    info={"subject": "claim"},
)
"""The student may have been erased: no foreign key to one."""

claim_joins = Table(
    "claim_joins",
    metadata,
    Column("claim_id", UUID(as_uuid=True), ForeignKey("claims.id"), primary_key=True),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), primary_key=True),
    Column("coach", Text),
    Column("message", Text),
    Column("state", Text, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index("claim_joins_school", "school_id"),
)
