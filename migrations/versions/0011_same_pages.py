"""A page that stands in two records: where a version was first kept; what an undone split left behind can be cleared."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

# The copies that a split, undone since, made of a scan's pages: once the scan is cleared, every page of it was read
# and every suggestion on it decided, and so of theirs.
COPY_OF_CLEARED = (
    "EXISTS (SELECT 1 FROM split_page sp JOIN split s ON s.id = sp.split_id "
    "JOIN clearance c ON c.record_id = s.record_id WHERE sp.part_id = NEW.record_id AND s.undone_at IS NOT NULL)"
)
UNDECIDED = (
    "(EXISTS (SELECT 1 FROM page WHERE page.record_id = NEW.record_id AND page.unread = 1) "
    "OR EXISTS (SELECT 1 FROM suggestion s WHERE s.record_id = NEW.record_id AND s.status = 'open'))"
)
CHANGED = "EXISTS (SELECT 1 FROM suggest_need n WHERE n.record_id = NEW.record_id)"
GUARDS = {
    "clearance_needs_reading": (UNDECIDED, "clearance: a page is unread or a suggestion undecided"),
    "clearance_needs_looking_through": (CHANGED, "clearance: the text changed and has not been looked through since"),
}


def guard(name: str, condition: str) -> None:
    op.execute(f"DROP TRIGGER {name}")
    message = GUARDS[name][1]
    op.execute(
        f"CREATE TRIGGER {name} BEFORE INSERT ON clearance WHEN {condition} BEGIN SELECT RAISE(ABORT, '{message}'); END"
    )


def upgrade() -> None:
    op.add_column("page_version", sa.Column("origin", sa.String(), nullable=False, server_default=""))
    op.add_column("page_version", sa.Column("origin_page", sa.Integer(), nullable=True))
    for name, (condition, _) in GUARDS.items():
        guard(name, f"{condition} AND NOT {COPY_OF_CLEARED}")


def downgrade() -> None:
    for name, (condition, _) in GUARDS.items():
        guard(name, condition)
    op.drop_column("page_version", "origin_page")
    op.drop_column("page_version", "origin")
