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

delegations = Table(
    "delegations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("school_id", Uuid, nullable=False),
    Column("email", Text, nullable=False),
    Column("student_ids", ARRAY(Uuid), nullable=False),
    Column("from_date", Date, nullable=False),
    Column("until_date", Date, nullable=False),
)
"""Without students: for the whole school."""

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

lessons = Table(
    "lessons",
    metadata,
    Column("student_id", Uuid, primary_key=True),
    Column("offer_id", Uuid, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("employer_id", Uuid, nullable=False),
    Column("sector", Text, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("guidance", Text, nullable=False),
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
    Column("left_out", ARRAY(Text), nullable=False, server_default="{}"),
    Column("reason", Text),
    Column("movable_until", _MOMENT),
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
    Column("weekdays", ARRAY(Text), nullable=False, server_default="{}"),
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

told_of_employers = Table(
    "told_of_employers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("employer_id", Uuid, nullable=False),
    Column("school_id", Uuid, nullable=False),
    Column("codes", ARRAY(Text), nullable=False),
    Column("told_date", Date, nullable=False),
)

labour_market = Table(
    "labour_market",
    metadata,
    Column("region", Text, primary_key=True),
    Column("sector", Text, primary_key=True),
    Column("tension", Float, nullable=False),
    Column("period", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("published_date", Date, nullable=False),
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
    Column("number", Integer, nullable=False, server_default="0"),
    Column("nightly_at", _MOMENT),
)

region_settings_versions = Table(
    "region_settings_versions",
    metadata,
    Column("region", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("settings", JSONB, nullable=False),
    Column("since", _MOMENT, nullable=False),
)

plans = Table(
    "plans",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False, server_default="0"),
    Column("region", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("made_at", _MOMENT, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("weights_version", Text, nullable=False),
    Column("figures", JSONB, nullable=False),
    Column("advice", JSONB, nullable=False),
    Column("at_most", Integer),
    Column("adopted_at", _MOMENT),
    info={"subject": "plan"},
)

plan_lines = Table(
    "plan_lines",
    metadata,
    Column("plan_id", Uuid, primary_key=True),
    Column("student_id", Uuid, primary_key=True),
    Column("offer_id", Uuid),
    Column("stands", Boolean, nullable=False),
    Column("choice", SmallInteger),
    Column("score", Integer),
    Column("begin_date", Date),
    Column("end_date", Date),
    Column("weekdays", ARRAY(Text), nullable=False, server_default="{}"),
    Column("rule", Text),
    Column("obstacle", Text),
)

pins = Table(
    "pins",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("student_id", Uuid, nullable=False),
    Column("offer_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("until_date", Date, nullable=False),
    Column("made_at", _MOMENT, nullable=False),
    Column("made_by", Text, nullable=False),
)
