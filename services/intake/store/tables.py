"""Intake's tables: columns for what is looked up or counted, a document for the rest."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Computed,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    func,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TSVECTOR, UUID

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
    Column("departure", JSONB(none_as_null=True)),
    _recorded(),
    info={"subject": "school"},
)

_COORDINATE = "(location ->> '{}')::double precision"
_WORDS = (
    "setweight(to_tsvector('dutch', name_text) || to_tsvector('simple', name_text), 'A') "
    "|| setweight(to_tsvector('dutch', search_text) || to_tsvector('simple', search_text), 'C')"
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
    Column("name_text", Text, nullable=False, server_default=""),
    Column("marks", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("merged_into", UUID(as_uuid=True), ForeignKey("employers.id")),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("latitude", Float, Computed(_COORDINATE.format("latitude"))),
    Column("longitude", Float, Computed(_COORDINATE.format("longitude"))),
    Column("words", TSVECTOR, Computed(_WORDS)),
    Column("pause", JSONB(none_as_null=True)),
    Column("stopped", JSONB(none_as_null=True)),
    Column("verified_on", Date),
    Column("verifier", UUID(as_uuid=True)),
    Column("facts", JSONB, nullable=False),
    _recorded(),
    Index("employers_region", "region", "id"),
    Index("employers_kvk_number", "kvk_number"),
    Index("employers_postcode", "postcode"),
    Index("employers_verifier", "verifier", "verified_on"),
    Index("employers_words", "words", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    Index("employers_marks", "marks", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
    Index("employers_name", "name_text", "id"),
    Index("employers_location", "latitude", "longitude"),
    Index("employers_merged_into", "merged_into", postgresql_where=text("merged_into is not null")),
    Index("employers_brought_in_by", "brought_in_by"),
    Index(
        "employers_cooperations",
        literal_column("(facts -> 'cooperations')").label("cooperations"),
        postgresql_using="gin",
        postgresql_ops={"cooperations": "jsonb_path_ops"},
    ),
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
    Column("situation", JSONB(none_as_null=True)),
    Column("facts", JSONB, nullable=False),
    Column("reservations", JSONB, nullable=False, server_default=text("'[]'")),
    _recorded(),
    Index("offers_employer", "employer_id"),
    Index("offers_brought_in_by", "brought_in_by", "id"),
    info={"subject": "offer"},
)

contacts = Table(
    "contacts",
    metadata,
    _id(),
    Column("employer_id", UUID(as_uuid=True), ForeignKey("employers.id"), nullable=False),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), nullable=False),
    Column("author", Text, nullable=False),
    Column("coach", Text),
    Column("contact_date", Date, nullable=False),
    Column("offer_id", UUID(as_uuid=True), ForeignKey("offers.id")),
    Column("talk", JSONB, nullable=False),
    _recorded(),
    Index("contacts_employer", "employer_id", "id"),
    Index("contacts_school", "school_id", "id"),
)

contact_notes = Table(
    "contact_notes",
    metadata,
    Column("contact_id", UUID(as_uuid=True), ForeignKey("contacts.id", ondelete="CASCADE"), primary_key=True),
    Column("school_id", UUID(as_uuid=True), ForeignKey("schools.id"), nullable=False),
    Column("student_id", UUID(as_uuid=True)),
    Column("said", JSONB, nullable=False),
    Index("contact_notes_school", "school_id"),
    Index("contact_notes_student", "student_id", postgresql_where=text("student_id is not null")),
)
"""What only the own school reads of a contact: row-level security keeps it apart from what all schools see."""

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
    Column("left_date", Date),
    _recorded(),
    Index("students_school", "school_id", "id"),
    info={"subject": "student"},
)

student_accesses = Table(
    "student_accesses",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("student_id", UUID(as_uuid=True)),
    Column("accessed_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("subject", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("written_by", BigInteger, server_default=text("pg_current_xact_id()::text::bigint")),
    Column("erased_digest", LargeBinary),
    Index("student_accesses_student", "student_id", "id"),
    Index("student_accesses_written", "written_by", "id"),
)
"""Who saw or changed which student, and when. It outlives the student, so that it refers to no row, and afterwards
nobody.

Lines are added and stay: functions of the owner seal them and take them away (`access_seals`)."""

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
    Column("coach", JSONB(none_as_null=True)),
    Column("wish_rank", SmallInteger),
    _recorded(),
    Index("placements_offer", "offer_id"),
    Index("placements_student", "student_id"),
    Index("placements_school", "school_id", "id"),
    Index("placements_employer", "employer_id"),
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
    Column("rejection", JSONB(none_as_null=True)),
    _recorded(),
    Index("tips_region", "region", "id"),
    Index("tips_author", "author", "id"),
)
