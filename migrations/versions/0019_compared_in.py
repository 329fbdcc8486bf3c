"""In which compartments a watched search was last compared; where it is not known, every new hit is new material."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("kept_search", sa.Column("compared_in", sa.String(), nullable=False, server_default=""))


def downgrade() -> None:
    op.drop_column("kept_search", "compared_in")
