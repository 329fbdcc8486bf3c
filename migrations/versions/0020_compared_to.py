"""Up to which event a watched search was last compared; where it is not known, every new hit is new material."""

import sqlalchemy as sa
from alembic import op

import store.database

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("kept_search", sa.Column("compared_to", sa.Integer(), nullable=True))
    op.drop_column("kept_search", "compared_at")


def downgrade() -> None:
    op.add_column("kept_search", sa.Column("compared_at", store.database.Moment(), nullable=True))
    op.drop_column("kept_search", "compared_to")
