"""The indexes that the questions of every day read alone, in place of those SQLite took for choosier than they are."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

COUNTED = ["batch", "compartment", "state", "unread_pages", "page_count", "date_from", "purged_at"]
UNREAD = ["record_id", "number", "reason", "unread"]


def upgrade() -> None:
    for name in ("compartment", "batch", "state", "parent_id"):
        op.drop_index(f"ix_record_{name}", "record")
    op.create_index("ix_record_counted", "record", COUNTED)
    op.create_index("ix_record_state", "record", ["state", "compartment"])
    op.create_index("ix_record_parent_id", "record", ["parent_id", "compartment", "purged_at"])
    op.drop_index("ix_page_read_by", "page")
    op.create_index("ix_page_read_by", "page", ["read_by", "record_id"])
    op.drop_index("ix_page_unread", "page")
    op.create_index("ix_page_unread", "page", UNREAD, sqlite_where=sa.text("unread IS 1"))
    op.drop_index("ix_suggestion_status", "suggestion")
    op.create_index("ix_suggestion_status", "suggestion", ["status", "record_id", "strength"])
    op.create_index("ix_suggestion_queue", "suggestion", ["status", sa.text("strength DESC"), "record_id"])


def downgrade() -> None:
    op.drop_index("ix_suggestion_queue", "suggestion")
    op.drop_index("ix_suggestion_status", "suggestion")
    op.create_index("ix_suggestion_status", "suggestion", ["status"])
    op.drop_index("ix_page_unread", "page")
    op.create_index("ix_page_unread", "page", ["unread"])
    op.drop_index("ix_page_read_by", "page")
    op.create_index("ix_page_read_by", "page", ["read_by"])
    for name in ("parent_id", "state", "counted"):
        op.drop_index(f"ix_record_{name}", "record")
    for name in ("parent_id", "state", "batch", "compartment"):
        op.create_index(f"ix_record_{name}", "record", [name])
