"""The tables of questionnaires: rounds, and what organisations answered."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, ForeignKey, Index, SmallInteger, Table, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from services.intake.store.tables import metadata

questionnaire_rounds = Table(
    "questionnaire_rounds",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    Column("questionnaire", Text, nullable=False),
    Column("questionnaire_version", SmallInteger, nullable=False),
    Column("audience", Text, nullable=False),
    Column("regions", ARRAY(Text), nullable=False),
    Column("state", Text, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("facts", JSONB, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    info={"subject": "round"},
)

questionnaire_responses = Table(
    "questionnaire_responses",
    metadata,
    Column("id", UUID(as_uuid=True), primary_key=True),
    Column("version", BigInteger, nullable=False, server_default=text("0")),
    Column("round_id", UUID(as_uuid=True), ForeignKey("questionnaire_rounds.id"), nullable=False),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id")),
    Column("employer_id", UUID(as_uuid=True), ForeignKey("employers.id")),
    Column("region", Text, nullable=False),
    Column("school_kind", Text),
    Column("author", Text),
    Column("finished", Boolean, nullable=False),
    Column("text_shared", Boolean, nullable=False),
    Column("given", JSONB, nullable=False),
    Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Index(
        "questionnaire_responses_school",
        "round_id",
        "school_id",
        unique=True,
        postgresql_where=text("employer_id is null"),
    ),
    Index(
        "questionnaire_responses_employer",
        "round_id",
        "employer_id",
        unique=True,
        postgresql_where=text("employer_id is not null"),
    ),
    info={"subject": "response"},
)
"""Of an employer's answers `school_id` is the school that filled them in, or nobody's when it did so itself."""
