"""Employers answer a questionnaire by link."""

from alembic import op

revision = "0020_asked_by_link"
down_revision = "0019_programmes"


STATEMENTS = """
alter table links add column round_id uuid references questionnaire_rounds (id)
;
alter table links add column invitation text
;
create unique index links_invitation on links (round_id, employer_id, invitation) where invitation is not null
"""


def upgrade() -> None:
    """Let a link know the round in which it asks, and an employer be invited to it once."""
    for statement in STATEMENTS.split("\n;\n"):
        op.execute(statement)
