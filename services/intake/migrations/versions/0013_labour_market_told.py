"""What was published of the labour market is told of, region by region."""

from alembic import op

revision = "0013_labour_market_told"
down_revision = "0012_contact_people"


def upgrade() -> None:
    """Remember each piece of a table that is told of."""
    op.execute("""
    create table labour_market_publications (
        id uuid primary key,
        version bigint not null default 0,
        region text not null,
        source text not null,
        published_date date not null
    )
    """)
