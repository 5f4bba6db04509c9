"""Intake's tables: columns for what is looked up or counted, a document for the rest."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    MetaData,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

metadata = MetaData()


def _id() -> Column[object]:
    return Column("id", UUID(as_uuid=True), primary_key=True)


def _version() -> Column[int]:
    return Column("version", BigInteger, nullable=False, server_default=text("0"))


def _recorded() -> Column[object]:
    return Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp())


schools = Table(
    "schools",
    metadata,
    _id(),
    _version(),
    Column("brin", Text, nullable=False, unique=True),
    Column("region", Text, nullable=False),
    Column("municipality", Text),
    Column("location", JSONB, nullable=False),
    Column("facts", JSONB, nullable=False),
    _recorded(),
    info={"subject": "school"},
)

employers = Table(
    "employers",
    metadata,
    _id(),
    _version(),
    Column("kvk_number", Text),
    Column("postcode", Text),
    Column("search_text", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("sectors", ARRAY(Text), nullable=False),
    Column("size_class", Text, nullable=False),
    Column("recognition", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("municipality", Text),
    Column("location", JSONB, nullable=False),
    Column("brought_in_by", UUID(as_uuid=True), ForeignKey("schools.id")),
    Column("private_to", UUID(as_uuid=True), ForeignKey("schools.id")),
    Column("suggested", Boolean, nullable=False),
    Column("pause", JSONB(none_as_null=True)),
    Column("facts", JSONB, nullable=False),
    _recorded(),
    Index("employers_region", "region", "id"),
    Index("employers_kvk_number", "kvk_number"),
    Index("employers_postcode", "postcode"),
    info={"subject": "employer"},
)

offers = Table(
    "offers",
    metadata,
    _id(),
    _version(),
    Column("employer_id", UUID(as_uuid=True), ForeignKey("employers.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("sector", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("brought_in_by", UUID(as_uuid=True), ForeignKey("schools.id")),
    Column("withdrawn_reason", Text),
    Column("facts", JSONB, nullable=False),
    _recorded(),
    Index("offers_employer", "employer_id"),
    info={"subject": "offer"},
)

contacts = Table(
    "contacts",
    metadata,
    _id(),
    Column("employer_id", UUID(as_uuid=True), ForeignKey("employers.id"), nullable=False),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), nullable=False),
    Column("author", Text, nullable=False),
    Column("contact_date", Date, nullable=False),
    Column("offer_id", UUID(as_uuid=True), ForeignKey("offers.id")),
    Column("talk", JSONB, nullable=False),
    _recorded(),
    Index("contacts_employer", "employer_id", "id"),
)

students = Table(
    "students",
    metadata,
    _id(),
    _version(),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), nullable=False),
    Column("state", Text, nullable=False),
    Column("search_text", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("municipality", Text),
    Column("location", JSONB(none_as_null=True)),
    Column("facts", JSONB, nullable=False),
    _recorded(),
    Index("students_school", "school_id", "id"),
    info={"subject": "student"},
)

student_accesses = Table(
    "student_accesses",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("student_id", UUID(as_uuid=True), nullable=False),
    Column("accessed_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("subject", Text, nullable=False),
    Column("action", Text, nullable=False),
    Index("student_accesses_student", "student_id", "id"),
)
"""Who saw or changed which student, and when. It outlives the student, so that it refers to no row."""

placements = Table(
    "placements",
    metadata,
    _id(),
    _version(),
    Column("proposal_id", UUID(as_uuid=True), unique=True),
    Column("student_id", UUID(as_uuid=True), nullable=False),
    Column("school_id", UUID(as_uuid=True), nullable=False),
    Column("offer_id", UUID(as_uuid=True), nullable=False),
    Column("employer_id", UUID(as_uuid=True), nullable=False),
    Column("region", Text, nullable=False),
    Column("municipality", Text),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("predecessor_id", UUID(as_uuid=True)),
    Column("refused_reason", Text),
    Column("stay", JSONB, nullable=False),
    Column("ending", JSONB(none_as_null=True)),
    _recorded(),
    Index("placements_offer", "offer_id"),
    Index("placements_student", "student_id"),
    Index("placements_school", "school_id", "id"),
    info={"subject": "placement"},
)
"""Also those that were refused, whose student or offer may never have existed here: no foreign keys to them."""

tips = Table(
    "tips",
    metadata,
    _id(),
    Column("employer_id", UUID(as_uuid=True), ForeignKey("employers.id"), nullable=False),
    Column("region", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("known_already", Boolean, nullable=False),
    Column("given", JSONB, nullable=False),
    _recorded(),
    Index("tips_region", "region", "id"),
)
