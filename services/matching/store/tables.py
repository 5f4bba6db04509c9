"""The tables: columns for what is searched by, JSON for what is only read back."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

_MOMENT = DateTime(timezone=True)

schools = Table(
    "schools",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("brin", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("region", Text, nullable=False),
)

employers = Table(
    "employers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("region", Text, nullable=False),
    Column("latitude", Float, nullable=False),
    Column("longitude", Float, nullable=False),
    Column("facts", JSONB, nullable=False),
)

merged_employers = Table(
    "merged_employers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("into_id", Uuid, nullable=False),
)

pauses = Table(
    "pauses",
    metadata,
    Column("employer_id", Uuid, primary_key=True),
    Column("from_date", Date, nullable=False),
    Column("until_date", Date),
)

closures = Table(
    "closures",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("region", Text, nullable=False),
    Column("sector", Text),
    Column("from_date", Date, nullable=False),
    Column("until_date", Date),
)

offers = Table(
    "offers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False, server_default="0"),
    Column("employer_id", Uuid, nullable=False),
    Column("region", Text, nullable=False),
    Column("latitude", Float, nullable=False),
    Column("longitude", Float, nullable=False),
    Column("sector", Text, nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("brought_in_by", Uuid),
    Column("private_to", Uuid),
    Column("facts", JSONB, nullable=False),
    Column("opened_at", _MOMENT, nullable=False),
    Column("unfilled_at", _MOMENT),
    Column("look_at", _MOMENT),
    info={"subject": "offer"},
)

searches = Table(
    "searches",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False, server_default="0"),
    Column("school_id", Uuid, nullable=False),
    Column("region", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("since", _MOMENT, nullable=False),
    Column("step_since", _MOMENT, nullable=False),
    Column("ready_at", _MOMENT, nullable=False),
    Column("due_at", _MOMENT),
    Column("unmatched_at", _MOMENT),
    Column("hardness_set_to", SmallInteger),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("reach_km", Float),
    Column("profile", JSONB(none_as_null=True)),
    info={"subject": "student"},
)

refusals = Table(
    "refusals",
    metadata,
    Column("student_id", Uuid, primary_key=True),
    Column("offer_id", Uuid, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("until_date", Date, nullable=False),
)

proposals = Table(
    "proposals",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False, server_default="0"),
    Column("student_id", Uuid, nullable=False),
    Column("school_id", Uuid, nullable=False),
    Column("offer_id", Uuid, nullable=False),
    Column("employer_id", Uuid, nullable=False),
    Column("region", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("choice", SmallInteger, nullable=False),
    Column("score", Integer, nullable=False),
    Column("weights_version", Text, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("begin_date", Date, nullable=False),
    Column("end_date", Date),
    Column("weekdays", ARRAY(Text), nullable=False),
    Column("proposed_at", _MOMENT, nullable=False),
    Column("expires_at", _MOMENT, nullable=False),
    Column("reason", Text),
    info={"subject": "proposal"},
)

placements = Table(
    "placements",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("student_id", Uuid, nullable=False),
    Column("school_id", Uuid, nullable=False),
    Column("offer_id", Uuid, nullable=False),
    Column("employer_id", Uuid, nullable=False),
    Column("begin_date", Date, nullable=False),
    Column("end_date", Date),
    Column("ended_date", Date),
    Column("outcome", Text),
)

contacts = Table(
    "contacts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("employer_id", Uuid, nullable=False),
    Column("school_id", Uuid, nullable=False),
    Column("student_id", Uuid),
    Column("outcome", Text, nullable=False),
    Column("contact_date", Date, nullable=False),
)

claims = Table(
    "claims",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("employer_id", Uuid, nullable=False),
    Column("school_id", Uuid, nullable=False),
    Column("joined_by", ARRAY(Uuid), nullable=False),
    Column("until_date", Date, nullable=False),
)

tips = Table(
    "tips",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("employer_id", Uuid, nullable=False),
    Column("source", Text, nullable=False),
    Column("tip_date", Date, nullable=False),
)

region_settings = Table(
    "region_settings",
    metadata,
    Column("region", Text, primary_key=True),
    Column("settings", JSONB, nullable=False),
)
