"""Batches that can be paused, cancelled, tried again and counted by the million."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Added one by one: a table made anew, as batch mode does, would lose its guards.
def run_columns() -> list[sa.Column]:
    return [
        sa.Column("listed_root", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("listed_to", sa.LargeBinary(), nullable=False, server_default=sa.text("x''")),
        sa.Column("stop", sa.String(), nullable=False, server_default=""),
        sa.Column("stop_by", sa.String(), nullable=False, server_default=""),
        sa.Column("stop_at", sa.DateTime(), nullable=True),
        sa.Column("page_seconds", sa.Integer(), nullable=True),
        sa.Column("file_seconds", sa.Integer(), nullable=True),
        sa.Column("memory_mb", sa.Integer(), nullable=True),
    ]


def item_columns() -> list[sa.Column]:
    return [
        sa.Column("media_type", sa.String(), nullable=False, server_default=""),
        sa.Column("scanned", sa.Boolean(), nullable=False, server_default=sa.false()),
    ]


STATES = "('found', 'stored', 'registered', 'duplicate', 'quarantined', 'cancelled')"
GUARDS = {
    "item_state_is_known": (
        f"BEFORE UPDATE OF state ON ingest_item WHEN NEW.state NOT IN {STATES}",
        "ingest_item: there is no such state",
    ),
    "item_state_is_known_at_first": (
        f"BEFORE INSERT ON ingest_item WHEN NEW.state NOT IN {STATES}",
        "ingest_item: there is no such state",
    ),
    "item_stays_registered": (
        "BEFORE UPDATE OF state, record_id ON ingest_item WHEN OLD.state IN ('registered', 'duplicate') "
        "AND (NEW.state IS NOT OLD.state OR NEW.record_id IS NOT OLD.record_id)",
        "ingest_item: what became a record stays one",
    ),
}


def upgrade() -> None:
    for column in run_columns():
        op.add_column("ingest_run", column)
    for column in item_columns():
        op.add_column("ingest_item", column)
    op.drop_index("ix_ingest_item_run_id_state", "ingest_item")
    op.create_index(
        "ix_ingest_item_counted", "ingest_item", ["run_id", "state", "reason_code", "scanned", "pages", "ocr_pages"]
    )
    op.create_index("ix_ingest_item_run_id_ended_at", "ingest_item", ["run_id", "ended_at"])
    for name, (condition, message) in GUARDS.items():
        op.execute(f"CREATE TRIGGER {name} {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END")


def downgrade() -> None:
    for name in GUARDS:
        op.execute(f"DROP TRIGGER {name}")
    op.drop_index("ix_ingest_item_run_id_ended_at", "ingest_item")
    op.drop_index("ix_ingest_item_counted", "ingest_item")
    op.create_index("ix_ingest_item_run_id_state", "ingest_item", ["run_id", "state"])
    for column in item_columns():
        op.drop_column("ingest_item", column.name)
    for column in run_columns():
        op.drop_column("ingest_run", column.name)
