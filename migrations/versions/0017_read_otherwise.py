"""As what watched searches were last read, hits that are new by that alone, and what was decided on for a paragraph."""

import sqlalchemy as sa
from alembic import op

import store.database

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def guards() -> list[str]:
    return [
        "CREATE TRIGGER search_alert_keeps_read_otherwise BEFORE UPDATE OF read_otherwise ON search_alert "
        "WHEN NEW.read_otherwise IS NOT OLD.read_otherwise "
        "BEGIN SELECT RAISE(ABORT, 'search_alert: this column is fixed'); END",
        "CREATE TRIGGER search_record_weighed_is_signed BEFORE UPDATE OF weighed_records ON search_record "
        "WHEN OLD.signed_at IS NOT NULL AND NEW.weighed_records IS NOT OLD.weighed_records "
        "BEGIN SELECT RAISE(ABORT, 'search_record: it is signed; a correction is a new version'); END",
    ]


def upgrade() -> None:
    op.add_column("kept_search", sa.Column("read_as", sa.String(), nullable=True))
    op.add_column("kept_search", sa.Column("compared_at", store.database.Moment(), nullable=True))
    op.add_column("search_alert", sa.Column("read_otherwise", sa.LargeBinary(), nullable=True))
    op.add_column("search_record", sa.Column("weighed_records", sa.Text(), nullable=True))
    for statement in guards():
        op.execute(statement)


def downgrade() -> None:
    for statement in guards():
        op.execute(f"DROP TRIGGER {statement.split()[2]}")
    op.drop_column("search_record", "weighed_records")
    op.drop_column("search_alert", "read_otherwise")
    op.drop_column("kept_search", "compared_at")
    op.drop_column("kept_search", "read_as")
