"""The tables of places: what the geocoder answered, and what an operator loaded."""

from sqlalchemy import Column, Date, DateTime, Float, Index, Integer, Table, Text, func

from services.intake.store.tables import employers, metadata, schools, students

geocodes = Table(
    "geocodes",
    metadata,
    Column("postcode", Text, primary_key=True),
    Column("house_number", Text, primary_key=True),
    Column("municipality", Text),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("source", Text),
    Column("answered_at", DateTime(timezone=True)),
    Column("next_at", DateTime(timezone=True), nullable=False),
)
"""One address each, never whose: without a latitude none was found, or none was answered yet."""

postcodes = Table(
    "postcodes",
    metadata,
    Column("postcode", Text, primary_key=True),
    Column("first_number", Integer, primary_key=True),
    Column("last_number", Integer, nullable=False),
    Column("municipality", Text, nullable=False),
    Column("latitude", Float, nullable=False),
    Column("longitude", Float, nullable=False),
)

municipalities = Table(
    "municipalities",
    metadata,
    Column("valid_from", Date, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("region", Text),
    Column("region_name", Text),
    Column("successor", Text),
)
"""A municipality with its region, or one that is no more with its successor."""

place_tables = Table(
    "place_tables",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("valid_from", Date, primary_key=True),
    Column("source", Text, nullable=False),
    Column("row_count", Integer, nullable=False),
    Column("loaded_by", Text, nullable=False),
    Column("loaded_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
)

for _table in (employers, schools, students):
    Index(
        f"{_table.name}_approximate",
        _table.c.id,
        postgresql_where=_table.c.location["approximate"].as_string() == "true",
    )
"""What is known roughly only: few rows in an installation that reaches the geocoder."""
