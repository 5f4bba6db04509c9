import sqlalchemy as sa

metadata = sa.MetaData()

things = sa.Table(
    "things",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.BigInteger, nullable=False, server_default="0"),
    info={"subject": "thing"},
)
notes = sa.Table("notes", metadata, sa.Column("id", sa.Uuid), sa.Column("note", sa.Text))
weather = sa.Table("weather", metadata, sa.Column("fair", sa.Boolean))
