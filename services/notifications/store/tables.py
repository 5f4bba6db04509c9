"""The tables of notifications; `migrations/` makes them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData()

MOMENT = DateTime(timezone=True)

schools = Table(
    "schools",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("brin", Text, nullable=False),
    Column("region", Text, nullable=False),
)

whereabouts = Table(
    "whereabouts",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("region", Text),
    Column("municipality", Text),
    Column("school_id", Uuid),
    Column("private_to", Uuid),
    Column("settled_at", MOMENT),
)

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False, server_default="0"),
    Column("owner", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("regions", ARRAY(Text), nullable=False),
    Column("municipalities", ARRAY(Text), nullable=False),
    Column("sink", Text),
    Column("types", ARRAY(Text), nullable=False),
    Column("filters", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("secrets", JSONB, nullable=False),
    Column("pseudonym_key", LargeBinary, nullable=False),
    Column("credential", JSONB),
    Column("authority", Text),
    Column("verified", Boolean, nullable=False),
    Column("rate", Integer),
    Column("at_once", Integer, nullable=False, server_default="4"),
    Column("per_minute", Integer),
    Column("contact", Text),
    Column("created_at", MOMENT, nullable=False),
    Column("handshakes", Integer, nullable=False, server_default="0"),
    Column("handshake_at", MOMENT),
    Column("rest_until", MOMENT),
    Column("misses", Integer, nullable=False, server_default="0"),
    Column("protocol", Text, nullable=False, server_default="http"),
    Column("logins", JSONB, nullable=False, server_default="[]"),
    info={"subject": "subscription"},
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("subscription_id", Uuid, ForeignKey("subscriptions.id", ondelete="CASCADE"), nullable=False),
    Column("event_key", Text, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("type", Text, nullable=False),
    Column("subject", Text),
    Column("message", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("tries_before", Integer, nullable=False, server_default="0"),
    Column("next_at", MOMENT),
    Column("leased_until", MOMENT),
    Column("position", BigInteger),
    Column("created_at", MOMENT, nullable=False),
    Column("bare", Boolean, nullable=False, server_default="false"),
    Column("person", Uuid),
    UniqueConstraint("subscription_id", "event_key"),
)

attempts = Table(
    "attempts",
    metadata,
    Column("delivery_id", Uuid, ForeignKey("deliveries.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("begun_at", MOMENT, nullable=False),
    Column("ended_at", MOMENT),
    Column("status", Integer),
    Column("answer", Text),
    Column("error", Text),
)

calls = Table(
    "calls",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("version", BigInteger, nullable=False, server_default="0"),
    Column("region", Text, nullable=False),
    Column("sector", Text),
    Column("placement_kind", Text),
    Column("since_date", Date, nullable=False),
    Column("searching", Integer, nullable=False),
    Column("state", Text, nullable=False),
    Column("asked", JSONB, nullable=False),
    Column("answered", Boolean, nullable=False),
    Column("round", Integer, nullable=False),
    Column("next_ask_at", MOMENT),
    info={"subject": "call"},
)

call_students = Table(
    "call_students",
    metadata,
    Column("student_id", Uuid, primary_key=True),
    Column("call_id", Uuid, ForeignKey("calls.id", ondelete="CASCADE"), nullable=False),
    Column("school_id", Uuid, nullable=False),
)

answers = Table(
    "answers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("call_id", Uuid, ForeignKey("calls.id", ondelete="CASCADE"), nullable=False),
    Column("owner", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("employer", JSONB),
    Column("reason", Text),
    Column("at", MOMENT, nullable=False),
    UniqueConstraint("call_id", "owner", "fingerprint"),
)

region_settings = Table(
    "region_settings",
    metadata,
    Column("region", Text, primary_key=True),
    Column("kinds", ARRAY(Text), nullable=False),
    Column("patience_seconds", Integer, nullable=False),
)

stream = Table(
    "stream",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=True),
    Column("event_key", Text, nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("time", MOMENT, nullable=False),
    Column("views", JSONB, nullable=False),
    Column("position", BigInteger),
    Column("created_at", MOMENT, nullable=False),
)

heads = Table(
    "heads",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
    Column("forgotten", BigInteger, nullable=False, server_default="0"),
)

case_systems = Table(
    "case_systems",
    metadata,
    Column("id", Uuid, ForeignKey("subscriptions.id", ondelete="CASCADE"), primary_key=True),
    Column("region", Text, nullable=False),
    Column("municipality", Text, nullable=False),
    Column("settings", JSONB, nullable=False),
    Column("callback_hash", Text),
    UniqueConstraint("region", "municipality"),
)

left_case_systems = Table(
    "left_case_systems",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("region", Text, nullable=False),
    Column("municipality", Text, nullable=False),
    Column("settings", JSONB, nullable=False),
    Column("callback_hash", Text),
    Column("tries", Integer, nullable=False, server_default="0"),
    Column("next_at", MOMENT, nullable=False),
    Column("system_id", Uuid),
)
"""Taken out here, and still to be told to send no more notifications."""

cases = Table(
    "cases",
    metadata,
    Column("call_id", Uuid, ForeignKey("calls.id", ondelete="CASCADE"), primary_key=True),
    Column("system_id", Uuid, ForeignKey("case_systems.id", ondelete="CASCADE"), primary_key=True),
    Column("url", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("check_at", MOMENT),
    Column("checked_at", MOMENT),
)
